"""One process at a time writes in a run folder: a lock that the kernel gives back.

It is held on a file of the folder, so that it counts on other hosts too where the file
system carries locks, and it ends with the process, however that ends. Who only reads
needs none.
"""

import contextlib
import errno
import fcntl
import os
import socket
import weakref
from pathlib import Path

from wgan_jax.errors import UserError, warn

LOCK = ".wgan_jax.lock"
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class FolderLock:
    """The right to write in a run folder, until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        """Takes it.

        Args:
            folder: the run's; it exists.

        Raises:
            UserError: a process that lives has it; the message names it.
            OSError: the folder cannot be written.
        """
        path = folder / LOCK
        handle = _take(path)
        # Also when it is forgotten, so that a notebook can go on after an error.
        self._give_back = weakref.finalize(self, _give_back, path, handle, os.getpid())

    def release(self) -> None:
        """Gives it back; once more does nothing."""
        self._give_back()


def _take(path: Path) -> int:
    """Opens and locks the file; returns its descriptor."""
    while True:
        # For writing: NFS locks no file that is open for reading alone.
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(handle, path)
            # Who had it may have removed the file after it was opened here.
            if _is_at(handle, path):
                os.ftruncate(handle, 0)
                os.write(handle, f"{os.getpid()} {socket.gethostname()}\n".encode())
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise _taken(handle, path) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        warn(
            f"the file system of {str(path.parent)!r} has no locks ({error.strerror}): "
            "nothing stops a second process from writing there"
        )


def _taken(handle: int, path: Path) -> UserError:
    process, _, host = os.pread(handle, 300, 0).decode(errors="replace").partition(" ")
    who = f"process {process} on {host.strip()}" if host else "another process"
    return UserError(
        f"{str(path.parent)!r} is being trained by {who}: nothing in it was changed. "
        "Wait until that process has ended, or stop it, then continue with --resume."
    )


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _give_back(path: Path, handle: int, owner: int) -> None:
    with contextlib.suppress(OSError):
        # Removed while it is held, and only by whoever took it: a forked process has
        # the descriptor too, and the folder may hold another run by now.
        if os.getpid() == owner and _is_at(handle, path):
            path.unlink()
    os.close(handle)
