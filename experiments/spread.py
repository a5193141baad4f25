"""Numbers over seeds: how they are written, and when two means differ."""

import math
import statistics
from collections.abc import Sequence

from experiments.benchmark.tables import format_number

ERRORS = 2  # standard errors within which two means are called alike


def over_seeds(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation (n - 1); NaN of none, and of fewer than two."""
    mean = statistics.fmean(values) if values else math.nan
    return mean, statistics.stdev(values) if len(values) > 1 else math.nan


def error_of_difference(*sides: tuple[float, int]) -> float:
    """Standard error of the difference of two means over seeds.

    Args:
        sides: of each, the standard deviation and the number of seeds.

    Returns:
        The error; NaN where a standard deviation is.
    """
    return math.hypot(*(spread / math.sqrt(max(1, n)) for spread, n in sides))


def with_spread(mean: float, spread: float) -> str:
    """`24.7 +- 1.2`, mean and standard deviation over seeds; "" for no number."""
    if math.isnan(mean):
        return ""
    if math.isnan(spread):
        return shown_number(mean)
    return f"{shown_number(mean)} +- {shown_number(spread)}"


def shown_number(value: float) -> str:
    """Three digits, as `format_number`, after the point too; "" for no number."""
    if math.isnan(value):
        return ""
    return f"{value:.3f}" if abs(value) < 1 else format_number(value)
