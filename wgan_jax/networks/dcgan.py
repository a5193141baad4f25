"""DCGAN: four by four kernels at stride 2 between the image and a 4 x 4 map.

Radford, Metz and Chintala 2015, arXiv 1511.06434: kernels N(0, .02), batch-norm scales
N(1, .02), ReLU in the generator, LeakyReLU .2 in the critic. Widths are `width` times
1, 2, 4, ... from the image inwards. 28 pixels go 28, 14, 7, 4: the layout of 32 with
the 8 x 8 map cropped to 7 x 7, as in gan_mnist.py of Gulrajani et al. 2017.
"""

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.networks.conditional import (
    Condition,
    condition_on,
    normalize_batch,
    score_features,
)
from wgan_jax.networks.initializers import Initializer, normal
from wgan_jax.networks.layers import Conv, ConvTranspose, Dense, batch_norm

SLOPE = 0.2
INIT = normal(0.02)


def sizes(image_size: int) -> list[int]:
    """Returns the heights of the maps, the image first: 28 gives 28, 14, 7, 4."""
    heights = [image_size]
    while heights[-1] > 4:
        heights.append((heights[-1] + 1) // 2)
    return heights


def padding(size: int) -> tuple[int, int]:
    """Returns the zeros before and after a map of this size."""
    # The additional row of an odd map makes 7 pixels 4 at stride 2; without it 3.
    return 1, 1 + size % 2


def _scale_init(key: jax.Array, shape: tuple[int, ...], dtype=jnp.float32):
    return 1 + 0.02 * jax.random.normal(key, shape, dtype)


class Down(nn.Module):
    """image -> convolutions at stride 2, LeakyReLU .2 -> 4 x 4 map.

    `batch_norm` normalises every map but the first.
    """

    width: int
    initializer: Initializer = INIT
    batch_norm: bool = False
    axis_name: str | None = None

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps images `[B, H, W, C]` to features `[B, 4, 4, widest]`."""
        for level, size in enumerate(sizes(x.shape[1])[:-1]):
            features = self.width * 2**level
            normalize = self.batch_norm and level > 0
            # Batch norm subtracts the batch's mean, and any bias with it.
            layer = Conv(features, 4, 2, padding(size), self.initializer, not normalize)
            x = layer(x)
            if normalize:
                x = batch_norm(train, self.axis_name, _scale_init)(x)
            x = nn.leaky_relu(x, SLOPE)
        return x


class Up(nn.Module):
    """4 x 4 map -> (batch norm, ReLU, transposed convolution at stride 2) -> image."""

    size: int
    channels: int
    width: int
    initializer: Initializer = INIT
    batch_norm: bool = True
    axis_name: str | None = None

    @nn.compact
    def __call__(
        self, x: jax.Array, train: bool, condition: Condition | None = None
    ) -> jax.Array:
        """Maps features `[B, 4, 4, widest]` to `[B, size, size, channels]`."""
        # Both are listed from the image inwards and walked from the 4 x 4 map outwards.
        heights = sizes(self.size)[:-1]
        widths = [self.channels, *(self.width * 2**i for i in range(len(heights) - 1))]
        for size, features in zip(heights[::-1], widths[::-1], strict=True):
            if self.batch_norm:
                axis = self.axis_name
                x = normalize_batch(train, axis, condition, _scale_init)(x)
            # The next layer's batch norm would subtract it; only the image has none.
            use_bias = size == self.size or not self.batch_norm
            layer = ConvTranspose(
                features, 4, size, 2, padding(size), self.initializer, use_bias
            )
            x = layer(nn.relu(x))
        return x


class DCGANGenerator(nn.Module):
    """latent -> 4 x 4 map -> `Up`, normalised by class if there are any -> tanh."""

    sample_shape: tuple[int, ...]
    width: int = 64
    axis_name: str | None = None
    num_classes: int | None = None

    @nn.compact
    def __call__(
        self, z: jax.Array, train: bool, labels: jax.Array | None = None
    ) -> jax.Array:
        """Maps latents `[B, latent]` to images `[B, H, W, C]` in [-1, 1]."""
        condition = condition_on(labels, self.num_classes)
        size, _, channels = self.sample_shape
        widest = self.width * 2 ** (len(sizes(size)) - 2)
        # Without a bias, because `Up` starts with batch norm.
        x = Dense(4 * 4 * widest, INIT, use_bias=False)(z).reshape(-1, 4, 4, widest)
        x = Up(size, channels, self.width, axis_name=self.axis_name)(
            x, train, condition
        )
        return jnp.tanh(x)


class DCGANCritic(nn.Module):
    """image -> `Down` -> 1; with classes the last map is projected.

    Batch norm mixes the samples of a batch: members that look at the gradient of single
    samples must leave it off.
    """

    width: int = 64
    batch_norm: bool = False
    axis_name: str | None = None
    num_classes: int | None = None

    @property
    def piecewise_linear(self) -> bool:
        """Whether the score is a piecewise linear function of the input."""
        return not self.batch_norm

    @property
    def scores_alone(self) -> bool:
        """Whether each score depends on its own sample alone."""
        return not self.batch_norm

    @nn.compact
    def __call__(
        self, x: jax.Array, train: bool, labels: jax.Array | None = None
    ) -> jax.Array:
        """Maps images `[B, H, W, C]` to scores `[B]`."""
        condition = condition_on(labels, self.num_classes)
        down = Down(self.width, INIT, self.batch_norm, self.axis_name)
        features = down(x, train).reshape(x.shape[0], -1)
        return score_features(features, condition, INIT)
