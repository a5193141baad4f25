"""Arrays, numbers and functions as a caller handed them over, made plain or refused.

One rule for every function of the package that takes them from a user: what is no
array, hides values behind a mask, or is no number is one `UserError` that names it.
This module knows no quantity, and imports neither JAX nor anything heavy.
"""

import math
import operator
from typing import Any

import numpy as np

from wgan_jax.errors import UserError
from wgan_jax.text import shown


def as_array(name: str, value: Any, wanted: str) -> np.ndarray:
    """Returns a plain numpy array, of any type and shape.

    Args:
        name: what messages call it.
        value: a numpy or jax array, or nested lists.
        wanted: what would have been right, a full sentence.

    Returns:
        The array; a numpy array is not copied.

    Raises:
        UserError: for ragged lists, objects that refuse to be arrays, and values that
            are masked, which numpy would hand over as if they were not.
    """
    try:
        if masked := int(np.ma.count_masked(value)) if _has_mask(value) else 0:
            raise UserError(
                f"{name} has {masked:,} masked values, which count like any other once "
                "they are trained on or measured: fill them in, or leave them out."
            )
        return np.asarray(value)
    except UserError:
        raise
    except Exception as error:  # a jax array can be deleted, or be traced
        reason = str(error).partition("\n")[0]
        raise UserError(
            f"{name} is a {type(value).__name__} that is no array: {reason}. {wanted}"
        ) from None


def as_reals(name: str, value: Any, wanted: str) -> np.ndarray:
    """Returns a plain numpy array of real numbers, of any shape; see `as_array`.

    Raises:
        UserError: as `as_array`, and for text, objects and complex numbers.
    """
    array = as_array(name, value, wanted)
    if array.dtype.kind not in "biu" and not holds_floats(array):
        raise UserError(
            f"{name} has type {array.dtype}, but needs real numbers. {wanted}"
        )
    return array


def as_function(name: str, value: Any, wanted: str) -> Any:
    """Returns a function.

    Raises:
        UserError: for what cannot be called; `wanted` says what it would be.
    """
    if not callable(value):
        raise UserError(
            f"{name} is {shown(value)}, but has to be a function: {wanted}."
        )
    return value


def _has_mask(value: Any) -> bool:
    return isinstance(value, np.ma.MaskedArray)


def holds_floats(array: Any) -> bool:
    """Whether an array, of numpy or JAX, is of a real floating-point type."""
    # bfloat16 is no type of numpy's own, and its kind says "void".
    return array.dtype.kind == "f" or array.dtype.name == "bfloat16"


def as_whole(name: str, value: Any, *, at_least: int = 0, below: int = 2**31) -> int:
    """Returns a whole number.

    Args:
        name: what messages call it.
        value: an integer of Python, numpy or JAX.
        at_least: the smallest that is allowed.
        below: the first that is too large.

    Returns:
        It, as an integer of Python's.

    Raises:
        UserError: for anything else; True and False are no numbers.
    """
    try:
        whole = None if isinstance(value, bool | np.bool_) else operator.index(value)
    except Exception:  # a float, text, an array of several, a traced number
        whole = None
    if whole is None or not at_least <= whole < below:
        limit = "2**31 - 1" if below == 2**31 else f"{below - 1:,}"
        raise UserError(
            f"{name} is {shown(value)}, but needs to be at least {at_least}, a whole "
            f"number up to {limit}."
        )
    return whole


def as_number(
    name: str,
    value: Any,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
) -> float:
    """Returns a finite number.

    Args:
        name: what messages call it.
        value: a number of Python, numpy or JAX.
        above: exclusive lower bound, or None.
        at_least: smallest value allowed, or None.
        below: exclusive upper bound, or None.

    Returns:
        It, as a float of Python's.

    Raises:
        UserError: for anything else; True and False are no numbers.
    """
    number = _float(value)
    fits = (
        math.isfinite(number)
        and (above is None or number > above)
        and (at_least is None or number >= at_least)
        and (below is None or number < below)
    )
    if not fits:
        words = {"greater than": above, "at least": at_least, "less than": below}
        limits = [
            f"{word} {limit}" for word, limit in words.items() if limit is not None
        ]
        allowed = " and ".join(["a finite number", *limits])
        raise UserError(f"{name} is {shown(value)}, but has to be {allowed}.")
    return number


def _float(value: Any) -> float:
    """The number, or NaN for what is none; text is none, though `float` reads it."""
    if isinstance(value, bool | np.bool_ | str | bytes):
        return math.nan
    try:
        return float(value)
    except Exception:  # None, an array of several, a number too large for a float
        return math.nan
