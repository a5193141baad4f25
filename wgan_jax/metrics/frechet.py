"""Frechet distance: W2 between the Gaussians with the moments of two sets.

Dowson & Landau 1982, "The Frechet distance between multivariate normal distributions";
for samples Heusel et al. 2017, arXiv 1706.08500, eq. 6: |m1 - m2|^2 + tr(S1 + S2 - 2
(S1 S2)^(1/2)). It is called FID only with the features of one certain Inception
network; with any others the features have to be named.
"""

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.transport.checks import checked_pair


def frechet_distance(x: ArrayLike, y: ArrayLike) -> float:
    """Frechet distance of two sets of features, with unbiased covariances (ddof = 1).

    With S = R^T R from a QR decomposition of the centred features, tr (S1 S2)^(1/2) is
    the sum of the singular values of R1 R2^T: no root of a matrix, no complex numbers,
    no epsilon, and right for singular covariances (N < d) too.

    The figure is biased upwards by about 1 / N: compare equal N, and with its floor.

    Args:
        x: [N, d], N >= 2.
        y: [M, d], M >= 2.

    Returns:
        The squared distance, >= 0 up to rounding, in squared units of the features.

    Raises:
        ValueError: for NaN, infinity, wrong shapes, N = 1 or M = 1.

    Example:
        >>> frechet_distance([[0.0], [0.0]], [[3.0], [3.0]])
        9.0
    """
    first, second = checked_pair(x, y, at_least=2)
    return gaussian_distance(*_moments(first), *_moments(second))


def gaussian_distance(
    mean_x: np.ndarray, root_x: np.ndarray, mean_y: np.ndarray, root_y: np.ndarray
) -> float:
    """The Frechet distance of two Gaussians.

    Args:
        mean_x: [d].
        root_x: R with R^T R the covariance, [r, d].
        mean_y: [d].
        root_y: [s, d].

    Returns:
        The squared distance.
    """
    cross = np.linalg.svd(root_x @ root_y.T, compute_uv=False).sum()
    apart = np.square(mean_x - mean_y).sum()
    return float(apart + np.square(root_x).sum() + np.square(root_y).sum() - 2 * cross)


def _moments(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean [d] and a root of the covariance [min(N, d), d]."""
    points = points.astype(np.float64)
    mean = points.mean(axis=0)
    # The root of the covariance: dividing by sqrt(N - 1) here is ddof = 1.
    scaled = (points - mean) / np.sqrt(len(points) - 1)
    return mean, np.asarray(np.linalg.qr(scaled, mode="r"))
