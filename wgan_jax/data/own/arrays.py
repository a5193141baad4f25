"""A .npy or .npz file of uint8 images or float points.

The header is read first and held against the size of the file, so that no file can
promise more than it holds, and no pickle is ever read. This module knows files; whether
samples are of use is decided by `data.given.as_samples`.
"""

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from wgan_jax.data.given import MAX_CHANNELS, as_labels, as_samples, check_same_layout
from wgan_jax.data.memory import refuse_large
from wgan_jax.data.own.samples import OwnSamples
from wgan_jax.data.own.split import SHARE, held_out_rows
from wgan_jax.errors import UserError
from wgan_jax.files import describe_error

_TRAIN = ("train", "samples")  # in this order; then the only array there is
_TEST = "test"
_LABELS = ("labels", "train_labels")  # of the training samples, the first there is
_TEST_LABELS = "test_labels"


class Header(NamedTuple):
    """What the header of an array says."""

    shape: tuple[int, ...]
    dtype: np.dtype


def describe_arrays(path: Path) -> tuple[tuple[int, ...], int]:
    """Finds shape and number of the samples, from the header if that is enough.

    Returns:
        `(H, W, C)` or `(d,)`, and how many there are, the held-out ones among them.

    Raises:
        UserError: as `read_arrays`.
    """
    with _reading(path):
        if path.suffix == ".npy":
            shape, dtype = _header_of_file(path)
        else:
            with zipfile.ZipFile(path) as archive:
                shape, dtype = _header_of_member(archive, _choose(path, archive)[0])
    images = dtype == np.uint8 and len(shape) == 4 and shape[-1] <= MAX_CHANNELS
    if shape[:1] != (0,) and (images or (dtype.kind == "f" and len(shape) == 2)):
        return shape[1:], shape[0]
    # Grey images [N, H, W], or an array that is refused in words about its values.
    own = read_arrays(path)
    return own.train.shape[1:], len(own.train) + len(own.test)


def read_arrays(path: Path) -> OwnSamples:
    """Reads the training samples and, where there are any, the test samples.

    An .npz file holds them as `train` or `samples`, or as its only array, and as
    `test`. Without those a tenth is held out by a fixed permutation.

    Raises:
        UserError: a damaged or too large file, or arrays that are no samples.
    """
    with _reading(path):
        if path.suffix == ".npy":
            names, (train, test) = [path.name], (_read_file(path), None)
        else:
            with zipfile.ZipFile(path) as archive:
                names = _choose(path, archive)
                arrays = [_read_member(path, archive, name) for name in names]
            train, test = arrays if len(arrays) == 2 else (arrays[0], None)
    where = str(path) if path.suffix == ".npy" else f"array {names[0]!r} of {path}"
    train = as_samples(train, where)
    try:
        labels = read_labels(path)
    except UserError:  # said where they are wanted, see `load.count_classes`
        labels = None
    if test is not None:
        test = as_samples(test, f"array {_TEST!r} of {path}")
        check_same_layout(train, test)
        how = f"; held out: {_TEST!r}"
        return OwnSamples(train, test, where + how, [], *(labels or ()))
    held_out = held_out_rows(len(train))
    how = f"; held out: one in {SHARE} by a fixed permutation"
    own = OwnSamples(train[~held_out], train[held_out], where + how, [])
    if labels is None:
        return own
    return own._replace(
        train_labels=labels[0][~held_out], test_labels=labels[0][held_out]
    )


class Labels(NamedTuple):
    """The labels of an .npz file, int32: `[N]`, and `[M]` where it has a test array."""

    train: np.ndarray
    test: np.ndarray | None


def read_labels(path: Path) -> Labels:
    """Reads the classes of the samples of an .npz file.

    They are its array `labels` or `train_labels`, and `test_labels` where it has an
    array `test`, which may lack them.

    Raises:
        UserError: there are none, or none that fit the samples.
    """
    if path.suffix == ".npy":
        raise UserError(_unlabelled(path))
    with _reading(path), zipfile.ZipFile(path) as archive:
        names = _names(archive)
        chosen = next((name for name in _LABELS if name in names), None)
        if chosen is None:
            raise UserError(_unlabelled(path))
        arrays = _choose(path, archive)
        train, test = _labels_of(path, archive, chosen, arrays[0]), None
        if _TEST in arrays and _TEST_LABELS in names:
            test = _labels_of(path, archive, _TEST_LABELS, _TEST)
    return Labels(train, test)


def _labels_of(
    path: Path, archive: zipfile.ZipFile, name: str, samples: str
) -> np.ndarray:
    count = _header_of_member(archive, samples).shape[:1]
    labels = _read_member(path, archive, name)
    return as_labels(labels, f"array {name!r} of {path}", *count)


def _unlabelled(path: Path) -> str:
    return (
        f"conditional needs the class of every sample, and {path} has no labels: write "
        "an .npz file with an array 'labels' of whole numbers from 0 beside the "
        "samples (and 'test_labels' beside 'test'), or leave conditional out."
    )


def _choose(path: Path, archive: zipfile.ZipFile) -> list[str]:
    """Names the training array and, where there is one, the test array."""
    names = _names(archive)
    besides = (_TEST, *_LABELS, _TEST_LABELS)
    others = [name for name in names if name not in besides]
    chosen = next((name for name in _TRAIN if name in names), None)
    if chosen is None and len(others) == 1:
        chosen = others[0]
    if chosen is None:
        held = ", ".join(map(repr, names[:10])) or "no arrays"
        raise UserError(
            f"{path} holds {held}: which are the samples is not clear. Name the array "
            "'train' (and the held-out samples 'test')."
        )
    return [chosen, _TEST] if _TEST in names else [chosen]


def _names(archive: zipfile.ZipFile) -> list[str]:
    return [n.removesuffix(".npy") for n in archive.namelist() if n.endswith(".npy")]


def _header_of_file(path: Path) -> Header:
    with path.open("rb") as file:
        return _header(file, path.stat().st_size)


def _header_of_member(archive: zipfile.ZipFile, name: str) -> Header:
    info = archive.getinfo(f"{name}.npy")
    with archive.open(info) as file:
        return _header(file, info.file_size)


def _header(file: IO[bytes], size: int) -> Header:
    major, _ = np.lib.format.read_magic(file)
    if major == 1:
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    elif major == 2:
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise ValueError(f"it has version {major} of the format")
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are never read")
    expected = file.tell() + math.prod(shape) * dtype.itemsize
    if size != expected:
        raise ValueError(f"{size:,} bytes, where {shape} {dtype} takes {expected:,}")
    return Header(shape, dtype)


def _read_file(path: Path) -> np.ndarray:
    _refuse_large(path, _header_of_file(path))
    with path.open("rb") as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _read_member(path: Path, archive: zipfile.ZipFile, name: str) -> np.ndarray:
    _refuse_large(path, _header_of_member(archive, name))
    with archive.open(f"{name}.npy") as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _refuse_large(path: Path, header: Header) -> None:
    size = math.prod(header.shape) * header.dtype.itemsize
    refuse_large(size, f"the array {header.shape} of {path}", "Give fewer samples.")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (UserError, MemoryError):
        raise
    except OSError as error:
        raise UserError(f"cannot read {path}: {describe_error(error)}.") from None
    except Exception as error:  # a damaged zip file can raise nearly anything
        raise UserError(
            f"{path} is damaged, or no {path.suffix} file of numpy: {error}. Write it "
            "again with numpy.save or numpy.savez."
        ) from None
