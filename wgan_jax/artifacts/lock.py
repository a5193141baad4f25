"""One process at a time writes in a run folder.

The lock is on a file of the folder, so that it counts on other hosts too where the file
system carries locks. Who only reads needs none.
"""

from pathlib import Path

from wgan_jax.errors import UserError, warn
from wgan_jax.file_lock import FileLock, HeldError

LOCK = ".wgan_jax.lock"


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

        def without(error: OSError) -> None:
            warn(
                f"the file system of {str(folder)!r} has no locks ({error.strerror}): "
                "nothing stops a second process from writing there"
            )

        try:
            self._lock = FileLock(folder / LOCK, without)
        except HeldError as held:
            raise UserError(
                f"{str(folder)!r} is being trained by {held}: nothing in it was "
                "changed. Wait until that process has ended, or stop it, then continue "
                "with --resume."
            ) from None

    def release(self) -> None:
        """Gives it back; once more does nothing."""
        self._lock.release()
