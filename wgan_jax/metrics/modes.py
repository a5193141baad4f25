"""Which modes of a mixture of Gaussians a set of samples reaches.

Srivastava et al. 2017, "VEEGAN", arXiv 1705.07761, section 4.1: a sample is of high
quality when it lies within three standard deviations of its nearest mode, and a mode is
covered when it is the nearest of at least one such sample. One stray sample is enough
for that, so that the modes that hold 1 % of the samples are counted too.
"""

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.given import as_number
from wgan_jax.transport.checks import checked_points


def mode_coverage(
    samples: ArrayLike, centers: ArrayLike, std: float
) -> dict[str, float]:
    """Counts covered modes, good samples and how evenly modes are hit.

    Args:
        samples: generated points, [N, 2].
        centers: the modes, [K, 2].
        std: standard deviation of each mode, > 0, in the units of the points.

    Returns:
        `modes`: covered modes, in [0, K]. `modes_one_percent`: modes that are the
        nearest of good samples which are at least 1 % of all samples, in [0, K].
        `high_quality`: fraction of samples within 3 std of their nearest mode, in
        [0, 1]. `reverse_kl`: KL divergence in nats from the samples' distribution over
        nearest modes to the uniform one, in [0, log K].

    Raises:
        UserError: unless the arrays are [N, 2] and [K, 2] with N, K >= 1, all numbers
            are finite and std > 0.

    Example:
        >>> samples = np.array([[0.1, 0.0], [0.9, 0.0], [0.5, 0.0]])
        >>> mode_coverage(samples, np.array([[0.0, 0.0], [1.0, 0.0]]), std=0.1)["modes"]
        2
    """
    samples = checked_points("samples", samples, dim=2)
    centers = checked_points("centers", centers, dim=2)
    std = as_number("std", std, above=0)
    nearest, distance = nearest_modes(samples, centers)
    good = distance <= 3 * std  # 98.9 % of a Gaussian in the plane
    good_shares = np.bincount(nearest[good]) / len(samples)
    shares = np.bincount(nearest, minlength=len(centers)) / len(samples)
    hit = shares[shares > 0]  # a mode that is never hit adds 0 log 0 = 0
    return {
        "modes": int(np.count_nonzero(good_shares)),
        "modes_one_percent": int(np.sum(good_shares >= 0.01)),
        "high_quality": float(good.mean()),
        "reverse_kl": float(np.sum(hit * np.log(hit * len(centers)))),
    }


def nearest_modes(
    samples: np.ndarray, centers: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the mode that each sample is nearest to.

    Args:
        samples: points, [N, 2].
        centers: the modes, [K, 2].

    Returns:
        Its number from 0 to K - 1, int64 [N], and the distance to it, [N].
    """
    # [N, 1, 2] and [1, K, 2] to [N, K].
    distances = np.linalg.norm(samples[:, None] - centers[None], axis=-1)
    return distances.argmin(1), distances.min(1)
