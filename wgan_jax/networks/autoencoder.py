"""Critics that are autoencoders: a sample's energy is its reconstruction error.

EBGAN, Zhao, Mathieu and LeCun 2016, arXiv 1609.03126: D(x) = |Dec(Enc(x)) - x|, here
as the mean squared error per sample. Their energies are no piecewise linear function of
the input, so none of them qualifies for the fast form of gradient normalisation.
"""

import math
from typing import ClassVar

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.networks.layers import Dense


class _Autoencoder(nn.Module):
    """Energies from `encode` and `decode`, which a subclass defines."""

    sample_shape: tuple[int, ...]
    piecewise_linear: ClassVar[bool] = False

    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to their mean squared errors `[B]`."""
        error = self.reconstruct(x, train) - x
        return jnp.mean(error**2, axis=tuple(range(1, x.ndim)))

    def reconstruct(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to their reconstructions, of the same shape."""
        return self.decode(self.encode(x, train), train)


class MLPAutoencoder(_Autoencoder):
    """sample -> widths -> mirrored widths -> sample, ReLU between.

    Images end in tanh, points are unbounded.
    """

    widths: tuple[int, ...] = (512, 256)

    def setup(self) -> None:
        """Names the layers of both halves."""
        size = math.prod(self.sample_shape)
        self.encoder = [Dense(w) for w in self.widths]
        self.decoder = [Dense(w) for w in (*self.widths[-2::-1], size)]

    def encode(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps samples `[B, ...]` to embeddings `[B, widths[-1]]`."""
        h = self.encoder[0](x.reshape(x.shape[0], -1))
        for layer in self.encoder[1:]:
            h = layer(nn.relu(h))
        return h

    def decode(self, embedding: jax.Array, train: bool) -> jax.Array:
        """Maps embeddings `[B, widths[-1]]` to samples `[B, ...]`."""
        h = embedding
        for layer in self.decoder:
            h = layer(nn.relu(h))
        h = jnp.tanh(h) if len(self.sample_shape) == 3 else h
        return h.reshape(-1, *self.sample_shape)
