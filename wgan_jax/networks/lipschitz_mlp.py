"""A critic that is 1-Lipschitz by construction: sorted pairs, orthonormal kernels.

Anil, Lucas & Grosse 2019, arXiv 1811.05381. Every layer keeps distances, and so no
layer of the network can be steeper than 1 whatever its parameters are: E r - E f of its
scores is at most W1 (Kantorovich and Rubinstein), in the Euclidean distance of the
samples as they are trained on, images flattened and in [-1, 1].
"""

from typing import ClassVar

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from wgan_jax.networks.initializers import Initializer, orthogonal
from wgan_jax.networks.layers import Parameters
from wgan_jax.networks.sorting import group_sort, orthonormal


class OrthonormalDense(Parameters):
    """A linear layer whose kernel is the orthonormal factor of its parameter.

    The QR factors are exact (singular values within 1e-6 of 1) for a parameter of any
    size, where Bjorck's iteration needs a bound on it and many steps for small singular
    values; and scaling the parameter changes nothing.
    """

    features: int
    initializer: Initializer = orthogonal()

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, in]` to `[B, features]`."""
        fan_in = x.shape[-1]
        shape = fan_in, self.features
        kernel = orthonormal(self.kernel(self.initializer, shape, fan_in))
        # Whatever the backend's default: at TF32 a slope could be 1.001.
        y = jnp.dot(x, kernel, precision=lax.Precision.HIGHEST)
        return self.add_bias(y, self.initializer, fan_in)


class LipschitzMLPCritic(nn.Module):
    """sample -> three layers of `width`, pairs of units sorted after each -> 1."""

    width: int = 128
    scores_alone: ClassVar[bool] = True

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to scores `[B]`; the width has to be even."""
        x = x.reshape(x.shape[0], -1)
        for _ in range(3):
            x = group_sort(OrthonormalDense(self.width)(x), 2)
        return OrthonormalDense(1)(x)[:, 0]
