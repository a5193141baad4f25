"""How Ctrl-C ends a command: from its first import on, and with no traceback.

While modules load, an exception would be shown as a traceback, so the signal ends the
process by itself. Later it is an exception again; where Python cannot raise it, as in a
callback of the garbage collector, the process ends at once. `loop.signals` is for a run
that has something to save. Only the standard library is imported.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

_PROGRAM = "wgan-jax"


def end_in_silence_while_loading() -> None:
    """Lets the first Ctrl-C end the process, if it is one of this package's commands.

    Whoever imports the package as a library keeps Python's own handler, and so does a
    process that was told to ignore the signal.
    """
    if _is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _is_command() -> bool:
    words = sys.orig_argv
    module = words[words.index("-m") + 1 :][:1] if "-m" in words else []
    called = os.path.basename(sys.argv[0]) if sys.argv else ""
    return called == _PROGRAM or bool(module and module[0].split(".")[0] == "wgan_jax")


@contextlib.contextmanager
def raised() -> Iterator[None]:
    """Makes Ctrl-C an exception while the block runs, and loses none."""
    if _is_command() and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    before = sys.unraisablehook

    def hook(lost: Any) -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt):
            stop_at_once(lost.exc_value)
        before(lost)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def stop_at_once(error: KeyboardInterrupt) -> NoReturn:
    """Ends the process, with 130 or the code that the error carries."""
    # Here, because this module is the first to load and takes little time.
    from wgan_jax.text import print_error

    print_error("wgan_jax: stopped at once, without a checkpoint.")
    # Compiling or computing on other threads would crash an interpreter that ends.
    os._exit(getattr(error, "exit_code", 130))


end_in_silence_while_loading()
