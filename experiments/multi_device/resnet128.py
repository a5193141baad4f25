"""The 128 x 128 layout of the ResNet GAN, from the blocks of this package.

Miyato et al. 2018, "Spectral normalization for GANs", arXiv 1802.05957, table 5. It is
large enough to be worth several devices, is counted and never trained, and so is not
one of the package's networks.
"""

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.networks.initializers import he
from wgan_jax.networks.layers import Conv, Dense, batch_norm
from wgan_jax.networks.resnet import DownBlock, PlainBlock, UpBlock


class Generator128(nn.Module):
    """latent -> 4 x 4 -> five up-blocks -> 128 x 128."""

    axis_name: str | None = None
    width: int = 64

    @nn.compact
    def __call__(self, z: jax.Array, train: bool) -> jax.Array:
        """Maps latents `[B, latent]` to images `[B, 128, 128, 3]`."""
        widths = [self.width * m for m in (16, 16, 8, 4, 2, 1)]
        x = Dense(16 * widths[0], he(1.0))(z).reshape(-1, 4, 4, widths[0])
        for features in widths[1:]:
            x = UpBlock(features, self.axis_name)(x, train)
        x = nn.relu(batch_norm(train, self.axis_name)(x))
        return jnp.tanh(Conv(3, 3, initializer=he(1.0))(x))


class Critic128(nn.Module):
    """128 x 128 -> five down-blocks, a plain one -> 1."""

    width: int = 64
    piecewise_linear = True

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps images `[B, 128, 128, 3]` to scores `[B]`."""
        for level, multiple in enumerate((1, 2, 4, 8, 16)):
            x = DownBlock(self.width * multiple, first=level == 0)(x)
        x = nn.relu(PlainBlock(self.width * 16)(x))
        return Dense(1, he(1.0))(x.mean((1, 2)))[:, 0]
