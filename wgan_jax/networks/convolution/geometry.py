"""The geometry of a convolution, and its operands as matrices.

A stride-s convolution is a stride-1 convolution of s x s times the channels (space to
depth). So written, it is `patches(x) @ kernel_matrix(w)`. Both maps are linear and only
copy elements, so the transposes of the convolution follow from theirs. Nothing is
multiplied here.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

Pair = tuple[int, int]


class Geometry(NamedTuple):
    """What fixes a convolution besides its operands.

    Attributes:
        size: height and width of the input.
        window: height and width of the kernel.
        strides: steps between windows.
        padding: zeros before and after, for height and width.
    """

    size: Pair
    window: Pair
    strides: Pair
    padding: tuple[Pair, Pair]

    @property
    def out(self) -> Pair:
        """Height and width of the output."""
        axes = zip(self.size, self.window, self.strides, self.padding, strict=True)
        h, w = ((n + sum(pad) - k) // s + 1 for n, k, s, pad in axes)
        return h, w

    @property
    def blocks(self) -> Pair:
        """Height and width of the kernel after space to depth, in blocks."""
        # Rounded up: a 3 x 3 kernel at stride 2 fills 2 x 2 blocks, with zeros.
        h, w = (-(-k // s) for k, s in zip(self.window, self.strides, strict=True))
        return h, w


def space_to_depth(x: jax.Array, geometry: Geometry, count: Pair) -> jax.Array:
    """Pads the input and gathers each block of the strides into the channels.

    Args:
        x: `[B, H, W, I]`.
        geometry: the convolution's.
        count: blocks wanted, in height and in width, from the first padded one on.

    Returns:
        `[B, *count, s * t * I]`, with strides `(s, t)`.
    """
    strides = geometry.strides
    spatial = []
    for axis in (0, 1):
        low = geometry.padding[axis][0]
        total = strides[axis] * count[axis]
        # The end may be negative: lax.pad then crops rows that no window reaches.
        spatial.append((low, total - geometry.size[axis] - low, 0))
    unpadded = (0, 0, 0)
    x = lax.pad(x, jnp.zeros((), x.dtype), (unpadded, *spatial, unpadded))
    if strides == (1, 1):
        return x
    # [B, height s, width t, I], to [B, height, s, width, t, I], to
    # [B, height, width, s, t, I], to [B, height, width, s t I].
    (s, t), (height, width) = strides, count
    x = x.reshape(x.shape[0], height, s, width, t, -1).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(x.shape[0], height, width, -1)


def patches(x: jax.Array, geometry: Geometry) -> jax.Array:
    """Gathers the inputs of each output position (im2col).

    The result is about `blocks[0] * blocks[1]` times as large as the input.

    Args:
        x: `[B, H, W, I]`.
        geometry: the convolution's.

    Returns:
        `[B, out_h, out_w, n]`, where n counts the kernel's elements per output channel,
        rounded up to whole blocks of the strides.
    """
    out, blocks = geometry.out, geometry.blocks
    count = (out[0] + blocks[0] - 1, out[1] + blocks[1] - 1)
    x = space_to_depth(x, geometry, count)
    # One shifted view [B, out_h, out_w, s t I] for each block of the kernel.
    shifts = [
        lax.slice_in_dim(
            lax.slice_in_dim(x, i, i + out[0], axis=1), j, j + out[1], axis=2
        )
        for i in range(blocks[0])
        for j in range(blocks[1])
    ]
    return lax.concatenate(shifts, 3)


def kernel_matrix(w: jax.Array, geometry: Geometry) -> jax.Array:
    """Orders a kernel's elements as `patches` does.

    Args:
        w: `[h, w, I, O]`.
        geometry: the convolution's.

    Returns:
        `[n, O]`, zeros where whole blocks exceed the window.
    """
    (a, b), (s, t) = geometry.blocks, geometry.strides
    inputs, outputs = w.shape[2:]
    pad = [(0, a * s - w.shape[0], 0), (0, b * t - w.shape[1], 0), (0, 0, 0), (0, 0, 0)]
    w = lax.pad(w, jnp.zeros((), w.dtype), pad)
    # [a s, b t, I, O], to [a, s, b, t, I, O], to [a, b, s, t, I, O], to [n, O].
    w = w.reshape(a, s, b, t, inputs, outputs).transpose(0, 2, 1, 3, 4, 5)
    return w.reshape(a * b * s * t * inputs, outputs)
