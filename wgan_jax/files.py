"""How anything here reaches the disk: whole or not at all, and with a clear error.

Every file is written beside its final name, flushed to the device and renamed, so a
kill leaves the old content or the new. This file knows nothing of runs or training.
"""

import contextlib
import json
import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wgan_jax.errors import UserError

TEMPORARY = ".tmp-"  # every unfinished file or folder starts with this


class ArtifactError(UserError):
    """The disk refused: full, read-only, or not ours to write. Exit code 2."""


def describe_error(error: BaseException) -> str:
    """The shortest true account of an error: `No space left on device`."""
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror}{where}"
    return str(error) or repr(error)


@contextlib.contextmanager
def disk_errors(doing: str, advice: str) -> Iterator[None]:
    """Turns an `OSError` of the block into an `ArtifactError`.

    Args:
        doing: what failed, completing the phrase `cannot ...`.
        advice: what the user can do, a full sentence.
    """
    try:
        yield
    except OSError as error:
        raise ArtifactError(
            f"cannot {doing}: {describe_error(error)}. {advice}"
        ) from error


def sync(path: Path) -> None:
    """Flushes a file, or the names in a folder, to the device."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
    """Lends a temporary name; what the block wrote there becomes `path` at its end."""
    temporary = path.with_name(f"{TEMPORARY}{path.name}-{os.getpid()}")
    try:
        yield temporary
        sync(temporary)
        if exclusive:
            os.link(temporary, path)
            temporary.unlink()
        else:
            temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync(path.parent)


def remove_temporaries(folder: Path) -> None:
    """Removes what writers killed in the middle left behind in a folder."""
    for path in folder.glob(f"{TEMPORARY}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def to_jsonable(value: Any) -> Any:
    """Reduces a value to what every JSON parser reads.

    JSON has no word for a number that is not finite, so NaN and the infinities become
    null. Arrays become lists, tuples lists, paths strings; float32 keeps every digit.
    """
    if isinstance(value, dict):
        return {str(key): to_jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_jsonable(item) for item in value]
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if isinstance(value, float):
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
