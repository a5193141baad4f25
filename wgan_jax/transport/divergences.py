"""Divergences of histograms, which see no distance between the bins.

In nats, over bins i: KL(p | q) = sum p log(p / q); JS(p, q) = (KL(p | m) + KL(q | m)) /
2 with m = (p + q) / 2; TV(p, q) = sum |p - q| / 2. Arjovsky et al. 2017, arXiv
1701.07875, example 1: when p and q share no bin these are inf, log 2 and 1, however far
apart they are; W1 is not.
"""

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.errors import UserError
from wgan_jax.given import as_reals


def kullback_leibler(p: ArrayLike, q: ArrayLike) -> float:
    """The Kullback-Leibler divergence KL(p | q).

    Gibbs' inequality: it is >= 0, and 0 only where p = q.

    Args:
        p: a histogram, numbers >= 0 that sum to 1, [n].
        q: a histogram of the same bins, [n].

    Returns:
        A number >= 0 in nats; infinite where q is 0 and p is not. A bin in which p is 0
        adds nothing.

    Raises:
        UserError: for NaN, negative numbers, sums other than 1, or different shapes.

    Example:
        >>> kullback_leibler([0.5, 0.5, 0.0], [1.0, 0.0, 0.0])
        inf
    """
    return _relative_entropy(*_checked(p, q))


def jensen_shannon(p: ArrayLike, q: ArrayLike) -> float:
    """The Jensen-Shannon divergence: KL to the mixture, averaged over both.

    It is symmetric and at most log 2, which it reaches only where p and q share no bin
    (Lin 1991). Its root is a metric (Endres & Schindelin 2003).

    Args:
        p: a histogram, numbers >= 0 that sum to 1, [n].
        q: a histogram of the same bins, [n].

    Returns:
        A number in [0, log 2], in nats.

    Raises:
        UserError: for NaN, negative numbers, sums other than 1, or different shapes.

    Example:
        >>> round(jensen_shannon([1.0, 0.0], [0.0, 1.0]), 4)
        0.6931
    """
    first, second = _checked(p, q)
    # Not (p + q) / 2, which is 0 for the smallest number there is.
    mixture = first / 2 + second / 2
    return (_relative_entropy(first, mixture) + _relative_entropy(second, mixture)) / 2


def total_variation(p: ArrayLike, q: ArrayLike) -> float:
    """The total variation distance: the largest difference of an event's probability.

    It is W1 for the distance that is 1 between any two bins, and KL(p | q) >= 2 TV^2
    (Pinsker's inequality).

    Args:
        p: a histogram, numbers >= 0 that sum to 1, [n].
        q: a histogram of the same bins, [n].

    Returns:
        A number in [0, 1].

    Raises:
        UserError: for NaN, negative numbers, sums other than 1, or different shapes.

    Example:
        >>> total_variation([0.5, 0.5], [1.0, 0.0])
        0.5
    """
    first, second = _checked(p, q)
    return float(np.abs(first - second).sum() / 2)


def checked_histogram(name: str, array: ArrayLike) -> np.ndarray:
    """Returns a histogram in float64, or says what is wrong with it.

    Args:
        name: what the message calls it.
        array: numbers >= 0 that sum to 1 within 1e-6, [n].

    Returns:
        [n], scaled to the sum 1.

    Raises:
        UserError: for another shape, NaN, negative numbers, or another sum.
    """
    histogram = as_reals(name, array, "Give numbers [n] that sum to 1.")
    if histogram.ndim != 1 or not len(histogram):
        raise UserError(f"{name} has shape {histogram.shape}, but needs [n], n >= 1")
    histogram = histogram.astype(np.float64)
    if not np.isfinite(histogram).all():
        raise UserError(f"{name} holds numbers that are NaN or infinite")
    if histogram.min() < 0:
        raise UserError(f"{name} holds {histogram.min()}, but needs numbers >= 0")
    total = histogram.sum()
    if abs(total - 1) > 1e-6:
        raise UserError(f"{name} sums to {total:.9g}, but has to sum to 1")
    return histogram / total


def _checked(p: ArrayLike, q: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    first, second = checked_histogram("p", p), checked_histogram("q", q)
    if first.shape != second.shape:
        raise UserError(
            f"p has shape {first.shape}, q {second.shape}: need the same bins"
        )
    return first, second


def _relative_entropy(p: np.ndarray, q: np.ndarray) -> float:
    there = p > 0  # 0 log 0 = 0
    if (q[there] == 0).any():
        return float("inf")
    # Rounding alone can make it negative.
    return max(0.0, float(np.sum(p[there] * (np.log(p[there]) - np.log(q[there])))))
