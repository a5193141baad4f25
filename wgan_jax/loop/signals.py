"""Graceful stop: the first signal is recorded for the loop, the second exits at once.

The loop finishes its dispatch, saves and stops. This module knows signals and their
exit codes, nothing of training.
"""

import contextlib
import os
import signal
import threading
import time
from types import FrameType


class StoppedAtOnceError(KeyboardInterrupt):
    """A second signal came before the first had been answered; nothing was written."""

    def __init__(self, exit_code: int) -> None:
        """Keeps the exit code, 130 for SIGINT and 143 for SIGTERM."""
        super().__init__("stopped at once")
        self.exit_code = exit_code


# Seconds within which two signals are one: a launcher sends SIGTERM beside a Ctrl-C.
TOGETHER = 0.05
_STOPPING = b"\nstopping: saving a checkpoint first. Once more to stop at once.\n"


class SignalHandler:
    """Records the first SIGINT or SIGTERM; a second one stops at once.

    Outside the main thread, where Python takes no signals, it records none.

    Attributes:
        received: the number of the signal; 0 before there is one.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        """Starts with no signal received; `quiet` says nothing when one comes."""
        self.received = 0
        self._quiet, self._since = quiet, 0.0
        self._before: dict[int, object] = {}

    def __enter__(self) -> "SignalHandler":
        """Takes over both signals."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *error: object) -> None:
        """Gives both signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # pyright: ignore[reportArgumentType]

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.received and time.monotonic() - self._since < TOGETHER:
            return
        if self.received:
            # A shell's convention: 128 and the number of the signal.
            raise StoppedAtOnceError(128 + number)
        self.received, self._since = number, time.monotonic()
        if not self._quiet:
            # Not print: a handler may run in the middle of another print.
            with contextlib.suppress(OSError):
                os.write(2, _STOPPING)
