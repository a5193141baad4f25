"""Data that a caller hands over: arrays, or a `Dataset` made by hand.

All data come through here or from a loader of this package, so that no other module
has to check them again. It knows arrays and names; it must not know JAX, nor where
data come from.
"""

import dataclasses
from typing import Any

import numpy as np

from wgan_jax.data.dataset import Dataset
from wgan_jax.errors import UserError
from wgan_jax.given import as_array, as_number, holds_floats

MAX_CHANNELS = 4
# Of points: the square of a distance, and the sum over coordinates, fit into float32.
LARGEST = 1e15
LONGEST_NAME = 100


def as_dataset(data: Any) -> Dataset:
    """Takes data in any form that is allowed, and checks all of it.

    Args:
        data: a `Dataset`, or training samples as `from_arrays` takes them.

    Returns:
        A data set whose every field is what `Dataset` says.

    Raises:
        UserError: naming the field, what it holds and what is wanted.
    """
    if not isinstance(data, Dataset):
        return from_arrays(data)
    check_name(data.name)
    if not isinstance(data.source, str):
        raise UserError(
            f"source is {data.source!r}: say in a line where the samples came from."
        )
    train, test = _splits(data.train, data.test)
    centers, std = _modes(data.centers, data.std, train.shape[1:])
    return dataclasses.replace(
        data,
        train=train,
        test=test,
        train_labels=_labels(data.train_labels, "train_labels", len(train)),
        test_labels=_labels(data.test_labels, "test_labels", len(test)),
        centers=centers,
        std=std,
    )


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
        UserError: for any other type or layout, points that are not finite or too
            large for float32, or a name that no artifact can carry.
    """
    check_name(name)
    train, test = _splits(train, test)
    return Dataset(name, train, test, None, None, f"arrays given as {name!r}")


def check_name(name: Any) -> None:
    """Refuses a name that artifacts cannot carry.

    Args:
        name: of data of the user's own.

    Raises:
        UserError: for anything but a short line of printable text that is no path.
    """
    # It names folders and stands in titles, reports and JSON.
    if not isinstance(name, str) or not name.strip(" .") or len(name) > LONGEST_NAME:
        problem = f"has to be text of 1 to {LONGEST_NAME} characters"
    elif not name.isprintable() or "/" in name or "\\" in name:
        problem = "may hold no separators of paths and no control characters"
    else:
        return
    quoted = repr(name)
    quoted = quoted if len(quoted) <= LONGEST_NAME else f"{quoted[:40]}..."
    raise UserError(f"the name of the data is {quoted}, but it {problem}.")


def _splits(train: Any, test: Any) -> tuple[np.ndarray, np.ndarray]:
    train = as_samples(train, "train")
    # Empty and not None: it keeps dtype and sample shape, and no reader has to check.
    shape: Any = [len(test)] if isinstance(test, list) else getattr(test, "shape", ())
    if test is None or (shape and shape[0] == 0):  # of any layout
        return train, train[:0]
    test = as_samples(test, "test")
    check_same_layout(train, test)
    return train, test


def _labels(labels: Any, name: str, count: int) -> np.ndarray | None:
    return None if labels is None else as_labels(labels, name, count)


def as_labels(labels: Any, name: str, count: int) -> np.ndarray:
    """Takes the classes of samples.

    Args:
        labels: whole numbers, [count].
        name: what they are, the subject of the message.
        count: how many samples there are.

    Returns:
        int32 [count].

    Raises:
        UserError: for any other type or shape, or numbers beyond int32.
    """
    wanted = f"Give one whole number a sample, [{count}], or None."
    labels = as_array(name, labels, wanted)
    fits = labels.dtype.kind in "iu" and labels.shape == (count,)
    if not fits or (count and not -(2**31) <= labels.min() <= labels.max() < 2**31):
        raise UserError(f"{name} is {labels.dtype} {labels.shape}. {wanted}")
    return labels.astype(np.int32)


def _modes(
    centers: Any, std: Any, shape: tuple[int, ...]
) -> tuple[np.ndarray | None, float | None]:
    """Checks the modes of a mixture, which are known both or not at all."""
    if centers is None and std is None:
        return None, None
    if centers is None or std is None:
        raise UserError(
            "centers and std describe a mixture together: give both, or None for both."
        )
    centers = as_samples(centers, "centers")
    if centers.shape[1:] != shape or len(shape) != 1:
        raise UserError(
            f"centers has shape {centers.shape}, but the samples have {shape}: give "
            "one point a mode, [K, d], and modes for points alone."
        )
    return centers, as_number("std", std, above=0)


def check_same_layout(train: np.ndarray, test: np.ndarray) -> None:
    """Refuses held-out samples of another type or shape than the training samples."""
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
    samples = as_array(what, samples, _WANTED)
    if samples.dtype == np.uint8 and samples.ndim in (3, 4) and samples.size:
        if samples.ndim == 3 and samples.shape[-1] in (3, 4):
            raise UserError(
                f"{what} is uint8 {samples.shape}, which looks like one colour image: "
                "give [N, H, W, C], of one image image[None], and grey images of that "
                "width as [N, H, W, 1]."
            )
        # [N, H, W] to [N, H, W, 1].
        images = samples if samples.ndim == 4 else samples[..., None]
        _check_channels(images.shape, what)
        return images
    if holds_floats(samples) and samples.ndim == 2 and samples.size:
        return _as_points(samples, what)
    described = f"{what} is {samples.dtype} {samples.shape}"
    raise UserError(f"{described}{_describe_images(samples)}. {_WANTED}")


def _as_points(samples: np.ndarray, what: str) -> np.ndarray:
    with np.errstate(over="ignore"):  # found below
        points = samples.astype(np.float32)
    if not np.isfinite(points).all():
        raise UserError(
            f"{what} holds points that are not finite as float32; remove them."
        )
    if (largest := np.abs(points).max()) > LARGEST:
        raise UserError(
            f"{what} holds points up to {largest:.3g}, whose squares float32 cannot "
            f"hold: divide them by their scale, to {LARGEST:g} at most and best to 1."
        )
    return points


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
