"""Modes of stacked MNIST: three digits on the three colour channels, 1,000 modes.

Metz et al. 2017, "Unrolled Generative Adversarial Networks", arXiv 1611.02163, section
3.3.1; with 26,000 samples Srivastava et al. 2017, arXiv 1705.07761, section 4.2. This
module sees the digits that a classifier read, not the images.
"""

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.errors import UserError
from wgan_jax.given import as_reals
from wgan_jax.transport.divergences import checked_histogram, kullback_leibler

MODES = 1000


def stacked_mnist_modes(
    digits: ArrayLike, reference: ArrayLike | None = None
) -> dict[str, float]:
    """Counts the modes that samples reach, and how evenly they are hit.

    Args:
        digits: the digit read on each channel, whole numbers 0 to 9, [N, 3].
        reference: the modes' true shares [1000], as `mode_shares` gives them for real
            images; uniform unless given.

    Returns:
        `modes`: modes with at least one sample, in [0, 1000]. `reverse_kl`: KL
        divergence in nats from the samples' shares to the reference, >= 0; infinite
        where a sample is in a mode of share 0. Perfect samples have about 999 / (2 N),
        .02 for N = 26,000.

    Raises:
        UserError: for another shape, numbers that are no digits, or a reference that
            is no distribution over 1,000 modes.

    Example:
        >>> stacked_mnist_modes([[0, 0, 7], [0, 0, 7]])["modes"]
        1
    """
    shares = mode_shares(digits)
    if reference is None:
        expected = np.full(MODES, 1 / MODES)
    else:
        expected = checked_histogram("reference", reference)
        if len(expected) != MODES:
            raise UserError(f"reference has {len(expected)} shares, but needs {MODES}")
    return {
        "modes": int(np.count_nonzero(shares)),
        "reverse_kl": kullback_leibler(shares, expected),
    }


def mode_shares(digits: ArrayLike) -> np.ndarray:
    """The share of samples in each mode.

    Args:
        digits: whole numbers 0 to 9, [N, 3]; the first channel counts hundreds.

    Returns:
        Shares [1000], which sum to 1.

    Raises:
        UserError: for another shape, or numbers that are no digits.
    """
    numbers = as_reals("digits", digits, "Give whole numbers 0 to 9, [N, 3].")
    if numbers.ndim != 2 or numbers.shape[1] != 3 or not len(numbers):
        raise UserError(f"digits has shape {numbers.shape}, but needs [N, 3], N >= 1")
    if numbers.dtype.kind not in "iu" or numbers.min() < 0 or numbers.max() > 9:
        raise UserError("digits has to hold whole numbers 0 to 9 of an integer type")
    modes = numbers.astype(np.int64) @ np.array([100, 10, 1])
    return np.bincount(modes, minlength=MODES) / len(modes)
