"""Confidence intervals: what they are, the normal one, and that of a share.

An interval here is about sampling alone: how far the figure would move if N other
samples were drawn from the same generator and N others from the same data. What
another seed of the training would change is a different and often larger spread.
"""

from statistics import NormalDist
from typing import NamedTuple

from wgan_jax.given import as_number


class Interval(NamedTuple):
    """The ends of a confidence interval, in the units of the figure.

    Attributes:
        low: the lower end.
        high: the upper end.
    """

    low: float
    high: float


def normal_interval(value: float, variance: float, level: float) -> Interval:
    """The interval of an estimate that is about normally distributed.

    Args:
        value: the estimate.
        variance: of the estimate, >= 0.
        level: the share of such intervals that hold the expectation, in (0, 1).

    Returns:
        value -+ z sqrt(variance).

    Raises:
        UserError: unless 0 < level < 1.
    """
    reach = NormalDist().inv_cdf((1 + checked_level(level)) / 2) * variance**0.5
    return Interval(value - reach, value + reach)


def wilson_interval(share: float, count: int, level: float) -> Interval:
    """The interval of a share of independent samples (Wilson 1927).

    Of 1,000 samples that all have a property, others may lack it: [.9962, 1].

    Args:
        share: of the samples that have it, in [0, 1].
        count: how many samples.
        level: the share of such intervals that hold the probability, in (0, 1).

    Returns:
        Every probability p from which the share lies z sqrt(p (1 - p) / count) at most.

    Raises:
        UserError: unless 0 < level < 1.
    """
    z = NormalDist().inv_cdf((1 + checked_level(level)) / 2)
    weight = z * z / count
    middle = (share + weight / 2) / (1 + weight)
    reach = z * (share * (1 - share) / count + weight / (4 * count)) ** 0.5
    reach /= 1 + weight
    # At the ends of the range round-off could leave the share itself out.
    return Interval(min(middle - reach, share), max(middle + reach, share))


def checked_level(level: float) -> float:
    """Returns the level; UserError unless it lies in (0, 1)."""
    return as_number("level", level, above=0, below=1)
