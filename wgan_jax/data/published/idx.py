"""IDX, the file format of MNIST and its relatives: bytes to array, or an error.

The format (LeCun, Cortes, Burges): two zero bytes, one byte for the type (8 is uint8),
one for the number of axes, a big-endian 32-bit size for each axis, then the values.
This module knows single files. It must not know which files make a data set, nor where
they are.
"""

import gzip
import hashlib
import io
import logging
import math
import stat
import zlib
from pathlib import Path

import numpy as np

from wgan_jax.data.dataset import RemoteFile
from wgan_jax.data.memory import memory_for
from wgan_jax.errors import UserError

MAX_BYTES = 64 << 20  # the largest published file has 47 MB
_UINT8 = 8  # the format's code of the type

_log = logging.getLogger(__name__)


def read_idx(path: Path, file: RemoteFile | None = None) -> np.ndarray:
    """Reads one IDX file of bytes, plain or gzip, and checks all of it.

    Args:
        path: the file. Whether it is gzip is seen from its first bytes, not its name.
        file: what it should be; its checksums are compared where they are known.

    Returns:
        A uint8 array, read-only, of the shape written in the header.

    Raises:
        UserError: if the file cannot be read, is damaged, truncated, too long, of
            another kind, or not the published one.
    """
    with memory_for(str(path)):
        packed = read_bounded(path)
        content = unpack(packed, path)
    # Parsed first: "truncated" is a better message than a wrong checksum.
    array = parse_idx(content, path)
    if file is not None:
        _check_published(packed, content, file, path)
    return array


def read_bounded(path: Path) -> bytes:
    """Reads a regular file of at most `MAX_BYTES`.

    Raises:
        UserError: it cannot be read, is no regular file, or larger.
    """
    try:
        status = path.stat()
        # A pipe would be waited for, and a device may never end.
        readable = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
        if not readable or status.st_size > MAX_BYTES:
            raise _damaged(path, f"no regular file of at most {MAX_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}.") from error


def parse_idx(content: bytes, path: Path) -> np.ndarray:
    """Turns the bytes of an unpacked IDX file into an array.

    Args:
        content: the whole file.
        path: where it came from, for messages.

    Returns:
        A uint8 array, read-only, of the shape written in the header.

    Raises:
        UserError: if the bytes are not exactly one IDX array of uint8.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or not 1 <= content[3] <= 4:
        raise _damaged(
            path, f"it starts with {content[:4].hex() or 'nothing'}, which is not IDX"
        )
    if content[2] != _UINT8:
        raise _damaged(path, f"its values have IDX type {content[2]}, not 8 (uint8)")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise _damaged(path, f"it is truncated inside its {header} byte header")
    shape = tuple(int(n) for n in np.frombuffer(content[4:header], ">u4"))
    expected = header + math.prod(shape)  # Python integers: no header overflows them
    if len(content) < expected:
        raise _damaged(
            path, f"it is truncated: {len(content)} of {expected} bytes for {shape}"
        )
    if len(content) > expected:
        raise _damaged(
            path, f"{len(content) - expected} bytes follow the array {shape}"
        )
    # A view of the bytes, without a copy, and so read-only.
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def write_idx(array: np.ndarray) -> bytes:
    """Turns a uint8 array into the bytes of an unpacked IDX file.

    Args:
        array: uint8, one to four axes.

    Returns:
        The file's bytes; `parse_idx` inverts them.
    """
    sizes = np.asarray(array.shape, ">u4").tobytes()
    return bytes([0, 0, _UINT8, array.ndim]) + sizes + array.tobytes()


def unpack(packed: bytes, path: Path) -> bytes:
    """Undoes gzip where there is any.

    Args:
        packed: the whole file, gzip or plain.
        path: where it came from, for messages.

    Returns:
        The unpacked bytes.

    Raises:
        UserError: if the gzip stream is truncated or damaged.
    """
    if packed[:2] != b"\x1f\x8b":
        return packed
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            content = file.read(MAX_BYTES + 1)
    except EOFError as error:
        raise _damaged(path, "its gzip stream is truncated") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, f"its gzip stream is damaged ({error})") from error
    # A few kilobytes can unpack to gigabytes.
    if len(content) > MAX_BYTES:
        raise _damaged(path, f"it unpacks to more than {MAX_BYTES:,} bytes")
    return content


def _check_published(
    packed: bytes, content: bytes, file: RemoteFile, path: Path
) -> None:
    """Compares the unpacked bytes where possible, since gzip output differs by tool."""
    if file.unpacked_md5 is not None:
        found, published, what = md5(content), file.unpacked_md5, "unpacked"
    elif packed is not content and file.md5 is not None:
        found, published, what = md5(packed), file.md5, "packed"
    else:
        _log.warning("%s: no checksum is published for it unpacked", path)
        return
    if found != published:
        raise _damaged(
            path,
            f"it is well-formed but not the published {file.name} (MD5 {what} {found}, "
            f"published {published})",
        )


def md5(content: bytes) -> str:
    """Returns the MD5 of some bytes in hexadecimal, as data sets publish it."""
    # Declared as no security measure: builds of Python under FIPS refuse MD5 as one.
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _damaged(path: Path, what: str) -> UserError:
    return UserError(
        f"{path} is damaged, altered or not an IDX file of bytes: {what}. Put the "
        "published file in its place, delete it so that another source is tried, or "
        "choose --dataset digits, which needs no files."
    )
