"""Confidence intervals by drawing samples again: with and without repeats.

The bootstrap (Efron 1979) draws N of N samples with replacement. It is valid for smooth
functions of means: moments, shares of good samples, sliced W1. It is wrong where a
repeated sample is a special event: PRDC's radii shrink when a point is its own
neighbour's copy, the exact matching pairs copies with each other, and pairs of copies
enter the kernel distance. Subsampling (Politis & Romano 1994, "Large Sample Confidence
Regions Based on Subsamples under Minimal Assumptions") draws fewer samples without
replacement and scales the spread; it needs only that the spread falls as 1 / sqrt(N).
For W1 in any dimension that is so about its expectation: del Barrio & Loubes 2019,
arXiv 1705.01299, and del Barrio, Gonzalez-Sanz & Loubes 2021, arXiv 2102.06379.

| figure | interval |
|---|---|
| Frechet distance | `frechet_distance_interval`: influence function, one pass |
| kernel distance | `kernel_distance_interval`: jackknife, one pass |
| exact and sliced W1, PRDC, authenticity | `subsample_interval` |
| shares, reverse KL | `bootstrap_interval` |
| counts of modes | none: no draw of the samples holds a mode that they lack |

Both intervals keep the spread of the drawn figures and move their mean to the measured
value: a figure that is biased at N (W1, reverse KL) is biased again, and
differently, when samples are drawn from the samples, so that plain percentiles can miss
the value itself. They are therefore about the figure's expectation at this N, the
number that is compared between runs of one N and with its floor, and not about an
infinite N. Ends are not clipped to the figure's range.
"""

from collections.abc import Callable, Iterator
from typing import Any, overload

import numpy as np

from wgan_jax.errors import UserError
from wgan_jax.given import as_array, as_function, as_number, as_whole
from wgan_jax.metrics.confidence import Interval, checked_level
from wgan_jax.text import shown

Draw = tuple[np.ndarray, ...]


# A statistic that is one number has one interval, one that names several has each.
@overload
def bootstrap_interval(
    statistic: Callable[..., float],
    *arrays: np.ndarray,
    resamples: int = ...,
    seed: int = ...,
    level: float = ...,
) -> Interval: ...
@overload
def bootstrap_interval(
    statistic: Callable[..., dict[str, float]],
    *arrays: np.ndarray,
    resamples: int = ...,
    seed: int = ...,
    level: float = ...,
) -> dict[str, Interval]: ...
def bootstrap_interval(
    statistic: Callable[..., float] | Callable[..., dict[str, float]],
    *arrays: np.ndarray,
    resamples: int = 200,
    seed: int = 0,
    level: float = 0.95,
) -> Interval | dict[str, Interval]:
    """A confidence interval by the bootstrap: N of N samples with replacement.

    Not for figures of pairs or neighbours, see the table above.

    Args:
        statistic: maps arrays like `arrays` to a number, or to numbers by name.
        *arrays: samples, [N, ...] each, drawn independently of each other. To hold a
            reference fixed, close over it.
        resamples: how often the statistic is computed again, >= 20.
        seed: the same seed gives the same interval.
        level: the share of such intervals that hold the expectation, in (0, 1).

    Returns:
        (low, high), or one for each name; it holds the statistic of `arrays`.

    Raises:
        UserError: for fewer resamples or arrays, or another level.

    Example:
        >>> interval = bootstrap_interval(np.mean, np.arange(100.0))
        >>> [round(end) for end in interval]
        [44, 55]
    """
    arrays, sizes = _checked(statistic, arrays)
    resamples, rng = _checked_draws(resamples, seed)
    draws = _resamples(arrays, sizes, resamples, rng)
    return _interval(statistic, arrays, draws, 1.0, level)


# As above: one interval for a number, one by name for each of several.
@overload
def subsample_interval(
    statistic: Callable[..., float],
    *arrays: np.ndarray,
    fraction: float | None = ...,
    resamples: int = ...,
    seed: int = ...,
    level: float = ...,
) -> Interval: ...
@overload
def subsample_interval(
    statistic: Callable[..., dict[str, float]],
    *arrays: np.ndarray,
    fraction: float | None = ...,
    resamples: int = ...,
    seed: int = ...,
    level: float = ...,
) -> dict[str, Interval]: ...
def subsample_interval(
    statistic: Callable[..., float] | Callable[..., dict[str, float]],
    *arrays: np.ndarray,
    fraction: float | None = None,
    resamples: int = 100,
    seed: int = 0,
    level: float = 0.95,
) -> Interval | dict[str, Interval]:
    """A confidence interval from subsamples without repeats, scaled to the whole.

    A share f of each array is drawn without replacement. Such a subsample varies as
    (1 - f) / (f N), where the 1 - f comes from drawing out of a finite set; the whole
    as 1 / N: the spread is scaled by sqrt(f / (1 - f)).

    Args:
        statistic: maps arrays like `arrays` to a number, or to numbers by name.
        *arrays: samples, [N, ...] each, drawn independently of each other.
        fraction: f in (0, 1); N^(-1/4) of the smallest array unless given, which for
            10,000 samples is a tenth: 100 figures of 1,000 samples by 1,000 cost about
            as much as one of 10,000 by 10,000.
        resamples: how often the statistic is computed again, >= 20.
        seed: the same seed gives the same interval.
        level: the share of such intervals that hold the expectation, in (0, 1).

    Returns:
        (low, high), or one for each name; it holds the statistic of `arrays`. Of a
        skewed figure the longer side is that of its draws, so that it leaves its range
        less often; the source has them exchanged.

    Raises:
        UserError: for fewer resamples or arrays, another level, or a fraction that
            draws fewer than 2 samples, or all.
    """
    arrays, sizes = _checked(statistic, arrays)
    resamples, rng = _checked_draws(resamples, seed)
    share, counts = _checked_share(fraction, sizes)
    draws = _subsamples(arrays, counts, resamples, rng)
    scale = float(np.sqrt(share / (1 - share)))
    return _interval(statistic, arrays, draws, scale, level)


