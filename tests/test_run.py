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
    quick_command,
    rows,
    sha,
    start,
    steps,
    summary,
    unfinished,
)
from wgan_jax.run import main

SHORT = (*SMALL, "--variant", "nsgan", "--sample-every", "0", "--steps-per-dispatch", 2)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A folder with compiled programs and one finished run, `done`."""
    base = tmp_path_factory.mktemp("run")
    done = command(*SHORT, "--steps", 40, "--run-dir", "done", cwd=base)
    assert done.returncode == 0, done.stderr
    return base


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


def test_a_run_prints_lines_and_its_folder(base):
    result = quick_command(*SHORT, "--steps", 2, "--run-dir", "lines", cwd=base)
    assert result.returncode == 0
    assert result.stdout == "lines\n"
    lines = result.stderr.splitlines()
    assert lines[0].startswith("nsgan (Goodfellow et al. 2014, arXiv 1406.2661) on ")
    assert lines[2].startswith("lines: compiling, then 2 steps")
    steps_said = [line for line in lines if line.startswith("step ")]
    assert lines[3:-5] == steps_said
    assert steps_said[-1].startswith("step 2/2")
    assert lines[-5].startswith("2 steps in ")
    assert lines[-4].split() == ["look", "lines/report.html"]
    assert (base / "lines" / "report.html").exists()
    assert "\x1b" not in result.stderr


def test_quiet_prints_nothing(base):
    result = quick_command(
        *SHORT, "--steps", 2, "--run-dir", "quiet", "--quiet", cwd=base
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


MISTAKES = [
    ("--variant gm", "Did you mean 'gp' or 'gn'?"),
    ("--stepz 3", "Did you mean --steps?"),
    ("--dataset digits --devices 99", "devices is 99, but this host has"),
    ("--dataset digits --run-dir /dev/null/x", "cannot make the run folder"),
    ("--dataset mnist --data-dir /nowhere", "/nowhere does not exist"),
    ("--resume", "give its folder as --run-dir"),
    ("--resume --run-dir nowhere", "no run in 'nowhere'"),
    ("--resume --run-dir done --seed 3", "cannot change seed (0 -> 3)"),
    ("--dataset ring8 --run-dir done", "already holds a run"),
]
# As a user meets them: one before anything heavy is imported, one that XLA raises.
REAL_MISTAKES = [
    MISTAKES[0],
    (
        "--dataset ring8 --run-dir m --n-critic 60000 --batch-size 100000 --quiet",
        "not enough memory",
    ),
]


@pytest.mark.parametrize(("words", "message"), MISTAKES)
def test_a_mistake_is_one_message_and_exit_code_2(
    words, message, base, monkeypatch, capsys
):
    monkeypatch.chdir(base)
    code = main(words.split())
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert message in printed.err
    assert len(printed.err.splitlines()) <= 3


@pytest.mark.parametrize(("words", "message"), REAL_MISTAKES)
def test_a_process_ends_with_that_message_and_code(words, message, base):
    result = quick_command(*words.split(), cwd=base)
    assert_refused(result, message)
    assert len(result.stderr.splitlines()) <= 3


def test_a_gone_reader_does_not_end_a_run(base):
    read, write = os.pipe()
    os.close(read)
    words = (*SHORT, "--steps", 2, "--run-dir", "piped")
    result = command(*words, cwd=base, capture_output=False, stdout=write, stderr=write)
    os.close(write)
    assert result.returncode == 0
    assert steps(base / "piped") == [1, 2]


def test_a_full_stdout_does_not_fail_a_finished_run(base):
    words = (*SHORT, "--steps", 2, "--run-dir", "full")
    with open("/dev/full", "w") as full:
        result = command(
            *words,
            cwd=base,
            capture_output=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert result.returncode == 0
    assert "Traceback" not in result.stderr


def test_divergence_exits_3_within_one_dispatch_and_names_the_checkpoint(base):
    words = (*SHORT, "--steps", 400, "--run-dir", "diverged", "--checkpoint-every", 1)
    rates = ("--generator-learning-rate", 1e5, "--critic-learning-rate", 1e9)
    result = quick_command(*words, *rates, "--optimizer", "sgd", "--quiet", cwd=base)
    assert_refused(result, "training diverged at step", code=3)
    last = rows(base / "diverged")[-1]
    named = f"diverged at step {last['step']}"
    finite = [v for name, v in last.items() if name != "step" and v is not None]
    assert named in result.stderr or "parameters of the" in result.stderr
    assert len(finite) < len(last) - 1 or "parameters of the" in result.stderr
    assert last["step"] < 400
    assert not (base / "diverged" / "summary.json").exists()
    page = (base / "diverged" / "report.html").read_text()
    assert f"<dd>{last['step']:,}</dd>" in page


def interrupted(base, number, name):
    """Sends a signal to a run that has begun; returns its code, words and last step."""
    words = (*SHORT, "--steps", 100_000, "--run-dir", name, "--checkpoint-every", 0)
    with start(*words, cwd=base) as child:
        wait_for_step(base / name)
        child.send_signal(number)
        _, errors = child.communicate(timeout=240)
    assert "Traceback" not in errors
    assert f"A checkpoint is in {name}/checkpoints; continue with" in errors
    assert f"\n    python -m wgan_jax.run --resume --run-dir {name}\n" in errors
    done = steps(base / name)[-1]
    assert f"interrupted at step {done}." in errors
    assert (base / name / "checkpoints" / f"step-{done:010d}").is_dir()
    return child.returncode, done


def test_sigterm_saves_and_exits_143(base):
    assert interrupted(base, signal.SIGTERM, "terminated")[0] == 143


def test_ctrl_c_saves_and_the_resumed_run_ends_in_the_same_bits(base):
    name = "interrupted"
    code, done = interrupted(base, signal.SIGINT, name)
    assert code == 130
    page = (base / name / "report.html").read_text()
    assert f"<dd>{done:,}</dd>" in page
    assert "--resume --run-dir interrupted" in page
    total = done + 6
    again = ("--resume", "--run-dir", name, "--steps", total, "--quiet")
    assert quick_command(*again, cwd=base).returncode == 0
    assert steps(base / name) == list(range(1, total + 1))
    whole = (*SHORT, "--steps", total, "--run-dir", f"{name}-whole", "--quiet")
    assert quick_command(*whole, cwd=base).returncode == 0
    assert sha(base / name) == sha(base / f"{name}-whole")
    assert summary(base / name)["resumed_from"] == done
    assert not unfinished(base / name)


def wait_for_step(run_dir, seconds=240.0):
    """Waits until the run has logged something."""
    deadline = time.monotonic() + seconds
    metrics = run_dir / "metrics.jsonl"
    while not (metrics.exists() and metrics.stat().st_size):
        assert time.monotonic() < deadline, "the run never made a step"
        time.sleep(0.02)


def test_a_second_signal_stops_at_once(base):
    # Compiling takes seconds: both signals come before it ends.
    words = ("--dataset", "digits", "--variant", "gp", "--run-dir", "twice")
    with start(*words, "--devices", 1, cwd=base) as child:
        deadline = time.monotonic() + 240
        while not (base / "twice" / "tensorboard").exists():
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


def test_the_same_words_give_the_same_bits(base):
    result = quick_command(
        *SHORT, "--steps", 40, "--run-dir", "again", "--quiet", cwd=base
    )
    assert result.returncode == 0
    assert sha(base / "again") == sha(base / "done")


def test_two_devices_are_taken_when_asked_for(base):
    words = [word if word != "1" else "2" for word in SHORT]
    two = "--xla_force_host_platform_device_count=2"
    flags = f"{os.environ.get('XLA_FLAGS', '')} {two}"
    words += ["--steps", "2", "--run-dir", "two", "--quiet"]
    result = quick_command(*words, cwd=base, env=os.environ | {"XLA_FLAGS": flags})
    assert result.returncode == 0, result.stderr
    assert summary(base / "two")["device_count"] == 2
