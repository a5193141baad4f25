"""Ctrl-C ends a command from its first import on, with 130 and without a traceback."""

import signal
import subprocess
import sys

import pytest

from wgan_jax import commands, interrupts

LOADING = """
import os, signal, sys
# Started in the background by a shell, a process inherits that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
sys.orig_argv = ["python", "-m", "wgan_jax.run"]
from wgan_jax.run import main
sys.exit(main(["--help"]))
"""


@pytest.mark.parametrize("name", ["wgan_jax.commands", "wgan_jax.config.help_text"])
def test_ctrl_c_while_modules_load_is_no_traceback(name):
    code = LOADING.format(name=name)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    # A shell makes 130 of either.
    assert done.returncode in (130, -signal.SIGINT), done.stderr
    assert "Traceback" not in done.stderr


def test_a_library_leaves_the_signal_alone():
    before = signal.getsignal(signal.SIGINT)
    with interrupts.raised():
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("when", ["in", "inside", "out"])
def test_no_moment_of_a_command_is_without_an_answer(when, monkeypatch):
    """On the way in and out of the block that raises it, too."""
    codes, lasting = [], signal.signal
    monkeypatch.setattr(interrupts, "is_command", lambda: True)
    monkeypatch.setattr("os._exit", codes.append)

    def setting(number, handler):
        lasting(number, handler)
        if when == "in" and handler is signal.default_int_handler:
            signal.raise_signal(signal.SIGINT)

    def work():
        if when == "inside":
            signal.raise_signal(signal.SIGINT)

    kept = lasting(signal.SIGINT, signal.SIG_DFL)
    monkeypatch.setattr(signal, "signal", setting)
    try:
        commands.run_command(work)
        # From here on an interrupt ends the process, with no word of Python's.
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    finally:
        lasting(signal.SIGINT, kept)
    assert codes == ([] if when == "out" else [130])


def test_an_interrupt_that_python_cannot_raise_ends_the_process(monkeypatch):
    codes = []
    monkeypatch.setattr("os._exit", codes.append)

    class Dying:
        def __del__(self):
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.unraisablehook", lambda lost: None)
    with interrupts.raised():
        Dying()
    assert codes == [130]
