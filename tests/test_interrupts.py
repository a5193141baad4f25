"""Ctrl-C ends a command from its first import on, with 130 and without a traceback."""

import signal
import subprocess
import sys

import pytest

from wgan_jax import interrupts

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
    interrupts.end_in_silence_while_loading()
    with interrupts.raised():
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before


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
