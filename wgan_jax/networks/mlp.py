"""Fully connected networks: the baseline MLP for images, the toy network for points.

The MLP is that of the widely used PyTorch scripts (Linder-Noren, PyTorch-GAN), with
PyTorch's default initialisation; the toy network is that of Gulrajani et al. 2017,
arXiv 1704.00028, section 5 and appendix, with He initialisation.
"""

import math
from typing import ClassVar

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.networks.conditional import (
    ClassInput,
    condition_on,
    normalize_batch,
    score_features,
)
from wgan_jax.networks.initializers import he, uniform_fan_in
from wgan_jax.networks.layers import Dense

SLOPE = 0.2


class MLPGenerator(nn.Module):
    """latent -> 128 -> 256 -> 512 -> 1024 -> image, LeakyReLU .2, tanh.

    The layers of 256, 512 and 1024 units are batch-normalised before the LeakyReLU, by
    class where there are classes.
    """

    sample_shape: tuple[int, ...]
    axis_name: str | None = None
    num_classes: int | None = None
    # A batch of 64 is too narrow for products of this size: the fakes of all critic
    # updates in one wide pass take 9 % off a step on CPU (DCGAN's would add 3 %).
    wide_passes: ClassVar[bool] = True

    @nn.compact
    def __call__(
        self, z: jax.Array, train: bool, labels: jax.Array | None = None
    ) -> jax.Array:
        """Maps latents `[B, latent]` to images `[B, H, W, C]` in [-1, 1]."""
        condition = condition_on(labels, self.num_classes)
        x = nn.leaky_relu(Dense(128)(z), SLOPE)
        for features in (256, 512, 1024):
            normalize = normalize_batch(train, self.axis_name, condition)
            x = normalize(Dense(features)(x))
            x = nn.leaky_relu(x, SLOPE)
        x = jnp.tanh(Dense(math.prod(self.sample_shape))(x))
        return x.reshape(-1, *self.sample_shape)


class MLPCritic(nn.Module):
    """image -> 512 -> 256 -> 1, LeakyReLU .2; with classes the 256 are projected."""

    num_classes: int | None = None
    piecewise_linear: ClassVar[bool] = True
    scores_alone: ClassVar[bool] = True

    @nn.compact
    def __call__(
        self, x: jax.Array, train: bool, labels: jax.Array | None = None
    ) -> jax.Array:
        """Maps samples `[B, ...]` to scores `[B]`."""
        condition = condition_on(labels, self.num_classes)
        x = x.reshape(x.shape[0], -1)
        for features in (512, 256):
            x = nn.leaky_relu(Dense(features)(x), SLOPE)
        return score_features(x, condition, uniform_fan_in())


class ToyGenerator(nn.Module):
    """latent -> three ReLU layers of `width` -> point, unbounded.

    With classes the first layer sees the class beside the latent.
    """

    sample_shape: tuple[int, ...]
    width: int = 512
    num_classes: int | None = None

    @nn.compact
    def __call__(
        self, z: jax.Array, train: bool, labels: jax.Array | None = None
    ) -> jax.Array:
        """Maps latents `[B, latent]` to points `[B, d]`."""
        condition = condition_on(labels, self.num_classes)
        x = z
        for layer in range(3):
            x = Dense(self.width, he())(x)
            if condition is not None and layer == 0:
                x += ClassInput(self.width, he())(condition)
            x = nn.relu(x)
        x = Dense(math.prod(self.sample_shape), he())(x)
        return x.reshape(-1, *self.sample_shape)


class ToyCritic(nn.Module):
    """point -> three ReLU layers of `width` -> 1; the last projected with classes."""

    width: int = 512
    num_classes: int | None = None
    piecewise_linear: ClassVar[bool] = True
    scores_alone: ClassVar[bool] = True

    @nn.compact
    def __call__(
        self, x: jax.Array, train: bool, labels: jax.Array | None = None
    ) -> jax.Array:
        """Maps samples `[B, ...]` to scores `[B]`."""
        condition = condition_on(labels, self.num_classes)
        x = x.reshape(x.shape[0], -1)
        for _ in range(3):
            x = nn.relu(Dense(self.width, he())(x))
        return score_features(x, condition, he())
