"""ResNet for 32 x 32: the block layout of WGAN-GP, which GN-GAN uses too.

Gulrajani et al. 2017, arXiv 1704.00028, appendix (gan_cifar_resnet.py); Wu et al. 2021,
arXiv 2109.02235. Three by three kernels start by He's rule, shortcuts with gain 1.

Resampling is folded into the convolution beside it, which is exact and takes 2.25 times
fewer multiplications. A 3 x 3 convolution and a 2 x 2 mean are one 4 x 4 convolution of
stride 2; its transpose, times four, is nearest upsampling and a 3 x 3 convolution. A
1 x 1 shortcut commutes with both and runs at the lower resolution.
"""

from typing import ClassVar

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import lax

from wgan_jax.networks.conditional import (
    Condition,
    condition_on,
    normalize_batch,
    score_features,
)
from wgan_jax.networks.convolution import conv, conv_input_transpose
from wgan_jax.networks.initializers import Initializer, he
from wgan_jax.networks.layers import Conv, Dense, Parameters

SHORTCUT = he(1.0)
STRIDES, PADDING = (2, 2), ((1, 1), (1, 1))


def _pooled(kernel: jax.Array) -> jax.Array:
    """The 4 x 4 kernel of `kernel` (3 x 3) followed by a 2 x 2 mean."""
    # The mean of the four windows that start at a block's pixels is one window, whose
    # weights are the mean of the kernel at four offsets: 16 products instead of 4 x 9.
    zero, none = jnp.zeros((), kernel.dtype), (0, 0, 0)
    shifts = [
        lax.pad(kernel, zero, ((i, 1 - i, 0), (j, 1 - j, 0), none, none))
        for i in (0, 1)
        for j in (0, 1)
    ]
    return sum(shifts[1:], shifts[0]) / 4


def mean_pool(x: jax.Array) -> jax.Array:
    """Averages 2 x 2 blocks: `[B, H, W, C]` to `[B, H / 2, W / 2, C]`."""
    batch, height, width, channels = x.shape
    # [B, H / 2, 2, W / 2, 2, C], and the mean over the two axes of 2.
    blocks = x.reshape(batch, height // 2, 2, width // 2, 2, channels)
    return blocks.mean((2, 4))


def upsample(x: jax.Array) -> jax.Array:
    """Repeats each pixel 2 x 2: `[B, H, W, C]` to `[B, 2 H, 2 W, C]`."""
    batch, height, width, channels = x.shape
    # [B, H, 1, W, 1, C] to [B, H, 2, W, 2, C], merged to [B, 2 H, 2 W, C].
    blocks = x.reshape(batch, height, 1, width, 1, channels)
    blocks = jnp.broadcast_to(blocks, (batch, height, 2, width, 2, channels))
    return blocks.reshape(batch, 2 * height, 2 * width, channels)


class ConvMeanPool(Parameters):
    """A 3 x 3 convolution and a 2 x 2 mean, as one convolution of stride 2."""

    features: int
    initializer: Initializer = he()

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, H, W, in]` to `[B, H / 2, W / 2, features]`."""
        fan_in = 9 * x.shape[-1]
        shape = (3, 3, x.shape[-1], self.features)
        kernel = _pooled(self.kernel(self.initializer, shape, fan_in))
        return self.add_bias(
            conv(x, kernel, STRIDES, PADDING), self.initializer, fan_in
        )


class UpsampleConv(Parameters):
    """Nearest upsampling and a 3 x 3 convolution, as one transposed convolution."""

    features: int
    initializer: Initializer = he()

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, H, W, in]` to `[B, 2 H, 2 W, features]`."""
        fan_in = 9 * x.shape[-1]
        shape = (3, 3, x.shape[-1], self.features)
        kernel = self.kernel(self.initializer, shape, fan_in)
        # Upsampling is 4 times the mean's transpose; a convolution is the transpose of
        # one with the kernel turned by 180 degrees and its channels exchanged.
        turned = 4 * _pooled(kernel[::-1, ::-1].transpose(0, 1, 3, 2))
        size = (2 * x.shape[1], 2 * x.shape[2])
        y = conv_input_transpose(x, turned, size, STRIDES, PADDING)
        return self.add_bias(y, self.initializer, fan_in)


class UpBlock(nn.Module):
    """norm, ReLU, upsample, conv, norm, ReLU, conv; plus the upsampled shortcut."""

    features: int
    axis_name: str | None = None

    @nn.compact
    def __call__(
        self, x: jax.Array, train: bool, condition: Condition | None = None
    ) -> jax.Array:
        """Maps `[B, H, W, in]` to `[B, 2 H, 2 W, features]`."""
        h = nn.relu(normalize_batch(train, self.axis_name, condition)(x))
        h = UpsampleConv(self.features)(h)
        h = nn.relu(normalize_batch(train, self.axis_name, condition)(h))
        h = Conv(self.features, 3, initializer=he())(h)
        # 1 x 1 commutes with upsampling: at a quarter of the pixels.
        return h + upsample(_pointwise(self.features)(x))


class DownBlock(nn.Module):
    """ReLU, conv, ReLU, conv, mean pool; plus the pooled shortcut.

    `first` leaves out the ReLU on the image, as the papers' optimised first block does.
    """

    features: int
    first: bool = False

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, H, W, in]` to `[B, H / 2, W / 2, features]`."""
        h = x if self.first else nn.relu(x)
        h = nn.relu(Conv(self.features, 3, initializer=he())(h))
        h = ConvMeanPool(self.features)(h)
        # 1 x 1 commutes with the mean: at a quarter of the pixels.
        return h + _pointwise(self.features)(mean_pool(x))