def _checked(statistic: Any, arrays: tuple[Any, ...]) -> tuple[Draw, list[int]]:
    """The arrays, plain, and how many samples each holds."""
    as_function("statistic", statistic, "arrays -> a number, or numbers by name")
    plain = [as_array("an array", array, "Give samples [N, ...].") for array in arrays]
    if not plain or not all(array.ndim and len(array) for array in plain):
        raise UserError(
            "an interval needs at least one array [N, ...], and none empty, but has "
            f"{', '.join(str(list(array.shape)) for array in plain) or 'none'}"
        )
    if any(array.dtype.kind == "O" for array in plain):
        raise UserError("an array holds Python objects, but needs plain values")
    return tuple(plain), [len(array) for array in plain]


def _checked_share(fraction: float | None, sizes: list[int]) -> tuple[float, list[int]]:
    """The share of each array that a subsample takes, and how many samples it is."""
    share = min(sizes) ** -0.25
    if fraction is not None:
        share = as_number("fraction", fraction, above=0, below=1)
    counts = [round(share * n) for n in sizes]
    # All of an array would be no draw: the interval would have no width.
    whole = any(m >= n for m, n in zip(counts, sizes, strict=True))
    if not 0 < share < 1 or min(counts) < 2 or whole:
        raise UserError(
            f"a fraction of {share:.3g} draws {min(counts)} of {min(sizes)} samples: "
            "it has to lie between 0 and 1, to draw at least 2 and to leave one"
        )
    return share, counts


def _checked_draws(resamples: Any, seed: Any) -> tuple[int, np.random.Generator]:
    # Quantiles need some.
    count = as_whole("resamples", resamples, at_least=20)
    return count, np.random.default_rng(as_whole("seed", seed))


def _resamples(
    arrays: Draw, sizes: list[int], times: int, rng: np.random.Generator
) -> Iterator[Draw]:
    for _ in range(times):
        picked = [rng.integers(0, n, n) for n in sizes]
        yield tuple(a[i] for a, i in zip(arrays, picked, strict=True))


def _subsamples(
    arrays: Draw, counts: list[int], times: int, rng: np.random.Generator
) -> Iterator[Draw]:
    for _ in range(times):
        picked = [
            rng.choice(len(a), m, replace=False)
            for a, m in zip(arrays, counts, strict=True)
        ]
        yield tuple(a[i] for a, i in zip(arrays, picked, strict=True))


def _interval(
    statistic: Callable[..., float] | Callable[..., dict[str, float]],
    arrays: Draw,
    draws: Iterator[Draw],
    scale: float,
    level: float,
) -> Interval | dict[str, Interval]:
    level = checked_level(level)
    tails = [(1 - level) / 2, (1 + level) / 2]

    def about(value: float, drawn: list[float]) -> Interval:
        spread = scale * (np.quantile(drawn, tails) - np.mean(drawn))
        # A skewed spread can have its mean outside of narrow quantiles.
        low, high = min(spread[0], 0.0), max(spread[1], 0.0)
        return Interval(float(value + low), float(value + high))

    found = statistic(*arrays)
    values = _numbers(found)
    drawn = [_numbers(statistic(*draw), values) for draw in draws]
    ends = {n: about(v, [d[n] for d in drawn]) for n, v in values.items()}
    return ends if isinstance(found, dict) else ends[""]


def _numbers(value: Any, names: dict[str, float] | None = None) -> dict[str, float]:
    """What a statistic returned as floats by name, `""` for one without a name."""
    named = value if isinstance(value, dict) else {"": value}
    arrays = {name: np.asarray(number) for name, number in named.items()}
    real = all(a.ndim == 0 and a.dtype.kind in "biuf" for a in arrays.values())
    if not (real and arrays) or (names is not None and arrays.keys() != names.keys()):
        raise UserError(
            f"statistic returns {shown(value)}, but has to return one number, or "
            "numbers by name, always the same names"
        )
    return {name: float(array) for name, array in arrays.items()}
