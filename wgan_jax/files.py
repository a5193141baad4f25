"""Atomic file writes and clear disk errors, for everything that the package writes.

Every file is written beside its final name, flushed to the device and renamed, so a
kill leaves the old content or the new. This module knows nothing of runs or training.
"""

import contextlib
import errno
import io
import json
import math
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wgan_jax.errors import UserError

TEMPORARY = ".tmp-"  # prefix of every unfinished file or folder
_UNFINISHED = re.compile(rf"{re.escape(TEMPORARY)}(.+)-\d+(?:_[0-9a-f]{{8}})?")
_OLD_SECONDS = 3600  # an unfinished file of that age has no live writer
_NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK)


class ArtifactError(UserError):
    """A write failed (disk full or read-only, no permission); exit code 2."""


def describe_error(error: BaseException) -> str:
    """Describes an error in a few words: `No space left on device`."""
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{where}"
    return str(error) or repr(error)


def advice_on(error: OSError, otherwise: str) -> str:
    """Says what to do about a failed write in a folder that was there.

    Args:
        error: why it failed.
        otherwise: the advice for a full disk or want of permission.
    """
    gone = "Its folder was moved or removed meanwhile: put it back, or start anew."
    return gone if error.errno == errno.ENOENT else otherwise


@contextlib.contextmanager
def disk_errors(doing: str, advice: str, *, existing: bool = True) -> Iterator[None]:
    """Turns an `OSError` of the block into an `ArtifactError`.

    Args:
        doing: what failed, completing the phrase `cannot ...`.
        advice: what the user can do, a full sentence.
        existing: whether the folder was there; `advice_on` says what if it is gone.

    Raises:
        ArtifactError: when the block raises OSError.
    """
    try:
        yield
    except OSError as error:
        advice = advice_on(error, advice) if existing else advice
        raise ArtifactError(
            f"cannot {doing}: {describe_error(error)}. {advice}"
        ) from error


def sync(path: Path) -> None:
    """Flushes a file to the device, or for a folder the names in it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def open_regular(path: Path) -> Iterator[io.BufferedReader]:
    """Opens a file for reading, unless it is a pipe, a device or a folder.

    Args:
        path: the file; a link to one will do.

    Raises:
        OSError: it cannot be opened, or is no regular file. A pipe without a writer
            does not wait.
    """
    # O_NONBLOCK: without it the open itself waits for a pipe's writer.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        yield file


def write_atomic(path: Path, data: bytes, *, exclusive: bool = False) -> None:
    """Writes a file so that readers see the old content or the new, never a part.

    Args:
        path: the file; its folder must exist.
        data: the whole content.
        exclusive: raise `FileExistsError` where the file already exists, even when
            another process creates it at this very moment.
    """
    with atomic_path(path, exclusive=exclusive) as temporary:
        temporary.write_bytes(data)


@contextlib.contextmanager
def atomic_path(path: Path, *, exclusive: bool = False) -> Iterator[Path]:
    """Yields a temporary path, and renames what the block writes there to `path`.

    Args:
        path: the final name; its folder must exist. When the block fails it is left as
            it was and the temporary file is removed.
        exclusive: raise `FileExistsError` where `path` already exists.
    """
    # In the same folder, because renaming is atomic only within one file system. Two
    # writers of one file may be in two containers, both of process id 1.
    writer = f"{os.getpid()}_{secrets.token_hex(4)}"
    temporary = path.with_name(f"{TEMPORARY}{path.name}-{writer}")
    try:
        yield temporary
        # Before the rename: else a power cut can leave the final name without content.
        sync(temporary)
        if exclusive:
            # A rename would replace a file that exists, and O_EXCL would show an empty
            # one while it is written. A hard link fails, or appears with its content.
            try:
                os.link(temporary, path)
                temporary.unlink()
            except OSError as error:
                # FAT, and many file systems of networks and clouds, have no hard links.
                if error.errno not in _NO_LINKS:
                    raise
                # Claimed empty and then replaced: a kill in between leaves it empty.
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
                temporary.replace(path)
        else:
            temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    # The rename is an entry of the folder and survives a power cut only once the folder
    # has been flushed as well.
    sync(path.parent)


def temporaries(folder: Path, owned: re.Pattern[str]) -> list[Path]:
    """Finds what killed writers left unfinished, by exact name.

    Args:
        folder: where to look; it may hold files of the user's.
        owned: matches the final names that the caller writes there.

    Returns:
        `.tmp-NAME-PROCESS_RANDOM` of these names alone. Those of a live writer look
        the same.
    """
    if not folder.is_dir():
        return []
    found = ((_UNFINISHED.fullmatch(path.name), path) for path in folder.iterdir())
    return [path for match, path in found if match and owned.fullmatch(match[1])]


def remove_temporaries(folder: Path, owned: re.Pattern[str]) -> None:
    """Removes the unfinished files of killed writers, see `temporaries`."""
    for path in temporaries(folder, owned):
        if path.is_file() and not path.is_symlink():
            path.unlink()


def make_room(path: Path, size: int, owned: re.Pattern[str], most_bytes: int) -> None:
    """Removes what was used longest ago from a cache, and what killed writers left.

    Args:
        path: the file that is to come; others may tidy its folder at the same moment.
        size: its bytes.
        owned: matches the names of the cache's files, as their writers call them.
        most_bytes: how much may lie in the folder, with the new file.

    Raises:
        OSError: the folder cannot be read or written.
    """
    now = time.time()
    for unfinished in temporaries(path.parent, owned):
        with contextlib.suppress(FileNotFoundError):
            if now - unfinished.stat().st_mtime > _OLD_SECONDS:
                unfinished.unlink()
    files = []
    for other in path.parent.iterdir():
        if owned.fullmatch(other.name) and other != path:
            with contextlib.suppress(FileNotFoundError):
                status = other.stat()
                files.append((status.st_mtime_ns, status.st_size, other))
    total = size + sum(length for _, length, _ in files)
    for _, length, other in sorted(files):
        if total <= most_bytes:
            break
        other.unlink(missing_ok=True)
        total -= length


def to_jsonable(value: Any) -> Any:
    """Reduces a value to what every JSON parser reads.

    JSON has no NaN and no infinity, so both become null. Arrays and tuples become
    lists, paths strings; float32 keeps every digit.

    Raises:
        TypeError: a value of a type that JSON has no form for.
    """
    if isinstance(value, dict):
        return {str(key): to_jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_jsonable(item) for item in value]
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if isinstance(value, float):
        # json.dumps would write the word NaN, which JavaScript and others refuse.
        return value if math.isfinite(value) else None
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):  # numpy and jax arrays and scalars
        return to_jsonable(value.tolist())
    raise TypeError(f"{type(value).__name__} has no place in a JSON file: {value!r}")


def json_bytes(value: Any) -> bytes:
    """Encodes a value as indented JSON with a final newline."""
    text = json.dumps(to_jsonable(value), indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"
