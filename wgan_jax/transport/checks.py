"""Refuses arrays of which nothing can be computed, and says which problem they have.

NaN compares false with everything, so that without these checks a metric of broken
samples would be a number like any other. `metrics` uses them too.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.errors import UserError
from wgan_jax.given import as_reals
from wgan_jax.text import shown

_LARGEST, _LARGEST_FLOAT32 = 1e50, 1e15  # of points


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
        [N, d]; float32 stays float32 where its squares fit, every other type becomes
        float64.

    Raises:
        UserError: for another shape, too few points, NaN or infinity.
    """
    width = "d" if dim is None else dim
    points = _as_floats(name, array, f"[N, {width}]")
    if points.ndim != 2 or not points.shape[1] or dim not in (None, points.shape[1]):
        raise UserError(f"{name} has shape {points.shape}, but needs [N, {width}]")
    if len(points) < at_least:
        raise UserError(
            f"{name} has shape {points.shape}, but needs [N, {width}], N >= {at_least}"
        )
    finite = np.isfinite(points).all(axis=1)
    if not finite.all():
        raise UserError(
            f"{name} holds {int(np.sum(~finite))} points with NaN or infinity"
        )
    return _within_reach(name, points)


def _within_reach(name: str, points: np.ndarray) -> np.ndarray:
    """Lets no square or cube of a difference overflow: that is NaN, or no neighbour."""
    largest = float(np.abs(points).max())
    if largest > _LARGEST:
        raise UserError(
            f"{name} reaches {largest:.3g} in absolute value, but powers of numbers "
            f"beyond {_LARGEST:g} overflow: scale the points"
        )
    return points.astype(np.float64) if largest > _LARGEST_FLOAT32 else points


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
        UserError: as `checked_points`, and when the dimensions differ.
    """
    first = checked_points(names[0], x, at_least=at_least)
    second = checked_points(names[1], y, at_least=at_least)
    if first.shape[1] != second.shape[1]:
        raise UserError(
            f"{names[0]} has shape {first.shape}, {names[1]} {second.shape}: "
            "need the same d"
        )
    dtype = np.result_type(first, second)
    return first.astype(dtype, copy=False), second.astype(dtype, copy=False)


def checked_numbers(name: str, array: ArrayLike) -> np.ndarray:
    """Returns numbers [N], N >= 1, in float64; UserError if they are not that."""
    numbers = _as_floats(name, array, "[N]")
    if numbers.ndim != 1 or not len(numbers):
        raise UserError(f"{name} has shape {numbers.shape}, but needs [N], N >= 1")
    bad = int(np.sum(~np.isfinite(numbers)))
    if bad:
        raise UserError(f"{name} holds {bad} numbers that are NaN or infinite")
    return numbers.astype(np.float64, copy=False)


def check_key(key: Any) -> None:
    """Refuses what is no PRNG key of `jax.random`; UserError."""
    import jax  # not for the sake of numpy's functions

    try:
        jax.eval_shape(jax.random.uniform, key)
    except Exception:  # of many kinds, by what it is
        raise UserError(
            f"key is {shown(key)}, but has to be one PRNG key: make it with "
            "jax.random.key(0)"
        ) from None


def _as_floats(name: str, value: ArrayLike, shape: str) -> np.ndarray:
    array = as_reals(name, value, f"Give numbers {shape}.")
    return array if array.dtype == np.float32 else array.astype(np.float64)
