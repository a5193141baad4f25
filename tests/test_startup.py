"""What a command does first: nothing of the working directory is imported by it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import wgan_jax
from wgan_jax import startup

PACKAGE = Path(wgan_jax.__file__).parent
# Of the standard library too; numpy stands for jax, optax or an absent torch.
NAMES = ("signal", "typing", "argparse", "email", "platform", "numpy", "matplotlib")


def test_what_the_working_directory_holds_is_not_imported(tmp_path):
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported')")
    words = [sys.executable, "-m", "wgan_jax.compare", "nosuch"]
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(
        words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "no run in 'nosuch'" in done.stderr


@pytest.mark.parametrize(
    ("words", "called", "expected"),
    [
        (["python", "-m", "wgan_jax.run", "--help"], "/x/run.py", True),
        (["python", "-X", "dev", "-m", "wgan_jax"], "/x/__main__.py", True),
        (["python", "/venv/bin/wgan-jax", "run"], "/venv/bin/wgan-jax", True),
        (["python", "-m", "pytest"], "/x/pytest", False),
        (["python", "-m", "wgan_jaxed"], "/x/wgan_jaxed.py", False),
        (["python", "mine.py", "-m"], "mine.py", False),
    ],
)
def test_only_a_command_of_the_package_is_one(monkeypatch, words, called, expected):
    monkeypatch.setattr(sys, "orig_argv", words)
    monkeypatch.setattr(sys, "argv", [called])
    assert startup.is_command() is expected


@pytest.mark.parametrize(
    ("first", "left"), [("", []), ("here", []), ("elsewhere", ["elsewhere"])]
)
def test_only_the_working_directory_at_the_first_place_goes(
    tmp_path, monkeypatch, first, left
):
    monkeypatch.chdir(tmp_path)
    here = str(tmp_path)
    monkeypatch.setattr(
        sys, "path", [here if first == "here" else first, here, "/packages"]
    )
    startup.leave_out_working_directory()
    assert sys.path == [*left, here, "/packages"]


def test_a_working_directory_that_is_gone_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(sys, "path", ["", "/packages"])
    startup.leave_out_working_directory()
    assert sys.path == ["/packages"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (signal.default_int_handler, signal.SIG_DFL),
        (signal.SIG_IGN, signal.SIG_IGN),  # as nohup and a shell's & have it
    ],
)
def test_an_interrupt_ends_in_silence_unless_it_is_ignored(before, after):
    kept = signal.signal(signal.SIGINT, before)
    try:
        startup.end_in_silence_on_interrupt()
        assert signal.getsignal(signal.SIGINT) is after
    finally:
        signal.signal(signal.SIGINT, kept)


def test_help_is_answered_before_anything_heavy_is_imported():
    code = (
        "import sys; from wgan_jax.sample import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as end: assert not end.code\n"
        "assert not {'jax', 'flax', 'matplotlib'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "python -m wgan_jax.sample RUN --count 1000 --out samples.npz" in done.stdout
