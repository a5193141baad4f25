"""W1 on the line, in closed form.

On the line the monotone plan is optimal for every convex cost, so that W1 = integral
|F^-1(t) - G^-1(t)| dt = integral |F(s) - G(s)| ds (Santambrogio 2015, "Optimal
Transport for Applied Mathematicians").
"""

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.transport.checks import checked_numbers


def wasserstein1_1d(x: ArrayLike, y: ArrayLike) -> float:
    """Exact W1 between two sets of numbers, which may differ in size.

    Args:
        x: [N], each with weight 1 / N.
        y: [M], each with weight 1 / M.

    Returns:
        W1 >= 0, in the units of the numbers.

    Raises:
        UserError: unless both are [N] with N >= 1 and finite.

    Example:
        >>> wasserstein1_1d([0.0, 1.0], [0.0, 1.0, 5.0])
        1.5
    """
    ascending = np.sort(checked_numbers("x", x)), np.sort(checked_numbers("y", y))
    return float(sorted_cost(*ascending))


def sorted_cost(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """W1 between sorted numbers, for many lines at once.

    Args:
        x: [..., N], ascending along the last axis.
        y: [..., M], likewise.

    Returns:
        The integral of |F^-1 - G^-1|, [...].
    """
    n, m = x.shape[-1], y.shape[-1]
    if n == m:
        return np.abs(x - y).mean(axis=-1)
    # Both quantile functions are constant between the levels i / N and j / M: counted
    # in units of 1 / (N M) the levels are integers, and exact.
    levels = np.union1d(m * np.arange(1, n + 1), n * np.arange(1, m + 1))
    mass = np.diff(levels, prepend=0) / (n * m)
    gaps = np.abs(x[..., (levels - 1) // m] - y[..., (levels - 1) // n])
    return gaps @ mass
