"""Numbers over seeds: how they are written, and when two means differ."""

import math
import statistics
from collections.abc import Sequence

from experiments.benchmark.tables import format_number

ERRORS = 2  # standard errors within which two sides are called alike
_LEVEL = 0.05  # of pairs that are alike, those that are told apart


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


def least_difference(*sides: tuple[float, int]) -> float:
    """How far apart two means over seeds have to be to be told apart.

    Welch's t-test (Biometrika 34, 1947) at 5 %, which allows for few seeds and for
    unequal spreads. It is of this pair alone: whoever compares many corrects it.

    Args:
        sides: of each, the standard deviation and the number of seeds.

    Returns:
        The difference; NaN where a side has fewer than two seeds.
    """
    from scipy import stats

    squares = [spread**2 / max(1, n) for spread, n in sides]
    total = sum(squares)
    if math.isnan(total) or total == 0:
        return total
    # The test of Satterthwaite's degrees of freedom.
    parts = [square**2 / (n - 1) for square, (_, n) in zip(squares, sides, strict=True)]
    quantile = float(stats.t.isf(_LEVEL / 2, total**2 / sum(parts)))
    return quantile * math.sqrt(total)


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


def percent(share: float) -> str:
    """`12%`, and below ten `4.8%`."""
    return f"{share:.0%}" if abs(share) >= 0.095 else f"{share:.1%}"
