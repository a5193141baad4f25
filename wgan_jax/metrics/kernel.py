"""Kernel distance: the squared maximum mean discrepancy with a cubic kernel.

Binkowski et al. 2018, "Demystifying MMD GANs", arXiv 1801.01401, section 4, where it is
called KID: k(x, y) = (x.y / d + 1)^3. The estimator is the unbiased one of Gretton et
al. 2012, JMLR 13, eq. 3, over all samples and not over blocks of them: unlike the
Frechet distance it does not depend on N in expectation.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.metrics.confidence import Interval, normal_interval
from wgan_jax.metrics.distances import device_floats, map_rows, rows_at_once
from wgan_jax.transport.checks import checked_pair


def kernel_distance(x: ArrayLike, y: ArrayLike) -> float:
    """The unbiased MMD^2; 0 in expectation for equal distributions.

    It is a difference of numbers that can be much larger, and therefore computed in
    float64, a block of rows at a time.

    Args:
        x: [N, d], N >= 2.
        y: [M, d], M >= 2.

    Returns:
        The estimate; it may be negative and is never clipped. Often quoted times 1,000.

    Raises:
        UserError: for NaN, infinity, wrong shapes, N = 1 or M = 1.

    Example:
        >>> kernel_distance([[0.0], [1.0]], [[0.0], [1.0]])
        -3.5
    """
    x, y = checked_pair(x, y, at_least=2)
    n, m = len(x), len(y)
    within = _pairs(x).sum() / (n * (n - 1)) + _pairs(y).sum() / (m * (m - 1))
    return float(within - 2 * _sums(x, y).mean() / m)


def kernel_distance_interval(
    x: ArrayLike, y: ArrayLike, *, level: float = 0.95
) -> Interval:
    """A confidence interval of the kernel distance, by the jackknife.

    A bootstrap that repeats samples is wrong here: two copies of a sample would count
    as a pair of different ones, k(x, x), which the unbiased estimator leaves out.
    Leaving out one sample at a time (Arvesen 1969, "Jackknifing U-statistics") repeats
    none, needs no random numbers, and costs one kernel matrix. Its variance is never
    too small in expectation (Efron & Stein 1981), and up to twice too large when the
    distributions are nearly equal and MMD^2 is degenerate: the interval is wide there.

    Args:
        x: [N, d], N >= 3.
        y: [M, d], M >= 3.
        level: the share of such intervals that hold the true MMD^2, in (0, 1).

    Returns:
        (low, high), symmetric about `kernel_distance(x, y)`.

    Raises:
        UserError: for NaN, infinity, wrong shapes, N or M below 3, or the level.
    """
    x, y = checked_pair(x, y, at_least=3)
    pairs_x, pairs_y, cross = _pairs(x), _pairs(y), _sums(x, y)
    value = (
        pairs_x.mean() / (len(x) - 1)
        + pairs_y.mean() / (len(y) - 1)
        - 2 * cross.mean() / len(y)
    )
    of_x = _variance(pairs_x, cross, len(y))
    of_y = _variance(pairs_y, _sums(y, x), len(x))
    return normal_interval(float(value), of_x + of_y, level)


def _variance(pairs: np.ndarray, cross: np.ndarray, others: int) -> float:
    """The jackknife's variance from leaving out each sample of one set.

    Args:
        pairs: the sum of k over the other samples of its set, [N].
        cross: the sum of k over the other set, [N].
        others: size of the other set.
    """
    n = len(pairs)
    # Without sample i all pairs that hold it, twice pairs[i] of them, are missing.
    within = (pairs.sum() - 2 * pairs) / ((n - 1) * (n - 2))
    between = (cross.sum() - cross) / ((n - 1) * others)
    values = within - 2 * between
    return float((n - 1) * np.var(values))


def _pairs(x: np.ndarray) -> np.ndarray:
    """For each sample the sum of k(x_i, x_j) over all others, [N]."""
    own = (np.square(x.astype(np.float64)).sum(axis=1) / x.shape[1] + 1) ** 3
    return _sums(x, x) - own


def _sums(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """For each x_i the sum of k(x_i, y_j) over all j, [N]."""
    x, y = x.astype(np.float64), y.astype(np.float64)
    with device_floats(x):
        return np.asarray(_row_sums(x, y, rows_at_once(len(x), len(y))))


@partial(jax.jit, static_argnames="at_once")
def _row_sums(x: jax.Array, y: jax.Array, at_once: int) -> jax.Array:
    def sums(rows: jax.Array) -> jax.Array:
        return jnp.sum((rows @ y.T / x.shape[1] + 1) ** 3, axis=1)

    return map_rows(sums, x, at_once)
