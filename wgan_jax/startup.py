"""What a command does before it imports anything else: its module path and Ctrl-C.

The package imports this module first. While others load, Ctrl-C would be shown as a
traceback, so it ends the process by itself; and `python -m` puts the working directory
first on the module path, where a folder `torch` or a file `jax.py` would be imported in
the place of the package of that name, and run. Whoever imports the package as a library
keeps both as they were.
"""

# The builtin part of `signal`, which reads three files first: every millisecond here is
# one in which Ctrl-C prints a traceback.
import _signal  # pyright: ignore[reportMissingImports]
import os
import sys

_PROGRAM = "wgan-jax"


def is_command() -> bool:
    """Whether this process is one of the package's commands."""
    words = sys.orig_argv
    module = words[words.index("-m") + 1 :][:1] if "-m" in words else []
    called = os.path.basename(sys.argv[0]) if sys.argv else ""
    return called == _PROGRAM or bool(module and module[0].split(".")[0] == "wgan_jax")


def refuse_windows() -> None:
    """Ends the process where locks and limits of the kind used here are unknown."""
    if sys.platform == "win32":
        print(
            f"{_PROGRAM}: Linux or macOS is needed; on Windows run it in WSL.",
            file=sys.stderr,
        )
        raise SystemExit(2)


def leave_out_working_directory() -> None:
    """Takes the working directory off the module path, where `python -m` put it.

    What PYTHONPATH names stays, the working directory as well.
    """
    # Python was told already, by -P or PYTHONSAFEPATH: the first entry is another one.
    if sys.flags.safe_path or not sys.path:
        return
    try:
        here = os.getcwd()
    except FileNotFoundError:  # removed meanwhile
        here = ""
    if sys.path[0] in ("", here):
        del sys.path[0]


def end_in_silence_on_interrupt() -> None:
    """Lets the first Ctrl-C end the process, unless it was told to ignore the signal.

    Until a command can answer by itself, see `interrupts.raised`.
    """
    handler = _signal.getsignal(_signal.SIGINT)
    if handler is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


if is_command():
    refuse_windows()
    leave_out_working_directory()
    end_in_silence_on_interrupt()
