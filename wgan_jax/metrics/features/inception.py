"""Inception-v3 as the Frechet Inception Distance uses it, in Flax.

Szegedy et al. 2015, "Rethinking the Inception Architecture", arXiv 1512.00567, with the
weights of 2015-12-05 that Heusel et al. 2017, arXiv 1706.08500, took for FID. Those
differ from later ones in three places: average pooling does not count its padding, the
last block pools by the maximum, and there are 1,008 classes. Layers carry the names of
the file `pt_inception-2015-12-05-6726825d.pth`; batch norm is folded into convolutions.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.metrics.features.interface import FeatureNet, FeatureRow, Sources
from wgan_jax.metrics.features.pretrained import Pretrained, build_pretrained

UNITS = 2048
CLASSES = 1008
SIZE = 299


def conv(
    name: str,
    x: jax.Array,
    channels: int,
    window: tuple[int, int] = (1, 1),
    stride: int = 1,
    padding: tuple[int, int] = (0, 0),
) -> jax.Array:
    """A convolution with ReLU, inside a compact module."""
    zeros = [(pad, pad) for pad in padding]
    layer = nn.Conv(channels, window, stride, zeros, name=name)
    return nn.relu(layer(x))


def average(x: jax.Array) -> jax.Array:
    """3x3 means of the pixels that exist."""
    return nn.avg_pool(x, (3, 3), (1, 1), "SAME", count_include_pad=False)


def shrink(x: jax.Array) -> jax.Array:
    """3x3 maxima at stride 2."""
    return nn.max_pool(x, (3, 3), (2, 2))


class BlockA(nn.Module):
    """35 x 35 maps: 1x1, 5x5, two 3x3, pooled."""

    pooled: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, H, W, C]` to `[B, H, W, 224 + pooled]`."""
        five = conv("branch5x5_1", x, 48)
        five = conv("branch5x5_2", five, 64, (5, 5), padding=(2, 2))
        double = conv("branch3x3dbl_1", x, 64)
        double = conv("branch3x3dbl_2", double, 96, (3, 3), padding=(1, 1))
        double = conv("branch3x3dbl_3", double, 96, (3, 3), padding=(1, 1))
        pooled = conv("branch_pool", average(x), self.pooled)
        parts = [conv("branch1x1", x, 64), five, double, pooled]
        return jnp.concatenate(parts, -1)


class BlockB(nn.Module):
    """From 35 x 35 to 17 x 17."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, 35, 35, 288]` to `[B, 17, 17, 768]`."""
        double = conv("branch3x3dbl_1", x, 64)
        double = conv("branch3x3dbl_2", double, 96, (3, 3), padding=(1, 1))
        double = conv("branch3x3dbl_3", double, 96, (3, 3), 2)
        parts = [conv("branch3x3", x, 384, (3, 3), 2), double, shrink(x)]
        return jnp.concatenate(parts, -1)


class BlockC(nn.Module):
    """17 x 17 maps: 7x7 windows as rows and columns."""

    inner: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, 17, 17, 768]` to the same shape."""
        row, column = ((1, 7), 1, (0, 3)), ((7, 1), 1, (3, 0))
        seven = conv("branch7x7_1", x, self.inner)
        seven = conv("branch7x7_2", seven, self.inner, *row)
        seven = conv("branch7x7_3", seven, 192, *column)
        double = conv("branch7x7dbl_1", x, self.inner)
        double = conv("branch7x7dbl_2", double, self.inner, *column)
        double = conv("branch7x7dbl_3", double, self.inner, *row)
        double = conv("branch7x7dbl_4", double, self.inner, *column)
        double = conv("branch7x7dbl_5", double, 192, *row)
        pooled = conv("branch_pool", average(x), 192)
        parts = [conv("branch1x1", x, 192), seven, double, pooled]
        return jnp.concatenate(parts, -1)


class BlockD(nn.Module):
    """From 17 x 17 to 8 x 8."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, 17, 17, 768]` to `[B, 8, 8, 1280]`."""
        three = conv("branch3x3_1", x, 192)
        three = conv("branch3x3_2", three, 320, (3, 3), 2)
        seven = conv("branch7x7x3_1", x, 192)
        seven = conv("branch7x7x3_2", seven, 192, (1, 7), padding=(0, 3))
        seven = conv("branch7x7x3_3", seven, 192, (7, 1), padding=(3, 0))
        seven = conv("branch7x7x3_4", seven, 192, (3, 3), 2)
        return jnp.concatenate([three, seven, shrink(x)], -1)


class BlockE(nn.Module):
    """8 x 8 maps: 3x3 windows as rows beside columns."""

    last: bool

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        """Maps `[B, 8, 8, C]` to `[B, 8, 8, 2048]`."""
        row, column = ((1, 3), 1, (0, 1)), ((3, 1), 1, (1, 0))
        three = conv("branch3x3_1", x, 384)
        double = conv("branch3x3dbl_1", x, 448)
        double = conv("branch3x3dbl_2", double, 384, (3, 3), padding=(1, 1))
        # A mistake of the original graph that FID's figures depend on.
        pool = nn.max_pool(x, (3, 3), (1, 1), "SAME") if self.last else average(x)
        parts = [
            conv("branch1x1", x, 320),
            conv("branch3x3_2a", three, 384, *row),
            conv("branch3x3_2b", three, 384, *column),
            conv("branch3x3dbl_3a", double, 384, *row),
            conv("branch3x3dbl_3b", double, 384, *column),
            conv("branch_pool", pool, 192),
        ]
        return jnp.concatenate(parts, -1)


class Inception(nn.Module):
    """The whole net, up to its mean over the last maps, and the classes after it."""

    @nn.compact
    def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Maps `[B, 299, 299, 3]` in [-1, 1] to `[B, 2048]` and `[B, 1008]`."""
        x = conv("Conv2d_1a_3x3", x, 32, (3, 3), 2)
        x = conv("Conv2d_2a_3x3", x, 32, (3, 3))
        x = conv("Conv2d_2b_3x3", x, 64, (3, 3), padding=(1, 1))
        x = conv("Conv2d_3b_1x1", shrink(x), 80)
        x = conv("Conv2d_4a_3x3", x, 192, (3, 3))
        x = shrink(x)
        for letter, pooled in zip("bcd", (32, 64, 64), strict=True):
            x = BlockA(pooled, name=f"Mixed_5{letter}")(x)
        x = BlockB(name="Mixed_6a")(x)
        for letter, inner in zip("bcde", (128, 160, 160, 192), strict=True):
            x = BlockC(inner, name=f"Mixed_6{letter}")(x)
        x = BlockD(name="Mixed_7a")(x)
        x = BlockE(last=False, name="Mixed_7b")(x)
        x = BlockE(last=True, name="Mixed_7c")(x)
        features = x.mean((1, 2))
        return features, nn.Dense(CLASSES, name="fc")(features)


def build_inception(row: FeatureRow, sources: Sources) -> FeatureNet:
    """Builds the net from a file of its weights.

    Args:
        row: its row.
        sources: `weights`, the file: pytorch-fid's .pth, or the same arrays as
            safetensors or .npz.

    Returns:
        The net: 2,048 features, 1,008 classes. Images of any size, grey or RGB.

    Raises:
        UserError: the file cannot be read or holds other arrays.
    """
    assert sources.weights is not None
    return build_pretrained(row, INCEPTION, sources.weights)


INCEPTION = Pretrained(
    module=Inception(),
    size=SIZE,
    units=UNITS,
    scale=lambda pixels: pixels / 127.5 - 1,
    batch_norms=lambda layer: (f"{layer}.conv", f"{layer}.bn"),
)
