"""A metric over steps: read from rows, thinned, smoothed, and put on a scale.

Numpy in, numpy out. This module knows neither runs nor pages.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

BUCKETS = 500  # of each the lowest and the highest value are drawn
_LARGEST = 1e100  # beyond any float32; differences of such numbers would overflow
_ROUNDING = 1e-6  # of float32, and of sums
_DECADES = 2.0  # a positive quantity that spans as many is drawn on a log scale


class Series(NamedTuple):
    """A quantity over steps.

    Attributes:
        steps: [N], increasing.
        values: [N]; NaN is a gap.
    """

    steps: np.ndarray
    values: np.ndarray


class Scale(NamedTuple):
    """From values to heights.

    Attributes:
        low: the value at the bottom.
        high: the value at the top, > low.
        log: whether heights grow with the logarithm; then low > 0.
    """

    low: float
    high: float
    log: bool

    def position(self, values: Any) -> np.ndarray:
        """Heights of values: 0 at the bottom, 1 at the top."""
        values = np.asarray(values, float)
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            return (np.log(values) - low) / (high - low)
        return (values - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round values from bottom to top, about four."""
        if not self.log:
            return _linear_ticks(self.low, self.high)
        first, last = math.log10(self.low), math.log10(self.high)
        every = max(1, round((last - first) / 4))
        decades = range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1, every)
        return [10.0**n for n in decades]


def names_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of all numbers in rows but `step`, in the order of the log."""
    # A dict as an ordered set; rows share their keys, so that few sets are merged.
    kinds = dict.fromkeys(tuple(row) for row in rows)
    names = dict.fromkeys(name for kind in kinds for name in kind)
    return [name for name in names if name != "step"]


def column(rows: Sequence[Mapping[str, Any]], name: str) -> Series:
    """Reads one metric of rows; what is absent, not finite or no number is a gap."""
    values = [row.get(name) for row in rows]
    try:
        numbers = np.array(values, float)  # None becomes NaN
    except (TypeError, ValueError, OverflowError):
        numbers = np.array([_number(value) for value in values])
    numbers[~(np.abs(numbers) < _LARGEST)] = np.nan
    return Series(np.array([row["step"] for row in rows], float), numbers)


def thin(series: Series, buckets: int = BUCKETS) -> Series:
    """Keeps the lowest and the highest value of each bucket, the first and the last.

    Args:
        series: [N].
        buckets: how many; of each at most two values stay.

    Returns:
        At most 2 buckets + 2 values in their order; all of them where they are few.
    """
    count = len(series.values)
    if count <= 2 * buckets:
        return series
    width = math.ceil(count / buckets)
    padded = np.full(math.ceil(count / width) * width, np.nan)
    padded[:count] = series.values
    grid = padded.reshape(-1, width)
    starts = np.arange(len(grid)) * width
    # A bucket of gaps alone keeps its first.
    low = np.where(np.isnan(grid), np.inf, grid).argmin(1) + starts
    high = np.where(np.isnan(grid), -np.inf, grid).argmax(1) + starts
    kept = np.unique(np.concatenate([[0, count - 1], low, high]))
    return Series(series.steps[kept], series.values[kept])


def running_mean(series: Series, share: int = 50, points: int = BUCKETS) -> Series:
    """Averages over a centred window of 1/`share` of the series.

    Args:
        series: [N]; a gap stays a gap of its own width.
        share: how many windows make up the series.
        points: how many values are returned at most, evenly spread with both ends.

    Returns:
        The means.
    """
    values, count = series.values, len(series.values)
    if not count:
        return series
    window = max(1, count // share)
    known = np.isfinite(values)
    # By differences of sums: a convolution would take a window's time for each value.
    totals = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    kept = np.unique(np.linspace(0, count - 1, points).round().astype(int))
    starts = np.clip(kept - window // 2, 0, count)
    ends = np.clip(kept - window // 2 + window, 0, count)
    inside = np.maximum(counts[ends] - counts[starts], 1)
    means = (totals[ends] - totals[starts]) / inside
    return Series(series.steps[kept], np.where(known[kept], means, np.nan))


def is_mirror(a: Series, b: Series) -> bool:
    """Whether two series are each other's negative, but for rounding."""
    left, right = a.values, -b.values
    if left.shape != right.shape or not np.isfinite(left).any():
        return False
    return np.allclose(left, right, rtol=1e-4, atol=1e-6, equal_nan=True)


def scale_of(values: Iterable[np.ndarray]) -> Scale:
    """Chooses a scale on which all values are seen.

    Args:
        values: arrays; what is not finite is ignored.

    Returns:
        A log scale for positive values that span two decades or more.
    """
    every = np.concatenate([np.ravel(v) for v in values] or [np.zeros(0)])
    every = every[np.isfinite(every)]
    if not every.size:
        return Scale(0.0, 1.0, False)
    low, high = float(every.min()), float(every.max())
    if low > 0 and math.log10(high / low) >= _DECADES:
        return Scale(low / 1.1, high * 1.1, True)
    # A constant gets a height of its own size; rounding does not fill the picture.
    constant = high - low <= _ROUNDING * max(abs(low), abs(high))
    margin = (0.5 * abs(high) or 1.0) if constant else 0.04 * (high - low)
    return Scale(low - margin, high + margin, False)


def _linear_ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    # By multiplication: adding would end in 0.30000000000000004.
    return [float(f"{(first + n) * step:.12g}") + 0.0 for n in range(count)]


def _number(value: Any) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < _LARGEST else math.nan
