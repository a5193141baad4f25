"""Critics that are autoencoders: a sample's energy is its reconstruction error.

EBGAN, Zhao, Mathieu and LeCun 2016, arXiv 1609.03126: D(x) = |Dec(Enc(x)) - x|, here
as the mean squared error per sample. Energies are squares and so not piecewise linear
in the input: none of these critics promises it to gradient normalisation.
"""

import math
from typing import ClassVar

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.networks.dcgan import Down, Up
from wgan_jax.networks.initializers import he
from wgan_jax.networks.layers import Dense, at_least_float32


class _Autoencoder(nn.Module):
    """Energies from `encode` and `decode`, which a subclass defines."""

    sample_shape: tuple[int, ...]

    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to their mean squared errors `[B]`."""
        return self.score_and_encode(x, train)[0]

    def score_and_encode(self, x: jax.Array, train: bool) -> tuple[jax.Array, ...]:
        """Maps samples `[B, ...]` to energies `[B]` and embeddings `[B, E]`, at once.

        With two calls each derivative would go through the encoder by itself.
        """
        embedding = self.encode(x, train)
        reconstruction = self.decode(embedding, train)
        # Small differences of numbers near 1: of bfloat16 samples in float32.
        wide = at_least_float32(x.dtype)
        error = reconstruction.astype(wide) - x.astype(wide)
        return jnp.mean(error**2, axis=tuple(range(1, x.ndim))), embedding

    def reconstruct(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to their reconstructions, of the same shape."""
        return self.decode(self.encode(x, train), train)


class MLPAutoencoder(_Autoencoder):
    """sample -> widths -> mirrored widths -> sample, ReLU between.

    Images end in tanh, points are unbounded.
    """

    widths: tuple[int, ...] = (512, 256)
    scores_alone: ClassVar[bool] = True

    def setup(self) -> None:
        """Names the layers of both halves."""
        size = math.prod(self.sample_shape)
        self.encoder = [Dense(w) for w in self.widths]
        self.decoder = [Dense(w) for w in (*self.widths[-2::-1], size)]

    def encode(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to embeddings `[B, widths[-1]]`."""
        # No ReLU at the end: `decode` begins with it, and embeddings keep their signs.
        h = self.encoder[0](x.reshape(x.shape[0], -1))
        for layer in self.encoder[1:]:
            h = layer(nn.relu(h))
        return h

    def decode(self, embedding: jax.Array, train: bool) -> jax.Array:
        """Maps embeddings `[B, widths[-1]]` to samples `[B, ...]`."""
        h = embedding
        for layer in self.decoder:
            h = layer(nn.relu(h))
        # Images lie in [-1, 1]; points are unbounded.
        h = jnp.tanh(h) if len(self.sample_shape) == 3 else h
        return h.reshape(-1, *self.sample_shape)


class ConvAutoencoder(_Autoencoder):
    """DCGAN's convolutions down to a 4 x 4 map and back up, tanh at the end.

    Kernels start by He's rule: without batch norm, DCGAN's N(0, .02) would start the
    reconstructions near zero.
    """

    width: int = 64
    batch_norm: bool = False
    axis_name: str | None = None

    @property
    def scores_alone(self) -> bool:
        """Whether each energy depends on its own sample alone."""
        return not self.batch_norm

    def setup(self) -> None:
        """Names both halves."""
        rest = {
            "width": self.width,
            "batch_norm": self.batch_norm,
            "axis_name": self.axis_name,
            "initializer": he(),
        }
        self.down = Down(**rest)
        self.up = Up(self.sample_shape[0], self.sample_shape[-1], **rest)

    def encode(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps images `[B, H, W, C]` to embeddings `[B, 4 * 4 * widest]`."""
        return self.down(x, train).reshape(x.shape[0], -1)

    def decode(self, embedding: jax.Array, train: bool) -> jax.Array:
        """Maps embeddings `[B, 4 * 4 * widest]` to images `[B, H, W, C]`."""
        y = embedding.reshape(embedding.shape[0], 4, 4, -1)
        return jnp.tanh(self.up(y, train))
