"""Several hosts: how processes find each other, agree, and stop together.

Whatever differs between hosts (a missing file, a full disk, another option) is found
out here and raised on all of them, so that no host waits for one that has given up. It
knows no device: `devices` shares a batch.
"""

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from wgan_jax.errors import UserError
from wgan_jax.parallel.address import check_address
from wgan_jax.parallel.claim import claimed
from wgan_jax.parallel.cluster import in_cluster
from wgan_jax.text import print_error

HEARTBEAT_SECONDS = (
    180  # of silence, after which the runtime aborts: later than `watch`
)
SHUTDOWN_SECONDS = 20
JOIN_SECONDS = 120
_LONGEST_TEXT = 2**16  # bytes


def join_hosts(
    coordinator: str | None, num_processes: int | None, process_id: int | None
) -> None:
    """Connects this process with the others, before any device is used.

    Args:
        coordinator: HOST:PORT of process 0; None to take all three from the cluster
            (SLURM, Open MPI, TPU pods, Kubernetes) where there is one, or to join no
            others.
        num_processes: how many processes there are; 1 to join no others even in a
            cluster.
        process_id: which one this is, from 0.

    Raises:
        UserError: when only some of the three are given, another process of this
            machine has this process_id, or process 0 does not answer.
    """
    _check_place(coordinator, num_processes, process_id)
    if jax.distributed.is_initialized() or num_processes == 1:
        return
    if coordinator is None and not in_cluster(os.environ):
        return
    where = coordinator or "the cluster"
    # The loop agrees on signals by itself; jax's own service for SIGTERM would only
    # complain on stderr when a host is lost.
    jax.config.update("jax_enable_preemption_service", False)
    with claimed(coordinator, process_id):
        try:
            with _exit_after(f"{_JOIN_FAILED} {where}: not all of them came within"):
                _initialize(coordinator, num_processes, process_id)
        except (RuntimeError, ValueError, OSError, ImportError) as error:
            first_line = next(iter(str(error).splitlines()), type(error).__name__)
            message = f"{_JOIN_FAILED} {where}: {first_line}. {_JOIN_ADVICE}"
            raise UserError(message) from error


def _initialize(
    coordinator: str | None, num_processes: int | None, process_id: int | None
) -> None:
    """Joins on another thread, so that Ctrl-C is answered while this one waits."""
    errors: list[Exception] = []

    def join() -> None:
        try:
            jax.distributed.initialize(
                coordinator,
                num_processes,
                process_id,
                heartbeat_timeout_seconds=HEARTBEAT_SECONDS,
                # Later than `_exit_after`, whose message says what to do.
                initialization_timeout=JOIN_SECONDS + 60,
                shutdown_timeout_seconds=SHUTDOWN_SECONDS,
            )
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=join, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)  # without a limit the wait would hear no signal
    if errors:
        raise errors[0]


_JOIN_FAILED = "could not join the hosts of"
_JOIN_ADVICE = (
    "Start all processes with the same coordinator and num_processes, each with its "
    "own process_id; or give num_processes 1 to train on this host alone."
)


@contextlib.contextmanager
def _exit_after(message: str) -> Iterator[None]:
    """Exits with a message after JOIN_SECONDS; the runtime would abort the process."""

    def give_up() -> None:
        text = f"wgan_jax: {message} {JOIN_SECONDS} seconds. {_JOIN_ADVICE}"
        print_error(text)
        # The main thread waits inside the runtime, where no exception reaches it.
        os._exit(UserError.exit_code)

    timer = threading.Timer(JOIN_SECONDS, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _check_place(
    coordinator: str | None, num_processes: int | None, process_id: int | None
) -> None:
    if num_processes == 1 and not process_id:
        return
    given = (coordinator, num_processes, process_id)
    if any(g is None for g in given) and any(g is not None for g in given):
        raise UserError(
            "several hosts need all of coordinator, num_processes and process_id "
            f"(got {coordinator}, {num_processes}, {process_id}); where the cluster "
            "tells them, leave all three out."
        )
    if process_id is not None and process_id >= (num_processes or 0):
        raise UserError(
            f"process_id is {process_id}, but has to be less than num_processes "
            f"({num_processes})."
        )
    if coordinator is not None and not jax.distributed.is_initialized():
        check_address(coordinator, is_first=process_id == 0)


def is_first_host() -> bool:
    """Whether this host is the one that writes."""
    return jax.process_index() == 0


@contextlib.contextmanager
def raise_on_every_host() -> Iterator[None]:
    """Raises on every host if the block raises UserError on any of them.

    Raises:
        UserError: this host's own, or that of the first host that has one.
    """
    # Every host has to come to the exchange, the one that failed too: the others would
    # wait for it.
    reason, own = "", None
    try:
        yield
    except UserError as error:
        reason, own = str(error), error
    # The own error is raised below, after the exchange, and is the more precise one.
    if jax.process_count() > 1:
        for host, theirs in enumerate(_exchange(reason)):
            if theirs and own is None:
                raise _agreed(UserError(f"host {host} stopped: {theirs}"))
    if own is not None:
        raise _agreed(own)


def _agreed(error: UserError) -> UserError:
    error.agreed = True
    return error


def require_same(given: Mapping[str, object]) -> None:
    """Refuses to go on when hosts were given different things.

    Args:
        given: what this host was given, by name; all hosts pass the same names.

    Raises:
        UserError: on every host, with every name whose value is not that of host 0.
    """
    if jax.process_count() == 1:
        return
    mine = {name: str(value) for name, value in given.items()}
    reference, *others = map(json.loads, _exchange(json.dumps(mine)))
    different = [
        f"{name} is {value} on host 0 and {theirs.get(name)} on host {host}"
        for host, theirs in enumerate(others, start=1)
        for name, value in reference.items()
        if theirs.get(name) != value
    ]
    if different:
        raise _agreed(
            UserError(
                f"the hosts do not agree: {'; '.join(different)}. Give all processes "
                "the same options and the same data."
            )
        )


def _exchange(text: str) -> list[str]:
    from jax.experimental import multihost_utils

    gathered = multihost_utils.process_allgather(_to_bytes(text))  # [hosts, bytes]
    return [_to_text(row) for row in gathered]


def _to_bytes(text: str) -> np.ndarray:
    # All hosts have to give arrays of one shape, and know no other's length.
    data = text.encode()[:_LONGEST_TEXT]
    return np.frombuffer(data.ljust(_LONGEST_TEXT, b"\0"), np.uint8)


def _to_text(row: np.ndarray) -> str:
    return bytes(row).rstrip(b"\0").decode(errors="replace")


def read_on_first_host(read: Callable[[], Any]) -> Any:
    """Reads on the first host what others may not have, and returns it on every host.

    Args:
        read: returns what JSON can hold, at most 64 KiB of it.

    Returns:
        What `read` returned on the first host.

    Raises:
        UserError: the first host's, on every host.
    """
    if jax.process_count() == 1:
        return read()
    text = ""
    with raise_on_every_host():
        if is_first_host():
            text = json.dumps(read())
    received = from_first_host(_to_bytes(text))
    return json.loads(_to_text(received))


def from_first_host(tree: Any) -> Any:
    """Returns the first host's arrays on every host; all pass the same structure."""
    if jax.process_count() == 1:
        return tree
    from jax.experimental import multihost_utils

    return multihost_utils.broadcast_one_to_all(tree)
