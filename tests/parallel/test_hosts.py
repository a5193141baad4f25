"""Two real processes on loopback: they agree with one, and neither outlives the other.

Plain gradient descent, because Adam divides by the gradient's own size and so turns the
round-off of another order of summation into a difference of its step size. And a member
whose loss has no jumps: the gradient norm of a ReLU critic has one wherever a sample
crosses a kink, and round-off decides who crosses.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

import wgan_jax
from tests import runs
from tests.parallel.pairs import ENDLESS, GAME, Ended, end, free_port, play

# Two summands exchange their order at most: measured 3e-7 for numbers of size 1.
BOUND = 3e-6


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """Where all processes of this file start, so that they share compiled programs."""
    return tmp_path_factory.mktemp("hosts")


@pytest.fixture(scope="module")
def alone(base) -> Path:
    """25 steps in one process."""
    run_dir = base / "alone"
    assert not runs.quick_command(
        *GAME, "--steps", 25, "--run-dir", run_dir, cwd=base
    ).returncode
    return run_dir


@pytest.fixture(scope="module")
def together(base) -> Path:
    """20 steps on two hosts, each with a folder of its own."""
    run_dir, other = base / "together", base / "elsewhere"
    first, second = play(
        base,
        *(*GAME, "--steps", 20),
        first=("--run-dir", run_dir),
        second=("--run-dir", other),
    )
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert first.out.splitlines()[-1] == str(run_dir)
    assert str(other) not in second.out, "host 1 says that it wrote a run"
    assert not other.exists(), "host 0 alone writes"
    return run_dir


def assert_same_metrics(run_dir: Path, reference: Path, steps: int) -> None:
    ours, theirs = runs.rows(run_dir), runs.rows(reference)
    assert [row["step"] for row in ours] == list(range(1, steps + 1))
    for mine, other in zip(ours, theirs, strict=False):
        assert mine == pytest.approx(other, rel=0, abs=BOUND)


def assert_same_state(run_dir: Path, reference: Path) -> None:
    (_, ours), (_, theirs) = wgan_jax.restore(run_dir), wgan_jax.restore(reference)
    for mine, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=BOUND)


def test_two_hosts_agree_with_one(together, alone):
    assert_same_metrics(together, alone, 20)
    assert runs.summary(together)["device_count"] == 2


def test_a_run_resumes_where_the_first_host_alone_has_its_folder(base, together, alone):
    run_dir = base / "on two"
    shutil.copytree(together, run_dir)
    (base / "empty").mkdir()
    os.symlink(run_dir, base / "empty" / "run")
    words = ("--resume", "--steps", 25, "--run-dir", "run")
    place = ("--coordinator", f"127.0.0.1:{free_port()}", "--num-processes", 2)
    first = runs.start(*words, *place, "--process-id", 0, cwd=base / "empty")
    second = runs.start(*words, *place, "--process-id", 1, cwd=base)
    for host in (end(first), end(second)):
        assert host.code == 0, host.err
    assert_same_metrics(run_dir, alone, 25)
    assert_same_state(run_dir, alone)


def test_one_host_finishes_what_two_began(base, together, alone):
    run_dir = base / "on one"
    shutil.copytree(together, run_dir)
    words = ("--resume", "--steps", 25, "--run-dir", run_dir)
    done = runs.command(*words, cwd=base)
    assert done.returncode == 0, done.stderr
    assert_same_metrics(run_dir, alone, 25)
    assert_same_state(run_dir, alone)


# Both processes run all scenarios, one after the other: joining and importing JAX is
# most of what a pair of processes costs.
SCENARIOS = """
import contextlib, io, json, resource, sys, time
from wgan_jax.run import main
for words in json.loads(sys.argv[1]):
    err, began = io.StringIO(), time.monotonic()
    with contextlib.redirect_stderr(err):
        code = main([*words, *sys.argv[3:]])
    ended = [code, "", err.getvalue(), time.monotonic() - began]
    print("\\nended", json.dumps(ended), flush=True)  # the runtime prints to stdout too
