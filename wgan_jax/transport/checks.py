"""Refuses arrays of which nothing can be computed, and says which problem they have.

NaN compares false with everything, so that without these checks a metric of broken
samples would be a number like any other. `metrics` uses them too.
"""

import numpy as np
from numpy.typing import ArrayLike


def checked_points(
    name: str, array: ArrayLike, *, at_least: int = 1, dim: int | None = None
) -> np.ndarray:
    """Returns points as floats, or says what is wrong with them.

    Args:
        name: what the message calls them.
        array: [N, d] of real numbers.
        at_least: smallest N for which the quantity is defined.
        dim: d, where it is known; any d >= 1 otherwise.

    Returns:
        [N, d]; float32 stays float32, every other type becomes float64.

    Raises:
        ValueError: for another shape, too few points, NaN or infinity.
    """
    points = _as_floats(name, array)
    width = "d" if dim is None else dim
    if points.ndim != 2 or not points.shape[1] or dim not in (None, points.shape[1]):
        raise ValueError(f"{name} has shape {points.shape}, but needs [N, {width}]")
    if len(points) < at_least:
        raise ValueError(
            f"{name} has shape {points.shape}, but needs [N, {width}], N >= {at_least}"
        )
    finite = np.isfinite(points).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"{name} holds {int(np.sum(~finite))} points with NaN or infinity"
        )
    return points


def checked_pair(
    x: ArrayLike,
    y: ArrayLike,
    *,
    names: tuple[str, str] = ("x", "y"),
    at_least: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns two sets of points of one dimension and type.

    Args:
        x: [N, d].
        y: [M, d].
        names: what messages call them.
        at_least: smallest N and M for which the quantity is defined.

    Returns:
        Both as float32 if both are, else as float64.

    Raises:
        ValueError: as `checked_points`, and when the dimensions differ.
    """
    first = checked_points(names[0], x, at_least=at_least)
    second = checked_points(names[1], y, at_least=at_least)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"{names[0]} has shape {first.shape}, {names[1]} {second.shape}: "
            "need the same d"
        )
    dtype = np.result_type(first, second)
    return first.astype(dtype, copy=False), second.astype(dtype, copy=False)


def checked_numbers(name: str, array: ArrayLike) -> np.ndarray:
    """Returns numbers [N], N >= 1, in float64; ValueError if they are not that."""
    numbers = _as_floats(name, array)
    if numbers.ndim != 1 or not len(numbers):
        raise ValueError(f"{name} has shape {numbers.shape}, but needs [N], N >= 1")
    bad = int(np.sum(~np.isfinite(numbers)))
    if bad:
        raise ValueError(f"{name} holds {bad} numbers that are NaN or infinite")
    return numbers.astype(np.float64, copy=False)


def _as_floats(name: str, array: ArrayLike) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype == np.float32:
        return array
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        raise ValueError(f"{name} has type {array.dtype}, but needs real numbers")
    return array.astype(np.float64)