class PlainBlock(nn.Module):
    """ReLU, conv, ReLU, conv; plus its input."""

    features: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, H, W, features]` to the same shape."""
        h = Conv(self.features, 3, initializer=he())(nn.relu(x))
        return x + Conv(self.features, 3, initializer=he())(nn.relu(h))


def _pointwise(features: int) -> Conv:
    return Conv(features, 1, padding=(0, 0), initializer=SHORTCUT)


class ResNetGenerator(nn.Module):
    """latent -> 4 x 4 x width -> three up-blocks -> norm, ReLU, conv, tanh.

    Every norm is by class where there are classes.
    """

    sample_shape: tuple[int, ...]
    width: int = 128
    axis_name: str | None = None
    num_classes: int | None = None

    @nn.compact
    def __call__(
        self, z: jax.Array, train: bool, labels: jax.Array | None = None
    ) -> jax.Array:
        """Maps latents `[B, latent]` to images `[B, 32, 32, C]` in [-1, 1]."""
        condition = condition_on(labels, self.num_classes)
        x = Dense(4 * 4 * self.width, SHORTCUT)(z).reshape(-1, 4, 4, self.width)
        for _ in range(3):
            x = UpBlock(self.width, self.axis_name)(x, train, condition)
        x = nn.relu(normalize_batch(train, self.axis_name, condition)(x))
        return jnp.tanh(Conv(self.sample_shape[-1], 3, initializer=SHORTCUT)(x))


class ResNetCritic(nn.Module):
    """image -> two down-blocks, two plain blocks -> ReLU, mean over space -> 1.

    With classes the mean is projected. `sum_pooling` takes the sum over the 8 x 8 map
    in its place, as Miyato et al. 2018 do.
    """

    width: int = 128
    num_classes: int | None = None
    sum_pooling: bool = False
    piecewise_linear: ClassVar[bool] = True
    scores_alone: ClassVar[bool] = True

    @nn.compact
    def __call__(
        self, x: jax.Array, train: bool, labels: jax.Array | None = None
    ) -> jax.Array:
        """Maps images `[B, 32, 32, C]` to scores `[B]`."""
        condition = condition_on(labels, self.num_classes)
        x = DownBlock(self.width, first=True)(x)
        x = DownBlock(self.width)(x)
        for _ in range(2):
            x = PlainBlock(self.width)(x)
        x = nn.relu(x)
        features = x.sum((1, 2)) if self.sum_pooling else x.mean((1, 2))
        return score_features(features, condition, SHORTCUT)
