"""How Ctrl-C ends a command: with 130 and no traceback.

While modules load the signal ends the process by itself, see `startup`. Then it is an
exception; where Python cannot raise it, as in a callback of the garbage collector, the
process ends at once. `loop.signals` is for a run that has something to save.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from wgan_jax.startup import is_command


@contextlib.contextmanager
def raised() -> Iterator[None]:
    """Makes Ctrl-C an exception while the block runs, and loses none.

    To be entered where `KeyboardInterrupt` is caught: it may come on the way in or out.
    """
    own = is_command() and signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    before = sys.unraisablehook

    def hook(lost: Any) -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt):
            stop_at_once(lost.exc_value)
        before(lost)

    try:
        sys.unraisablehook = hook
        if own:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    finally:
        # An interpreter that ends would print a traceback again.
        if own:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        sys.unraisablehook = before


def stop_at_once(error: KeyboardInterrupt) -> NoReturn:
    """Ends the process, with 130 or the code that the error carries."""
    # Here, because an interrupt may come before it is loaded.
    from wgan_jax.text import print_error

    print_error("wgan_jax: stopped at once, without a checkpoint.")
    # Compiling or computing on other threads would crash an interpreter that ends.
    os._exit(getattr(error, "exit_code", 130))
