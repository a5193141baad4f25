"""How samples are spread over the classes that a classifier sees in them."""

import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.errors import UserError
from wgan_jax.given import as_reals
from wgan_jax.transport.divergences import kullback_leibler


def class_spread(fake: ArrayLike, real: ArrayLike) -> dict[str, float]:
    """The entropy of the classes of generated samples, and their distance from real.

    Args:
        fake: the class of each generated sample, whole numbers >= 0, [N].
        real: the class of each real sample, [M].

    Returns:
        `class_entropy`: of the shares of the generated samples' classes, in nats, from
        0 (all in one class) to log K. `class_kl`: KL divergence in nats from their
        shares to those of the real samples, >= 0; infinite when a class is generated
        that the real samples do not have.

    Raises:
        UserError: unless both are whole numbers >= 0, [N] with N >= 1.

    Example:
        >>> class_spread([0, 1, 0, 1], [0, 0, 1, 1])["class_kl"]
        0.0
    """
    sides = [_checked("fake", fake), _checked("real", real)]
    count = 1 + max(int(side.max()) for side in sides)
    p, q = (np.bincount(side, minlength=count) / len(side) for side in sides)
    hit = p[p > 0]
    return {
        "class_entropy": float(np.sum(hit * np.log(1 / hit))),
        "class_kl": kullback_leibler(p, q),
    }


def _checked(name: str, classes: ArrayLike) -> np.ndarray:
    numbers = as_reals(name, classes, "Give whole numbers [N].")
    if numbers.ndim != 1 or not len(numbers):
        raise UserError(f"{name} has shape {numbers.shape}, but needs [N], N >= 1")
    if numbers.dtype.kind not in "iu" or numbers.min() < 0:
        raise UserError(f"{name} has to hold whole numbers >= 0 of an integer type")
    return numbers
