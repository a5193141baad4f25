"""95 % intervals for metrics: value +- z standard errors, with the error resampled.

They say how far a value would move with other samples from the same generator and
other real samples; not how far it would move with another seed of training. Ends are
symmetric about the value: the percentiles of a bootstrap would lie beside it, because
metrics such as the Frechet distance are biased upwards, and once more when samples are
drawn again.
"""

from collections.abc import Callable, Mapping

import numpy as np

from wgan_jax.metrics.comparison import Comparison, Side

Values = Mapping[str, float]
Compute = Callable[[Comparison], Values]
Ends = dict[str, tuple[float, float]]
Interval = Callable[[Compute, Comparison, Values, int], Ends]

LEVEL = 0.95
RESAMPLES = 100  # the standard error is then known to 7 %
BLOCKS = 10


def bootstrap(
    compute: Compute, comparison: Comparison, values: Values, seed: int
) -> Ends:
    """Draws both sets again with replacement (Efron 1979), for metrics that are cheap.

    Args:
        compute: the metric.
        comparison: what it was computed from.
        values: what it gave.
        seed: of the draws.

    Returns:
        Name -> the ends of its interval.
    """
    from scipy.stats import norm

    rng = np.random.default_rng(seed)

    def again(side: Side) -> Side:
        size = len(side.samples)
        return side.take(rng.integers(size, size=size))

    drawn = [compute(_resampled(comparison, again)) for _ in range(RESAMPLES)]
    return _ends(values, drawn, float(norm.ppf((1 + LEVEL) / 2)))


def blocks(compute: Compute, comparison: Comparison, values: Values, seed: int) -> Ends:
    """Cuts both sets into ten and compares the values of the parts.

    For metrics that are expensive, or that samples drawn twice would falsify (the
    nearest neighbour of a copy is its original). A part's value is biased otherwise
    than the whole's, but its spread is sqrt(10) times as large where errors fall as
    N^(-1/2): subsampling, Politis, Romano & Wolf 1999.

    Args:
        compute: the metric.
        comparison: what it was computed from.
        values: what it gave.
        seed: of the partition.

    Returns:
        Name -> the ends of its interval.

    Raises:
        ValueError: with fewer than two samples for each part.
    """
    from scipy.stats import t

    rng = np.random.default_rng(seed)
    real, fake = (
        np.array_split(rng.permutation(len(side.samples)), BLOCKS)
        for side in (comparison.real, comparison.fake)
    )
    parts = [
        compute(
            comparison._replace(
                real=comparison.real.take(real[block]),
                fake=comparison.fake.take(fake[block]),
            )
        )
        for block in range(BLOCKS)
    ]
    reach = float(t.ppf((1 + LEVEL) / 2, BLOCKS - 1)) / BLOCKS**0.5
    return _ends(values, parts, reach)


def _resampled(comparison: Comparison, again: Callable[[Side], Side]) -> Comparison:
    return comparison._replace(real=again(comparison.real), fake=again(comparison.fake))


def _ends(values: Values, again: list[Values], reach: float) -> Ends:
    """Value +- reach standard deviations of the values that were computed again."""
    spread = {n: float(np.std([v[n] for v in again], ddof=1)) for n in values}
    return {
        name: (value - reach * spread[name], value + reach * spread[name])
        for name, value in values.items()
    }
