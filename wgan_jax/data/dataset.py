"""A data set in memory, and the row that describes it before it is read.

This module knows arrays and names. It must not know where data come from, nor JAX.
"""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wgan_jax.errors import UserError


@dataclass(frozen=True)
class Dataset:
    """A data set in memory.

    Attributes:
        name: the name in `DATASETS`, or any name for data of your own.
        train: uint8 images `[N, H, W, C]` or float32 points `[N, d]`.
        test: the held-out samples, same layout.
        train_labels: int32 `[N]`, or None; no member of the family trains on them.
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

    @functools.cached_property
    def sha256(self) -> str:
        """The SHA-256 of both splits, with their types and shapes."""
        digest = hashlib.sha256()
        for samples in (self.train, self.test):
            digest.update(f"{samples.dtype.str} {samples.shape}".encode())
            digest.update(np.ascontiguousarray(samples).data)
        return digest.hexdigest()

    @property
    def dim(self) -> int | None:
        """The number of coordinates if the samples are points, else None."""
        return self.sample_shape[0] if len(self.sample_shape) == 1 else None


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
    """

    name: str
    md5: str | None = None
    unpacked_md5: str | None = None


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
        exact: whether every copy holds the same samples; otherwise the sizes are those
            of one version, and a run records a checksum.
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
    exact: bool = True

    @property
    def is_image(self) -> bool:
        """Whether one sample is an image `(H, W, C)`."""
        return len(self.sample_shape) == 3


def from_arrays(train: Any, test: Any = None, *, name: str = "custom") -> Dataset:
    """Makes a data set from arrays of your own.

    Args:
        train: uint8 images `[N, H, W]` or `[N, H, W, C]`, C from 1 to 4, or points `[N,
            d]` of any float type: numpy or jax arrays, or nested lists.
        test: held-out samples of the same layout; None stands for an empty set.
        name: what artifacts call it.

    Returns:
        The data set, without labels.

    Raises:
        UserError: for any other type or layout, or points that are not finite.
    """
    train = as_samples(train, "train")
    # Empty and not None: it keeps dtype and sample shape, and no reader has to check.
    test = train[:0] if test is None else as_samples(test, "test")
    same_layout(train, test)
    return Dataset(name, train, test, None, None, f"arrays given as {name!r}")


def same_layout(train: np.ndarray, test: np.ndarray) -> None:
    """Refuses held-out samples that are unlike the training samples."""
    if test.shape[1:] != train.shape[1:] or test.dtype != train.dtype:
        raise UserError(
            f"test samples are {test.dtype} {test.shape[1:]} but training samples are "
            f"{train.dtype} {train.shape[1:]}; give both the same layout."
        )


def as_samples(samples: Any, what: str) -> np.ndarray:
    """Turns an array into samples, or says what to do with it.

    Args:
        samples: a numpy or jax array, or nested lists.
        what: what it is, the subject of the message.

    Returns:
        uint8 images `[N, H, W, C]` or float32 points `[N, d]`.

    Raises:
        UserError: for any other type or layout, or points that are not finite.
    """
    try:
        samples = np.asarray(samples)
    except Exception as error:  # ragged lists, objects that refuse to be arrays
        raise UserError(
            f"{what} is a {type(samples).__name__} that is no array: {error}. {_WANTED}"
        ) from None
    if samples.dtype == np.uint8 and samples.ndim in (3, 4) and samples.size:
        # [N, H, W] to [N, H, W, 1].
        images = samples if samples.ndim == 4 else samples[..., None]
        _check_channels(images.shape, what)
        return images
    if samples.dtype.kind == "f" and samples.ndim == 2 and samples.size:
        with np.errstate(over="ignore"):  # found below
            points = samples.astype(np.float32)
        if not np.isfinite(points).all():
            raise UserError(
                f"{what} holds points that are not finite as float32; remove them."
            )
        return points
    described = f"{what} is {samples.dtype} {samples.shape}"
    raise UserError(f"{described}{_describe_images(samples)}. {_WANTED}")


def _describe_images(samples: np.ndarray) -> str:
    """Says how images of another type become uint8; "" for what are no images."""
    if samples.dtype.kind not in "fiu" or samples.ndim not in (3, 4):
        return ""
    if not samples.size or not np.isfinite(low := samples.min()):
        return ""
    high = samples.max()
    if low >= 0 and high > 1 and high <= 255:
        how = "np.rint(images).astype(np.uint8)"
    elif low >= 0 and high <= 1:
        how = "np.rint(images * 255).astype(np.uint8)"
    elif low >= -1 and high <= 1:
        how = "np.rint((images + 1) * 127.5).astype(np.uint8)"
    else:
        return f" from {low:.4g} to {high:.4g}"
    return f" from {low:.4g} to {high:.4g}: save {how}"


_WANTED = (
    "Give images as uint8 [N, H, W] or [N, H, W, C] with values 0 to 255, or points as "
    "float [N, d], at least one."
)
MAX_CHANNELS = 4


def _check_channels(shape: tuple[int, ...], what: str) -> None:
    if shape[-1] <= MAX_CHANNELS:
        return
    # The usual mistake is PyTorch's layout, [N, C, H, W].
    advice = "Split or reduce the channels."
    if shape[1] <= MAX_CHANNELS:
        advice = "Channels come last: give np.transpose(images, (0, 2, 3, 1))."
    raise UserError(
        f"{what} holds images of shape {shape[1:]}, but wanted is [H, W, C] with C "
        f"from 1 to {MAX_CHANNELS}. {advice}"
    )