# As a full disk: no file of this process grows beyond it.
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
sys.exit(main([*json.loads(sys.argv[2]), *sys.argv[3:]]))
"""


@pytest.fixture(scope="module")
def refused(base, together) -> dict[str, list[Ended]]:
    """Runs that cannot go on, by name: how each of the two hosts ends."""
    short = (*GAME, "--steps", "20")
    absurd = ("--critic-learning-rate", "1e38", "--variant", "lsgan")
    options = (*short, "--run-dir", str(base / "different"), "--seed")
    devices = (*short, "--run-dir", str(base / "no devices"))
    taken = (*short, "--run-dir", str(together))
    pairs = {
        "taken": (taken, taken),
        "devices": (devices, (*devices, "--devices", "64")),
        "options": (
            (*options, "1", "--steps-per-dispatch", "4"),
            (*options, "2", "--steps-per-dispatch", "5"),
        ),
        "resume": ((*taken, "--resume"), taken),
        "nowhere": (("--resume", "--run-dir", str(base / "nowhere")),) * 2,
        "diverged": ((*short, *absurd, "--run-dir", str(base / "diverged")),) * 2,
    }
    place = ("--coordinator", f"127.0.0.1:{free_port()}", "--num-processes", "2")
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                SCENARIOS,
                json.dumps([p[i] for p in pairs.values()]),
                json.dumps([*ENDLESS, "--run-dir", "full", "--quiet"]),
            ]
            + [*place, "--process-id", str(i)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=base,
        )
        for i in (0, 1)
    ]
    try:
        outputs = [process.communicate(timeout=300) for process in processes]
    finally:
        for process in processes:
            process.kill()
    lines = [
        [x.removeprefix("ended ") for x in out.splitlines() if x.startswith("ended ")]
        for out, _ in outputs
    ]
    ends = [[Ended(*json.loads(line)) for line in host] for host in lines]
    assert [len(end) for end in ends] == [len(pairs)] * 2, outputs
    assert all("Traceback" not in end.err for host in ends for end in host)
    return {
        "full": [
            Ended(process.returncode, out, err, 0.0)
            for process, (out, err) in zip(processes, outputs, strict=True)
        ],
        **dict(zip(pairs, map(list, zip(*ends, strict=True)), strict=True)),
    }


def test_a_refusal_of_the_first_host_stops_the_other_with_its_reason(refused):
    for host in refused["taken"]:
        assert host.code == 2, host.err
        assert "already holds a run" in host.err
        assert host.seconds < 30
    assert refused["taken"][1].err.startswith("wgan_jax: host 0 stopped: ")


def test_a_refusal_of_the_second_host_stops_the_first(refused):
    first, second = refused["devices"]
    assert (first.code, second.code) == (2, 2)
    assert "host 1 stopped: devices is 64, but this host has 1" in first.err


def test_different_options_are_refused_on_both_hosts(refused):
    for host in refused["options"]:
        assert host.code == 2, host.err
        assert "seed is 1 on host 0 and 2 on host 1" in host.err
        # It changes no number, but one host would wait for steps that never come.
        assert "steps_per_dispatch is 4 on host 0 and 5 on host 1" in host.err


def test_resuming_on_one_host_alone_is_refused_on_both(refused):
    for host in refused["resume"]:
        assert host.code == 2, host.err
        assert "resume is True on host 0 and False on host 1" in host.err


def test_a_run_that_is_not_there_is_not_resumed_on_any_host(refused):
    for host in refused["nowhere"]:
        assert host.code == 2, host.err
        assert "no run in" in host.err
        assert host.seconds < 30


def test_a_full_disk_of_one_host_ends_both_with_its_reason(refused):
    first, second = refused["full"]
    assert (first.code, second.code) == (2, 4), first.err + second.err
    assert "wgan_jax: cannot write the logs in full: " in first.err
    assert "wgan_jax: host 0 stopped: cannot write the logs in full: " in second.err
    for host in (first, second):
        assert "Check failure stack trace" not in host.err


def test_divergence_ends_both_hosts_alike(refused):
    for host in refused["diverged"]:
        assert host.code == 3, host.err
        assert "training diverged at step" in host.err
