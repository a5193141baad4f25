"""Hosts that fail or fall silent in the middle of a run end the others, with a reason.

The runtime would abort them: its callback for a lost host cannot be a Python function
(jaxlib has no form for the status that it is called with). So every host writes a sign
of life into the coordinator's store and reads those of the others, sooner than the
runtime loses patience. It knows keys and values, and nothing of training.
"""

import atexit
import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import jax

from wgan_jax.errors import (
    DivergedError,
    InterruptedRunError,
    LostHostError,
    UserError,
    warn,
)
from wgan_jax.text import print_error

# A host counts as lost after so long without a sign of life: one that traces a program
# on a busy machine may not give any for many seconds.
SILENT_SECONDS = 60.0
POLL_SECONDS = 0.5
_LONGEST_REASON = 4000  # characters
_AGAIN = "Start all processes again with --resume."
_runs = iter(range(2**31))  # all hosts count the same runs, so their numbers agree


@contextlib.contextmanager
def fail_together() -> Iterator[None]:
    """Ends every host if the block fails on one of them; with one host it does nothing.

    Errors that all hosts raise alike pass: divergence, an interruption, and a
    `UserError` that is `agreed`. After any other error the process ends without waiting
    for the other hosts; each of them prints the reason and ends with exit code 4.
    """
    if jax.process_count() == 1:
        yield
        return
    watch = Watch(jax.process_index(), jax.process_count(), next(_runs), _store())
    watch.start()
    try:
        yield
    except BaseException as error:
        # After a lost host every moment counts: the runtime is about to abort.
        if isinstance(error, LostHostError):
            raise
        if not _is_agreed(error):
            watch.report(f"{error or type(error).__name__}")
            # Before the runtime's own handler, which would wait for the others.
            atexit.register(_end, getattr(error, "exit_code", 1))
        # What all raise alike, the first host may still be writing a checkpoint for.
        watch.leave(wait=_is_agreed(error))
        raise
    watch.leave(wait=True)


def _is_agreed(error: BaseException) -> bool:
    if isinstance(error, UserError):
        return error.agreed
    return isinstance(error, DivergedError | InterruptedRunError)


def _end(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(code)


@contextlib.contextmanager
def host_errors() -> Iterator[None]:
    """Turns the runtime's error after another host was lost into one clear message.

    Raises:
        LostHostError: when there are several hosts and the runtime fails.
    """
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if jax.process_count() == 1:
            raise
        first_line = str(error).splitlines()[0]
        raise LostHostError(
            f"another host stopped answering ({first_line}). What it printed may say "
            "why. Start all processes again with --resume."
        ) from error


def _store() -> Any:
    """Returns the store that the coordinator keeps for all hosts; None without one."""
    # JAX 0.10 has no public name for it (`jax.distributed` holds initialize,
    # is_initialized and shutdown), and later versions have not been looked at; this is
    # the one place that uses the private name.
    try:
        from jax._src.distributed import global_state

        return global_state.client
    except (ImportError, AttributeError):
        return None


class Watch:
    """What one host knows of the others during one run."""

    def __init__(self, host: int, count: int, run: int, store: Any) -> None:
        """Makes the watch; `start` begins it.

        Args:
            host: this one.
            count: how many there are.
            run: tells runs of the same processes apart.
            store: keys and values that all hosts share, see `_store`; or None.
        """
        self._store: Any = store
        self._host, self._prefix = host, f"wgan_jax/{run}/"
        self._seen = {h: (time.monotonic(), "") for h in range(count) if h != host}
        self._left: set[int] = set()
        self._reasons: dict[int, str] = {}
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begins to watch, on threads of its own; warns where there is no store."""
        if not self._can_share():
            self._store = None
            warn(
                f"jax {jax.__version__} shares no store with wgan_jax: a host that "
                "fails or falls silent is noticed by the runtime alone, minutes later "
                "and without its reason"
            )
            return
        for work in (self._poll, self._end_on_loss):
            threading.Thread(target=work, daemon=True).start()

    def report(self, reason: str) -> None:
        """Tells the other hosts why this one fails, and gives them time to read it."""
        with contextlib.suppress(Exception):  # the store may be what is lost
            self._set("failed", reason[:_LONGEST_REASON])
            time.sleep(3 * POLL_SECONDS)

    def leave(self, *, wait: bool = False) -> None:
        """Says that this host is done; `wait` until the first one is, which writes."""
        with contextlib.suppress(Exception):
            self._set("left", "1")
        while wait and self._store and self._host and 0 not in self._left:
            time.sleep(POLL_SECONDS / 5)
        self._stopped.set()

    def _can_share(self) -> bool:
        # A store that cannot be used would make every host look silent.
        try:
            self._set("alive", "0")
            self._store.key_value_dir_get(self._prefix)
        except (AttributeError, TypeError):
            return False
        except Exception:  # it is the store, and may be what is lost
            return True
        return True

    def _set(self, kind: str, value: str) -> None:
        key = f"{self._prefix}{kind}/{self._host}"
        self._store.key_value_set(key, value, allow_overwrite=True)

    def _poll(self) -> None:
        signs = 0
        while not self._stopped.wait(POLL_SECONDS):
            signs += 1
            # An error here is silence for the others, which `_end_on_loss` counts.
            with contextlib.suppress(Exception):
                self._set("alive", str(signs))
                for key, value in self._store.key_value_dir_get(self._prefix):
                    kind, host = key.removeprefix(self._prefix).split("/")
                    self._record(kind, int(host), value)

    def _record(self, kind: str, host: int, value: str) -> None:
        if host == self._host:
            return
        if kind == "left":
            self._left.add(host)
        elif kind == "failed":
            self._reasons[host] = value
        elif self._seen[host][1] != value:
            self._seen[host] = (time.monotonic(), value)

    def _end_on_loss(self) -> None:
        # A thread of its own: reading from a silent coordinator does not return.
        while not self._stopped.wait(POLL_SECONDS):
            for host, reason in self._reasons.items():
                _stop(f"host {host} stopped: {reason}")
            now = time.monotonic()
            for host, (since, _) in self._seen.items():
                if host not in self._left and now - since > SILENT_SECONDS:
                    _stop(
                        f"host {host} has given no sign of life for "
                        f"{SILENT_SECONDS:g} seconds. {_AGAIN}"
                    )


def _stop(reason: str) -> None:
    print_error(f"wgan_jax: {reason}")
    _end(LostHostError.exit_code)  # the main thread waits in the runtime
