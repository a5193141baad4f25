"""The real command in a process of its own: exit codes, messages, what it prints."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.runs import (
    SMALL,
    command,
    rows,
    sha,
    start,
    steps,
    summary,
    unfinished,
)

SHORT = (*SMALL, "--variant", "nsgan", "--sample-every", "0", "--steps-per-dispatch", 2)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A folder with compiled programs and one finished run, `done`."""
    room = tmp_path_factory.mktemp("run")
    done = command(*SHORT, "--steps", 40, "--run-dir", "done", cwd=room)
    assert done.returncode == 0, done.stderr
    return room


def assert_refused(result, *words, code=2):
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert all(word in result.stderr for word in words), result.stderr


def test_help_is_quick_and_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['run', '--help']\n"
        "from wgan_jax.run import main\n"
        "try: main()\n"
        "except SystemExit as stop: assert stop.code == 0\n"
        "heavy = {'jax', 'flax', 'optax', 'orbax', 'sklearn', 'matplotlib', 'rich',"
        " 'tensorflow_datasets', 'tensorboardX', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    # Processor time: what else this machine does at the moment is not its fault.
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "wgan_jax.run", "--help"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = os.times()
    used = after.children_user + after.children_system
    assert used - before.children_user - before.children_system < 1.0


def test_a_run_prints_lines_and_its_folder(room):
    result = command(*SHORT, "--steps", 2, "--run-dir", "lines", cwd=room)
    assert result.returncode == 0
    assert result.stdout == "lines\n"
    lines = result.stderr.splitlines()
    assert all(line.startswith("step ") for line in lines)
    assert lines[-1].startswith("step 2/2")
    assert "\x1b" not in result.stderr


def test_quiet_prints_nothing(room):
    result = command(*SHORT, "--steps", 2, "--run-dir", "quiet", "--quiet", cwd=room)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--variant gm", "Did you mean 'gp'?"),
        ("--stepz 3", "Did you mean --steps?"),
        ("--dataset digits --devices 99", "devices is 99, but this host has"),
        ("--dataset digits --run-dir /dev/null/x", "cannot make the run folder"),
        ("--dataset mnist --data-dir /nowhere", "/nowhere does not exist"),
        ("--resume --run-dir nowhere", "no run in 'nowhere'"),
        ("--resume --run-dir done --seed 3", "cannot change seed (0 -> 3)"),
        ("--dataset ring8 --run-dir done", "already holds a run"),
        (
            "--dataset ring8 --run-dir m --n-critic 60000 --batch-size 100000",
            "not enough memory",
        ),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(words, message, room):
    result = command(*words.split(), cwd=room)
    assert_refused(result, message)
    assert len(result.stderr.splitlines()) <= 3


def test_a_gone_reader_does_not_end_a_run(room):
    read, write = os.pipe()
    os.close(read)
    words = (*SHORT, "--steps", 2, "--run-dir", "piped")
    result = command(*words, cwd=room, capture_output=False, stdout=write, stderr=write)
    os.close(write)
    assert result.returncode == 0
    assert steps(room / "piped") == [1, 2]


def test_a_full_stdout_does_not_fail_a_finished_run(room):
    words = (*SHORT, "--steps", 2, "--run-dir", "full")
    with open("/dev/full", "w") as full:
        result = command(
            *words,
            cwd=room,
            capture_output=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert result.returncode == 0
    assert "Traceback" not in result.stderr


def test_divergence_exits_3_within_one_dispatch_and_names_the_checkpoint(room):
    words = (*SHORT, "--steps", 400, "--run-dir", "diverged", "--checkpoint-every", 1)
    rates = ("--generator-learning-rate", 1e5, "--critic-learning-rate", 1e9)
    result = command(*words, *rates, "--optimizer", "sgd", "--quiet", cwd=room)
    assert_refused(result, "training diverged at step", code=3)
    last = rows(room / "diverged")[-1]
    named = f"diverged at step {last['step']}"
    finite = [v for name, v in last.items() if name != "step" and v is not None]
    assert named in result.stderr or "parameters of the" in result.stderr
    assert len(finite) < len(last) - 1 or "parameters of the" in result.stderr
    assert last["step"] < 400
    assert not (room / "diverged" / "summary.json").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (15, 143)])
def test_a_signal_saves_and_the_resumed_run_ends_in_the_same_bits(number, code, room):
    name = f"signal{code}"
    words = (*SHORT, "--steps", 100_000, "--run-dir", name, "--checkpoint-every", 0)
    with start(*words, cwd=room) as child:
        wait_for_step(room / name)
        child.send_signal(number)
        _, errors = child.communicate(timeout=240)
    assert child.returncode == code, errors
    assert "Traceback" not in errors
    assert f"A checkpoint is in {name}/checkpoints; continue with --resume" in errors
    done = steps(room / name)[-1]
    assert f"interrupted at step {done}." in errors
    total = done + 6
    again = ("--resume", "--run-dir", name, "--steps", total, "--quiet")
    assert command(*again, cwd=room).returncode == 0
    assert steps(room / name) == list(range(1, total + 1))
    whole = (*SHORT, "--steps", total, "--run-dir", f"{name}-whole", "--quiet")
    assert command(*whole, cwd=room).returncode == 0
    assert sha(room / name) == sha(room / f"{name}-whole")
    assert summary(room / name)["resumed_from"] == done
    assert not unfinished(room / name)


def wait_for_step(run_dir, seconds=240.0):
    """Waits until the run has logged something."""
    deadline = time.monotonic() + seconds
    metrics = run_dir / "metrics.jsonl"
    while not (metrics.exists() and metrics.stat().st_size):
        assert time.monotonic() < deadline, "the run never made a step"
        time.sleep(0.02)


def test_a_second_signal_stops_at_once(room):
    # Compiling takes seconds: both signals come before it ends.
    words = ("--dataset", "digits", "--variant", "gp", "--run-dir", "twice")
    with start(*words, "--devices", 1, cwd=room) as child:
        deadline = time.monotonic() + 240
        while not (room / "twice" / "tensorboard").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(0.3)
        child.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=240)
    assert child.returncode == 143, errors
    assert "Once more to stop at once" in errors
    assert "Traceback" not in errors


def test_the_same_words_give_the_same_bits(room):
    result = command(*SHORT, "--steps", 40, "--run-dir", "again", "--quiet", cwd=room)
    assert result.returncode == 0
    assert sha(room / "again") == sha(room / "done")


def test_two_devices_are_taken_when_asked_for(room):
    words = [word if word != "1" else "2" for word in SHORT]
    flags = "--xla_force_host_platform_device_count=2"
    result = subprocess.run(
        [sys.executable, "-m", "wgan_jax.run", *map(str, words)]
        + ["--steps", "2", "--run-dir", "two", "--quiet"],
        cwd=room,
        env=os.environ | {"XLA_FLAGS": flags},
        check=False,
    )
    assert result.returncode == 0
    assert summary(room / "two")["device_count"] == 2
