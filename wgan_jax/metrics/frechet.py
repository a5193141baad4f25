"""Frechet distance: W2 between the Gaussians with the moments of two sets.

Dowson & Landau 1982, "The Frechet distance between multivariate normal distributions";
for samples Heusel et al. 2017, arXiv 1706.08500, eq. 6: |m1 - m2|^2 + tr(S1 + S2 - 2
(S1 S2)^(1/2)). It is called FID only with the features of one certain Inception
network; with any others the features have to be named.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.metrics.confidence import Interval, normal_interval
from wgan_jax.transport.checks import checked_pair


class _Moments(NamedTuple):
    """A set's mean [d] and R [r, d] with R^T R its unbiased covariance."""

    mean: np.ndarray
    root: np.ndarray


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
        UserError: for NaN, infinity, wrong shapes, N = 1 or M = 1.

    Example:
        >>> frechet_distance([[0.0], [0.0]], [[3.0], [3.0]])
        9.0
    """
    first, second = checked_pair(x, y, at_least=2)
    return _distance(_moments(first)[0], _moments(second)[0])


def frechet_distance_interval(
    x: ArrayLike, y: ArrayLike, *, level: float = 0.95
) -> Interval:
    """A confidence interval of the Frechet distance, by its influence function.

    To first order the distance moves with each sample on its own: by its derivative
    along (point mass - distribution), which for Gaussians is known (Rippl, Munk & Sturm
    2016, "Limit laws of the empirical Wasserstein distance: Gaussian distributions",
    arXiv 1507.04090). The variance of these moves over N is that of the distance. It
    costs twice the distance itself, where a bootstrap costs hundreds, and a bootstrap
    adds its own bias of about 1 / N, so that its percentiles can miss the value.

    Near equal distributions, where the distance is quadratic, the interval is too wide
    (by a half at N = 1,000, d = 64), as is the bootstrap's. It is about the figure's
    expectation at this N, bias included.

    Args:
        x: [N, d], N >= 2.
        y: [M, d], M >= 2.
        level: the share of such intervals that hold the expectation, in (0, 1).

    Returns:
        (low, high), symmetric about `frechet_distance(x, y)`.

    Raises:
        UserError: for NaN, infinity, wrong shapes, N = 1 or M = 1, or the level.
    """
    first, second = checked_pair(x, y, at_least=2)
    (of_x, whitened_x), (of_y, whitened_y) = _moments(first), _moments(second)
    variance = sum(
        float(np.var(moves, ddof=1)) / len(moves)
        for moves in (
            _influences(first, of_x, whitened_x, of_y),
            _influences(second, of_y, whitened_y, of_x),
        )
    )
    return normal_interval(_distance(of_x, of_y), variance, level)


def _influences(
    points: np.ndarray, own: _Moments, whitened: np.ndarray, other: _Moments
) -> np.ndarray:
    """How far each point moves the distance, up to a constant: [N].

    2 (m1 - m2).c + |c|^2 - c.A c for the centred point c = R1^T w, where A is the
    optimal map between the Gaussians. With R1 R2^T = U diag(s) V^T it is R2^T V U^T
    R1^(-T), so that c.A c = sum s (U^T w)^2: nothing is inverted.
    """
    centered = points - own.mean
    u, s, _ = np.linalg.svd(own.root @ other.root.T, full_matrices=False)
    linear = 2 * centered @ (own.mean - other.mean)
    return linear + np.square(centered).sum(axis=1) - np.square(whitened @ u) @ s


def _distance(first: _Moments, second: _Moments) -> float:
    cross = np.linalg.svd(first.root @ second.root.T, compute_uv=False).sum()
    traces = np.square(first.root).sum() + np.square(second.root).sum()
    return float(np.square(first.mean - second.mean).sum() + traces - 2 * cross)


def _moments(points: np.ndarray) -> tuple[_Moments, np.ndarray]:
    """The moments, and the points whitened, R^(-T) (x - m), [N, min(N, d)]."""
    points = points.astype(np.float64)
    mean, free = points.mean(axis=0), len(points) - 1  # ddof = 1
    orthogonal, root = np.linalg.qr((points - mean) / np.sqrt(free))
    return _Moments(mean, root), orthogonal * np.sqrt(free)
