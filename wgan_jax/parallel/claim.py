"""One process for each process_id of a coordinator, among those of one machine.

The runtime aborts one of two processes that join under the same number, and lets the
other wait for minutes. So a process locks a file in the folder for temporary files,
named after coordinator and number. Processes of different machines or users do not see
each other here. It knows files and sockets and does not import jax.
"""

import contextlib
import hashlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from wgan_jax.errors import UserError
from wgan_jax.file_lock import FileLock, HeldError

_held: dict[Path, FileLock] = {}  # of this process, which may leave and join again


@contextlib.contextmanager
def claimed(coordinator: str | None, process_id: int | None) -> Iterator[None]:
    """Keeps other processes of this machine from joining as the same one.

    Args:
        coordinator: HOST:PORT of process 0, of a host that exists; None for that of a
            cluster, which gives each process its number.
        process_id: which process this is.

    Yields:
        For the block that joins; where it fails, another process may.

    Raises:
        UserError: a process that lives has joined as this one.
    """
    if coordinator is None or process_id is None:
        yield
        return
    path = _path(coordinator, process_id)
    lock = _held.get(path) or _claim(path, coordinator, process_id)
    try:
        yield
    except BaseException:
        if lock is not None:
            lock.release()
            _held.pop(path, None)
        raise
    if lock is not None:
        _held[path] = lock


def _claim(path: Path, coordinator: str, process_id: int) -> FileLock | None:
    try:
        return FileLock(path, lambda error: None)
    except HeldError as held:
        raise UserError(
            f"process_id is {process_id}, but {held} has joined {coordinator} under "
            "this number already. Give each process a process_id of its own, or stop "
            "that process first."
        ) from None
    except OSError:  # read-only, full, or a file of somebody else: the runtime decides
        return None


def _path(coordinator: str, process_id: int) -> Path:
    host, _, port = coordinator.rpartition(":")
    # Of a host's addresses one, so that localhost and 127.0.0.1 are the same.
    found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    place = min((f[0] != socket.AF_INET, str(f[4][0])) for f in found)
    what = repr((place, int(port), process_id, os.getuid()))
    name = hashlib.sha256(what.encode()).hexdigest()[:32]
    return Path(tempfile.gettempdir()) / f"wgan_jax-host-{name}.lock"
