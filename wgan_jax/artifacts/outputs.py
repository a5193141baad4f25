"""Files and folders that a user names: refused early, written whole or not at all.

What is wrong with a name is found before anything is computed. This module knows paths
and imports nothing heavy.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from wgan_jax.errors import UserError
from wgan_jax.files import TEMPORARY, atomic_path, disk_errors, sync
from wgan_jax.places import is_folder, list_folder, status

_ADVICE = "Free some space, mend the permissions or name another place."


def check_file(path: Path, *, overwrite: bool) -> None:
    """Refuses a file that cannot or must not be written.

    Args:
        path: the file.
        overwrite: whether one that exists may be replaced.

    Raises:
        UserError: it is a folder, its folder does not exist or cannot be written, or it
            exists.
    """
    if is_folder(path):
        raise UserError(f"{str(path)!r} is a folder, not a file. Name a file in it.")
    _check_parent(path)
    if status(path) and not overwrite:
        raise UserError(
            f"{str(path)!r} exists. Replace it with --overwrite, or name another file."
        )


def check_folder(path: Path, owned: re.Pattern[str], *, overwrite: bool) -> None:
    """Refuses a folder that cannot or must not be filled.

    Args:
        path: the folder; new, or an empty one.
        owned: matches the names that may be replaced; a folder that holds any other is
            never touched.
        overwrite: whether a folder that holds such names may be replaced.

    Raises:
        UserError: it is a file, a link or a mount point, its folder does not exist or
            cannot be written, or it is not empty.
    """
    if path.name in ("", ".."):
        raise UserError(
            f"{str(path)!r} would be replaced as a whole, and what it lies in is in "
            "use. Name a new folder in it."
        )
    if status(path) and not is_folder(path):
        raise UserError(f"{str(path)!r} is a file, not a folder. Name another folder.")
    if path.is_symlink() or os.path.ismount(path):
        kind = "a link" if path.is_symlink() else "a mount point"
        raise UserError(
            f"{str(path)!r} is {kind}, and a folder is put in its place when it is "
            "full. Name a new folder in it."
        )
    _check_parent(path)
    names = [entry.name for entry in list_folder(path)]
    strange = [name for name in names if not owned.fullmatch(name)]
    if strange:
        raise UserError(
            f"{str(path)!r} holds {strange[0]!r}, which this command did not write, "
            "and is left as it is. Name a new folder."
        )
    if names and not overwrite:
        raise UserError(
            f"{str(path)!r} is not empty. Replace what is in it with --overwrite, or "
            "name a new folder."
        )


def _check_parent(path: Path) -> None:
    parent = path.absolute().parent
    if not is_folder(parent):
        raise UserError(
            f"{str(path)!r} would lie in {str(parent)!r}, which is no folder. Make it "
            "first, or name another place."
        )
    if not os.access(parent, os.W_OK | os.X_OK):
        raise UserError(
            f"{str(path)!r} cannot be written: there is no permission to write in "
            f"{str(parent)!r}. Mend the permissions or name another place."
        )


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path, and renames what the block writes there to `path`.

    Raises:
        ArtifactError: it cannot be written; what was there before is still there.
    """
    with disk_errors(f"write {str(path)!r}", _ADVICE), atomic_path(path) as temporary:
        yield temporary


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yields a temporary folder, and puts it in the place of `path` when it is full.

    Raises:
        ArtifactError: it cannot be written; what was there before is still there.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}-{os.getpid()}")
    with disk_errors(f"write the folder {str(path)!r}", _ADVICE):
        # Before anything is removed: what is there by this name is not ours.
        temporary.mkdir()
        try:
            yield temporary
            for file in temporary.iterdir():
                sync(file)
            sync(temporary)
            _put_in_place(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _put_in_place(folder: Path, path: Path) -> None:
    """Renames a folder; what it replaces is removed last, or comes back."""
    if not path.exists():
        folder.rename(path)
    else:
        # A folder cannot be renamed over one that is not empty.
        aside = folder.with_name(f"{folder.name}-old")
        aside.mkdir()  # empty, and so may be renamed over
        path.rename(aside)
        try:
            folder.rename(path)
        except BaseException:
            aside.rename(path)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    sync(path.absolute().parent)
