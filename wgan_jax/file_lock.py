"""A lock that one process at a time holds, and that the kernel gives back.

It is held on a small file, and ends with the process, however that ends; the file says
who holds it. What is protected, and how a refusal is worded, is up to the caller.
"""

import contextlib
import errno
import fcntl
import os
import socket
import weakref
from collections.abc import Callable
from pathlib import Path

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class HeldError(Exception):
    """Another process holds the lock; the message names it."""


class FileLock:
    """A lock, from its making until `release` or the end of the process."""

    def __init__(self, path: Path, on_no_locks: Callable[[OSError], None]) -> None:
        """Takes it.

        Args:
            path: the file; its folder exists.
            on_no_locks: called where the file system has no locks, so that nobody is
                kept out.

        Raises:
            HeldError: a process that lives has it.
            OSError: the file cannot be made or written.
        """
        handle = _take(path, on_no_locks)
        # Also when it is forgotten, so that a notebook can go on after an error.
        self._give_back = weakref.finalize(self, _give_back, path, handle, os.getpid())

    def release(self) -> None:
        """Gives it back; once more does nothing."""
        self._give_back()


def _take(path: Path, on_no_locks: Callable[[OSError], None]) -> int:
    """Opens and locks the file; returns its descriptor."""
    while True:
        # For writing: NFS locks no file that is open for reading alone. No link is
        # followed: what it names would be emptied.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            _lock(handle, on_no_locks)
            # Who had it may have removed the file after it was opened here.
            if _is_at(handle, path):
                os.ftruncate(handle, 0)
                os.write(handle, f"{os.getpid()} {socket.gethostname()}\n".encode())
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int, on_no_locks: Callable[[OSError], None]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise HeldError(_holder(handle)) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        on_no_locks(error)


def _holder(handle: int) -> str:
    process, _, host = os.pread(handle, 300, 0).decode(errors="replace").partition(" ")
    return f"process {process} on {host.strip()}" if host else "another process"


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _give_back(path: Path, handle: int, owner: int) -> None:
    with contextlib.suppress(OSError):
        # Removed while it is held, and only by whoever took it: a forked process has
        # the descriptor too, and another file may have the name by now.
        if os.getpid() == owner and _is_at(handle, path):
            path.unlink()
    os.close(handle)
