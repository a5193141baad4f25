"""CIFAR-10 from its published Python archive, packed or unpacked.

The archive holds pickles, and a pickle can run code. Each one is compared with its
published checksum first, and is then read by an unpickler that allows nothing but numpy
arrays. This module knows the archive. It must not know where it is found.
"""

import bz2
import gzip
import io
import lzma
import pickle
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from wgan_jax.data.dataset import Dataset, DatasetRow, Splits
from wgan_jax.data.memory import memory_for
from wgan_jax.data.published.idx import MAX_BYTES, md5, read_bounded
from wgan_jax.data.published.search import SourceFormat, load_published
from wgan_jax.errors import UserError
from wgan_jax.files import open_regular
from wgan_jax.places import is_file, is_folder

_UNPACKED = 512 << 20  # bytes; the published archive has 186 MB
_COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
FOLDER = "cifar-10-batches-py"
BATCHES = {  # MD5 of the unpacked members, the published ones
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
# A pickle can call whatever it names, os.system too. These are all the names that an
# array of bytes needs; numpy 2 moved _reconstruct, so it is here under both paths.
_ALLOWED = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("_codecs", "encode"),
}


def load_cifar10(row: DatasetRow, data_dir: Path | None = None) -> Dataset:
    """Loads CIFAR-10 (Krizhevsky, 2009).

    Args:
        row: name, archive, mirrors.
        data_dir: a folder with cifar10/cifar-10-python.tar.gz or, unpacked,
            cifar10/cifar-10-batches-py/, or None.

    Returns:
        uint8 images `[50000, 32, 32, 3]` and `[10000, 32, 32, 3]` with labels.

    Raises:
        UserError: if files are damaged, altered or nowhere to be found.
    """
    wanted = f"{row.files[0].name} or {FOLDER}/"
    return load_published(SourceFormat(_find, _read, wanted), row, data_dir)


def parse_batch(content: bytes, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Reads one pickled batch without running any code it may hold.

    Args:
        content: the pickle.
        path: where it came from, for messages.

    Returns:
        uint8 images `[N, 32, 32, 3]` and int32 labels `[N]`.

    Raises:
        UserError: if it is not a CIFAR-10 batch, or names anything but numpy arrays.
    """
    try:
        batch = _ArrayUnpickler(io.BytesIO(content), encoding="bytes").load()
        pixels = np.asarray(batch[b"data"], np.uint8)
        labels = np.asarray(batch[b"labels"], np.int32)
        planes = pixels.reshape(len(labels), 3, 32, 32)
    except Exception as error:  # a broken pickle can raise nearly anything
        raise _damaged(path, f"{type(error).__name__}: {error}") from error
    # [N, 3, 32, 32] to [N, 32, 32, 3], copied into that order.
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def _find(row: DatasetRow, folder: Path) -> list[Path]:
    """Looks in the set's folder, for the unpacked folder and then for the archive."""
    unpacked = folder / FOLDER
    if is_folder(unpacked):
        members = [unpacked / name for name in BATCHES]
        if missing := [path.name for path in members if not is_file(path)]:
            raise UserError(
                f"{unpacked} holds only part of {row.name}: {', '.join(missing)} "
                "missing. Unpack the archive again, or delete the folder."
            )
        return members
    archive = folder / row.files[0].name
    return [archive] if is_file(archive) else []


def _read(row: DatasetRow, files: list[Path]) -> Splits:
    # One path is the archive, several are the unpacked batches.
    with memory_for(str(files[0])):
        contents = (
            {path.name: read_bounded(path) for path in files}
            if len(files) > 1
            else _unpack(files[0])
        )
    parts = {}
    for name, published in BATCHES.items():
        path = files[0].parent / name
        if (found := md5(contents[name])) != published:
            raise _damaged(path, f"its MD5 is {found}, published {published}")
        parts[name] = parse_batch(contents[name], path)
    test, test_labels = parts.pop("test_batch")
    train = np.concatenate([images for images, _ in parts.values()])
    train_labels = np.concatenate([labels for _, labels in parts.values()])
    return Splits(train, train_labels, test, test_labels)


def _unpack(archive: Path) -> dict[str, bytes]:
    """Reads the members in memory, so that no path in an archive is written to."""
    contents = {}
    try:
        with (
            _opened(archive) as content,
            tarfile.open(fileobj=content, mode="r:") as tar,
        ):
            for member in tar:
                folder, _, name = member.name.removeprefix("./").partition("/")
                if folder == FOLDER and name in BATCHES and member.isfile():
                    file = tar.extractfile(member)
                    contents[name] = file.read() if file else b""
    except (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _damaged(archive, str(error)) from error
    if missing := [name for name in BATCHES if name not in contents]:
        raise _damaged(archive, f"{', '.join(missing)} missing")
    return contents


@contextmanager
def _opened(archive: Path) -> Iterator[Any]:
    """Opens an archive, decompressed by what its first bytes say, and bounded."""
    with open_regular(archive) as packed:
        start = packed.read(6)
        packed.seek(0)
        kinds = [k for first, k in _COMPRESSED.items() if start.startswith(first)]
        if not kinds:
            yield _Bounded(packed)
            return
        with kinds[0](packed) as unpacked:
            yield _Bounded(unpacked)


class _Bounded:
    """A file of which no large part is read: a few bytes can unpack to gigabytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.tell = file, file.tell

    def read(self, size: int) -> bytes:
        if size > MAX_BYTES:
            raise tarfile.ReadError(f"one of its parts has {size:,} bytes")
        return self._file.read(size)

    def seek(self, position: int) -> int:
        if position > _UNPACKED:
            raise tarfile.ReadError(f"it unpacks to more than {_UNPACKED:,} bytes")
        return self._file.seek(position)


def _damaged(path: Path, what: str) -> UserError:
    return UserError(
        f"{path} is damaged, altered or not CIFAR-10: {what}. Put the published file "
        "in its place, delete it so that another source is tried, or choose --dataset "
        "digits, which needs no files."
    )
