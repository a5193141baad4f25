"""A host that dies, freezes, is asked to stop or never comes: the other ends too."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import wgan_jax
from tests import runs
from tests.forks import launch
from tests.parallel.pairs import (
    ENDLESS,
    GAME,
    end,
    free_port,
    two_hosts,
    wait_for_metrics,
)

SILENT = 8  # seconds; the command's own 60 would be waited for
IMPATIENT = ("tests.parallel.impatient", SILENT)


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """Where all processes of this file start."""
    return tmp_path_factory.mktemp("lost")


@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_host_stops_the_other_with_one_clear_line(base, victim):
    run_dir = base / f"killed {victim}"
    with two_hosts(base, *ENDLESS, "--quiet", "--run-dir", run_dir) as hosts:
        wait_for_metrics(run_dir)
        hosts[victim].send_signal(signal.SIGKILL)
        other = end(hosts[1 - victim], within=60)
    assert other.code == 4, other.err
    # With host 0 goes the coordinator, of which the runtime may speak before us.
    own = [x for x in other.err.splitlines() if x.startswith("wgan_jax: ")]
    assert len(own) == 1
    assert own[0].startswith("wgan_jax: another host stopped answering")
    assert "--resume" in own[0]


def test_a_frozen_host_ends_the_other_within_the_time_that_is_said(base):
    """Host 0, with which the store that both share falls silent too."""
    place = ("--coordinator", f"127.0.0.1:{free_port()}", "--num-processes", 2)
    words = (*ENDLESS, "--quiet", "--run-dir", base / "frozen", *place, "--process-id")
    hosts = [launch(*IMPATIENT, *words, i, cwd=base) for i in (0, 1)]
    try:
        wait_for_metrics(base / "frozen")
        hosts[0].send_signal(signal.SIGSTOP)
        other = end(hosts[1], within=60)
    finally:
        for host in hosts:
            host.kill()
            host.communicate()
    assert other.code == 4, other.err
    assert SILENT < other.seconds + 1 < SILENT + 20
    assert other.err.startswith(
        f"wgan_jax: host 0 has given no sign of life for {SILENT} seconds. "
    )
    assert "--resume" in other.err


def test_sigterm_to_one_host_is_an_orderly_end_of_both(base):
    run_dir = base / "asked"
    with two_hosts(base, *ENDLESS, "--run-dir", run_dir) as hosts:
        wait_for_metrics(run_dir)
        hosts[1].send_signal(signal.SIGTERM)
        first, second = map(end, hosts)
    assert (first.code, second.code) == (143, 143), first.err + second.err
    made = runs.steps(run_dir)
    assert made == list(range(1, len(made) + 1))
    saved = run_dir / "checkpoints"
    assert f"interrupted at step {made[-1]}. A checkpoint is in {saved}" in first.err
    assert "in the run folder of the first host" in second.err
    assert int(wgan_jax.restore(run_dir)[1].step) == made[-1]


@pytest.mark.parametrize("present", [0, 1])
def test_a_host_says_so_when_the_other_never_comes(base, present):
    patience = (
        "import sys; from wgan_jax.parallel import hosts; hosts.JOIN_SECONDS = 3; "
    )
    run = "from wgan_jax.run import main; sys.exit(main(sys.argv[1:]))"
    place = ("--coordinator", f"127.0.0.1:{free_port()}", "--num-processes", "2")
    words = (*GAME, *place, "--process-id", str(present))
    process = subprocess.run(
        [sys.executable, "-c", patience + run, *words],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=base,
        check=False,
    )
    assert process.returncode == 2, process.stderr
    assert "could not join the hosts of 127.0.0.1" in process.stderr
    assert "not all of them came within 3 seconds" in process.stderr
