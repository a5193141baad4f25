"""How the interval of each metric of the registry is made.

As in `measures`, modules are imported when a function is called.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from wgan_jax.metrics.comparison import Comparison
from wgan_jax.metrics.measures import (
    NEIGHBORS_OF,
    Compute,
    Values,
    features_of,
    within_classes,
)

Ends = Mapping[str, tuple[float, float]]

LEVEL = 0.95


def resampled(compute: Compute, comparison: Comparison, values: Values) -> Ends:
    """Intervals by the bootstrap, for metrics that are cheap to compute again."""
    from wgan_jax.metrics.bootstrap import bootstrap_interval

    return _drawn_again(bootstrap_interval, compute, comparison, values)


def subsampled(compute: Compute, comparison: Comparison, values: Values) -> Ends:
    """Intervals by subsampling, for metrics of pairs and neighbours."""
    from wgan_jax.metrics.bootstrap import subsample_interval

    return _drawn_again(subsample_interval, compute, comparison, values)


def _drawn_again(
    method: Any, compute: Compute, comparison: Comparison, values: Values
) -> Ends:
    whole = np.arange(len(comparison.real.samples))
    fakes = np.arange(len(comparison.fake.samples))

    def statistic(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
        if real is whole:  # what was measured need not be computed again
            return dict(values)
        sides = comparison.real.take(real), comparison.fake.take(fake)
        found = compute(comparison._replace(real=sides[0], fake=sides[1]))
        return {name: found[name] for name in values}

    # A divergence is infinite where a draw lacks a class: then there is no interval.
    with np.errstate(invalid="ignore"):
        ends = method(statistic, whole, fakes)
    return {name: pair for name, pair in ends.items() if np.isfinite(pair).all()}


def frechet_interval(compute: Compute, comparison: Comparison, values: Values) -> Ends:
    """Interval by the influence function."""
    from wgan_jax.metrics.frechet import frechet_distance_interval

    return {"frechet_distance": frechet_distance_interval(*features_of(comparison))}


def class_frechet_interval(
    compute: Compute, comparison: Comparison, values: Values
) -> Ends:
    """Interval of a mean over classes, whose samples are independent."""
    from wgan_jax.metrics.frechet import frechet_distance_interval

    ends = [frechet_distance_interval(*p) for p in within_classes(comparison)]
    reach = math.hypot(*((e.high - e.low) / 2 for e in ends)) / len(ends)
    value = values["class_frechet_distance"]
    return {"class_frechet_distance": (value - reach, value + reach)}


def share_interval(compute: Compute, comparison: Comparison, values: Values) -> Ends:
    """Wilson's intervals of shares of independent samples."""
    from wgan_jax.metrics.confidence import wilson_interval

    count = len(comparison.fake.samples)
    return {n: wilson_interval(share, count, LEVEL) for n, share in values.items()}


def modes_interval(compute: Compute, comparison: Comparison, values: Values) -> Ends:
    """By the bootstrap, but for the share of samples at a mode."""
    share = {n: v for n, v in values.items() if n == "high_quality"}
    return {
        **resampled(compute, comparison, values),
        **share_interval(compute, comparison, share),
    }


def kernel_interval(compute: Compute, comparison: Comparison, values: Values) -> Ends:
    """Interval by the jackknife."""
    from wgan_jax.metrics.kernel import kernel_distance_interval

    return {"kernel_distance": kernel_distance_interval(*features_of(comparison))}


def memorisation_interval(
    compute: Compute, comparison: Comparison, values: Values
) -> Ends:
    """Wilson's interval of the authenticity."""
    from wgan_jax.metrics.confidence import wilson_interval

    # A share of samples that are independent given the training set.
    count = min(NEIGHBORS_OF, len(comparison.fake.samples))
    return {"authenticity": wilson_interval(values["authenticity"], count, LEVEL)}
