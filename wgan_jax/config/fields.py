"""How a field of a config is declared, and how a value is checked against it.

A declaration is the metadata of a dataclass field; its type comes from the annotation,
resolved once for each class. This module knows no single field.
"""

import dataclasses
import functools
import math
import struct
import types
import typing
from typing import Any, NamedTuple

from wgan_jax.errors import UserError, unknown_name
from wgan_jax.options import Option
from wgan_jax.text import name_problem, shown

LIMIT = 2**31  # of whole numbers: the device counts in int32
_SMALLEST = 2.0**-126  # of float32, below which XLA computes with 0


def declare(
    text: str,
    *,
    default: Any,
    at_least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    choices: tuple[str, ...] | None = None,
    fixed_on_resume: bool = True,
    in_recipe: bool = False,
    off: str | None = None,
) -> Any:
    """Declares a field: its default, its help text and what values it takes.

    Args:
        text: one line for `--help`.
        default: the value when nothing is given; None is filled in from the presets.
        at_least: smallest value allowed.
        above: exclusive lower bound.
        below: exclusive upper bound; of a whole number `LIMIT` where there is none.
        choices: the names allowed.
        fixed_on_resume: whether the numbers of the run depend on it, so that a resumed
            run may not change it.
        in_recipe: whether it describes parts, so that a recipe of your own decides it.
        off: the value that `--no-NAME` stands for, where there is such an option.

    Returns:
        A dataclass field.
    """
    metadata = {
        "help": text,
        "bounds": Bounds(at_least, above, below),
        "choices": choices,
        "fixed_on_resume": fixed_on_resume,
        "in_recipe": in_recipe,
        "off": off,
    }
    return dataclasses.field(default=default, metadata=metadata)


def part(text: str, *, default: Any, **limits: Any) -> Any:
    """Declares a field that describes a part of the game, see `declare`."""
    return declare(text, default=default, in_recipe=True, **limits)


def free(text: str, *, default: Any, **limits: Any) -> Any:
    """Declares a field that a resumed run may change, see `declare`."""
    return declare(text, default=default, fixed_on_resume=False, **limits)


def declare_option(option: Option) -> Any:
    """Declares the field of a part's option, blank until a preset fills it in."""
    bounds = {"at_least": option.at_least, "above": option.above, "below": option.below}
    return part(option.help, default=None, **bounds)


def is_finite(value: float) -> bool:
    """Whether a number is finite as a float, for which it may be too large."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


class Bounds(NamedTuple):
    """Limits of a number; None where there is none."""

    at_least: float | None
    above: float | None
    below: float | None

    def hold(self, value: float) -> bool:
        """Whether a number is finite and within the limits."""
        # NaN would pass where there is no limit, infinity where there is no upper one.
        return (
            is_finite(value)
            and (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def words(self) -> str:
        """Describes what is allowed: `at least 0 and less than 1`."""
        limits = zip(("at least", "greater than", "less than"), self, strict=True)
        return " and ".join(f"{word} {n}" for word, n in limits if n is not None)


class Field(NamedTuple):
    """A field of a config class.

    Attributes:
        name: as in `Config` and, with dashes, on the command line.
        kind: bool, int, float or str.
        optional: whether it may be None.
        default: its value when nothing is given.
        help: one line.
        bounds: limits of a number.
        choices: the names allowed, or None.
        fixed_on_resume: whether a resumed run has to keep it.
        in_recipe: whether a recipe of your own decides it.
        off: the value that `--no-NAME` stands for, or None.
    """

    name: str
    kind: type
    optional: bool
    default: Any
    help: str
    bounds: Bounds
    choices: tuple[str, ...] | None
    fixed_on_resume: bool
    in_recipe: bool
    off: str | None


@functools.cache  # every Config that is made asks for it
def fields_of(cls: type) -> dict[str, Field]:
    """Reads the declarations of a config class, in order."""
    hints = typing.get_type_hints(cls)
    found = {}
    for field in dataclasses.fields(cls):
        # `X | None` is the only union among the annotations.
        optional = isinstance(hints[field.name], types.UnionType)
        kinds = typing.get_args(hints[field.name]) if optional else [hints[field.name]]
        row = Field(field.name, kinds[0], optional, field.default, **field.metadata)
        if row.kind is int and row.bounds.below is None:
            row = row._replace(bounds=row.bounds._replace(below=LIMIT))
        found[field.name] = row
    return found


def check(field: Field, value: Any) -> None:
    """Refuses a value that a field does not take.

    Raises:
        UserError: with the value and what was allowed.
    """
    if value is None:
        if field.optional:
            return
        raise UserError(f"{field.name} is missing: give it a value.")
    kind = field.kind
    # A whole number is a valid float; True is an int in Python, and no number here.
    fits = isinstance(value, (int, float) if kind is float else kind)
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise UserError(
            f"{field.name} is {shown(value)}, but has to be of type {kind.__name__}."
        )
    if kind is str and not value:
        raise UserError(f"{field.name} is empty: give it a value.")
    if isinstance(value, str) and (problem := name_problem(value)):
        raise UserError(f"{field.name} is {shown(value)}, but {problem}.")
    if field.choices and value not in field.choices:
        raise unknown_name(field.name, str(value), field.choices)
    if kind in (int, float) and (allowed := _broken_limit(field, value)):
        raise UserError(f"{field.name} is {shown(value)}, but has to be {allowed}.")


def _broken_limit(field: Field, value: Any) -> str | None:
    """Says what a number would have to be; None where it is within the limits."""
    words = field.bounds.words()
    if not field.bounds.hold(value):
        needs_words = field.kind is float and not is_finite(value)
        return " and ".join(filter(None, ["finite" if needs_words else "", words]))
    if field.kind is float:
        held = as_float32(value)
        if not field.bounds.hold(held) or (held == 0) != (value == 0):
            return f"{words} also in float32, where it is {held:g}"
    return None


def as_float32(value: float) -> float:
    """Returns what float32 makes of a finite number: infinity or 0 beyond its range."""
    try:
        (held,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    return held if abs(held) >= _SMALLEST else 0.0
