"""A data set in memory, and the row that describes it before it is read.

This module knows arrays and names. It must not know where data come from, nor JAX.
"""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Dataset:
    """A data set in memory.

    Attributes:
        name: the name in `DATASETS`, or any name for data of your own.
        train: uint8 images `[N, H, W, C]` or float32 points `[N, d]`.
        test: the held-out samples, same layout. Where data are handed over, None or
            none at all are nothing held out.
        train_labels: int32 `[N]`, or None; read by conditional runs alone.
        test_labels: int32 `[M]`, or None.
        source: one line that says where the samples came from.
        centers: float32 `[K, 2]`, the modes of a mixture of Gaussians, or None.
        std: the standard deviation of each of those modes, or None.
    """

    name: str
    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray | None
    test_labels: np.ndarray | None
    source: str
    centers: np.ndarray | None = None
    std: float | None = None

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of one sample, `(H, W, C)` or `(d,)`."""
        return self.train.shape[1:]

    @property
    def image_shape(self) -> tuple[int, int, int] | None:
        """`(H, W, C)` if the samples are images, else None."""
        shape = self.sample_shape
        return (shape[0], shape[1], shape[2]) if len(shape) == 3 else None

    @property
    def num_classes(self) -> int | None:
        """One more than the largest training label; None without labels."""
        return None if self.train_labels is None else int(self.train_labels.max()) + 1

    @functools.cached_property
    def sha256(self) -> str:
        """The SHA-256 of both splits, with their types and shapes."""
        return _sha256(self.train, self.test)

    @property
    def labels_sha256(self) -> str:
        """The same of the labels of both splits."""
        none = np.zeros(0, np.int32)
        labels = (self.train_labels, self.test_labels)
        return _sha256(*(none if each is None else each for each in labels))

    @property
    def dim(self) -> int | None:
        """The number of coordinates if the samples are points, else None."""
        return self.sample_shape[0] if len(self.sample_shape) == 1 else None


def _sha256(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


class Splits(NamedTuple):
    """The arrays of a published set: uint8 `[N, H, W, C]`, labels int32 `[N]`."""

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


@dataclass(frozen=True)
class RemoteFile:
    """One published file and how to recognise it.

    By MD5, because that is what the publishers give.

    Attributes:
        name: the file name, the same on every mirror.
        md5: checksum of the file as published, or None if only `unpacked_md5` counts.
        unpacked_md5: checksum after gunzip, or None where none is known.
        size: bytes of the file as published, where a download is cut; or None.
    """

    name: str
    md5: str | None = None
    unpacked_md5: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class DatasetRow:
    """One line of `DATASETS`: everything known about a data set without reading it.

    Attributes:
        name: what `load` and `--dataset` call it.
        loader: reads or builds it, given this row and the data directory.
        sample_shape: `(H, W, C)` or `(d,)`.
        train_size: number of training samples.
        test_size: number of held-out samples.
        summary: one line for people.
        origin: who published it, and the licence.
        mirrors: base addresses, tried in order; each ends in a slash.
        files: what the mirrors hold.
        folders: where a system package puts the same files.
        num_classes: of the labels, 0 to num_classes - 1; None where it has none.
        exact: whether every copy holds the same samples; otherwise the sizes are those
            of one version, and a run records a checksum.
        caution: what an evaluation has to say of it; empty for nothing.
    """

    name: str
    loader: Callable[["DatasetRow", Path | None], Dataset]
    sample_shape: tuple[int, ...]
    train_size: int
    test_size: int
    summary: str
    origin: str
    mirrors: tuple[str, ...] = ()
    files: tuple[RemoteFile, ...] = ()
    folders: tuple[Path, ...] = ()
    num_classes: int | None = None
    exact: bool = True
    caution: str = ""

    @property
    def is_image(self) -> bool:
        """Whether one sample is an image `(H, W, C)`."""
        return len(self.sample_shape) == 3
