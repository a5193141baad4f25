"""How a convolution, and its transposes, are carried out on each kind of machine.

XLA:CPU runs a canonical NHWC/HWIO convolution near the machine's peak, but falls into
naive loops, 40 to 200 times slower, for the permuted and dilated convolutions that
derivatives produce inside a loop. So on CPU each of the three bilinear maps is written
as canonical convolutions or as one matrix product; other machines get the native form.

A stride-s convolution is a stride-1 convolution of s x s times the channels (space to
depth). In that picture a convolution is `patches(x) @ kernel_matrix(w)`, where both
factors are linear maps that copy, so the two transposes follow from theirs.
This file knows nothing of differentiation or batching rules.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

Pair = tuple[int, int]

FEW_CHANNELS = 8  # below this the kernel's gradient is faster as one matrix product


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
        h, w = (-(-k // s) for k, s in zip(self.window, self.strides, strict=True))
        return h, w


def _space_to_depth(x: jax.Array, strides: Pair) -> jax.Array:
    if strides == (1, 1):
        return x
    batch, height, width, channels = x.shape
    (s, t) = strides
    x = x.reshape(batch, height // s, s, width // t, t, channels)
    x = x.transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(batch, height // s, width // t, s * t * channels)


def patches(x: jax.Array, geometry: Geometry) -> jax.Array:
    """Gathers what each output position sees.

    Args:
        x: `[B, H, W, I]`.
        geometry: the convolution's.

    Returns:
        `[B, out_h, out_w, n]`, where n counts the kernel's elements per output channel,
        rounded up to whole blocks of the strides.
    """
    out, blocks, strides = geometry.out, geometry.blocks, geometry.strides
    spatial = []
    for axis in (0, 1):
        low = geometry.padding[axis][0]
        total = strides[axis] * (out[axis] + blocks[axis] - 1)
        spatial.append((low, total - geometry.size[axis] - low, 0))
    none = (0, 0, 0)
    x = lax.pad(x, jnp.zeros((), x.dtype), (none, *spatial, none))
    x = _space_to_depth(x, strides)
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
    w = w.reshape(a, s, b, t, inputs, outputs).transpose(0, 2, 1, 3, 4, 5)
    return w.reshape(a * b * s * t * inputs, outputs)


def conv_products(x: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The convolution as one matrix product."""
    return jnp.dot(patches(x, geometry), kernel_matrix(w, geometry))


def input_transpose_products(
    y: jax.Array, w: jax.Array, geometry: Geometry
) -> jax.Array:
    """The transpose in the input: one product, then shifted sums."""
    shape = (y.shape[0], *geometry.size, w.shape[2])
    gather = functools.partial(patches, geometry=geometry)
    scatter = jax.linear_transpose(gather, jax.ShapeDtypeStruct(shape, y.dtype))
    matrix = kernel_matrix(w, geometry)
    return scatter(lax.dot_general(y, matrix, (((3,), (1,)), ((), ()))))[0]


def kernel_transpose_products(
    x: jax.Array, y: jax.Array, geometry: Geometry
) -> jax.Array:
    """The transpose in the kernel: one product over all positions of all samples."""
    columns = patches(x, geometry).reshape(-1, _patch_size(x.shape[3], geometry))
    matrix = lax.dot_general(
        columns, y.reshape(-1, y.shape[3]), (((0,), (0,)), ((), ()))
    )
    shape = (*geometry.window, x.shape[3], y.shape[3])
    order = functools.partial(kernel_matrix, geometry=geometry)
    restore = jax.linear_transpose(order, jax.ShapeDtypeStruct(shape, y.dtype))
    return restore(matrix)[0]


def _patch_size(inputs: int, geometry: Geometry) -> int:
    (a, b), (s, t) = geometry.blocks, geometry.strides
    return a * b * s * t * inputs


def conv_native(x: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The convolution as XLA has it: canonical, and so right on every machine."""
    return lax.conv_general_dilated(
        x,
        w,
        geometry.strides,
        geometry.padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )


def input_transpose_native(y: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the input as XLA's own differentiation writes it."""
    shape = (y.shape[0], *geometry.size, w.shape[2])
    forward = functools.partial(conv_native, w=w, geometry=geometry)
    return jax.linear_transpose(forward, jax.ShapeDtypeStruct(shape, y.dtype))(y)[0]


def kernel_transpose_native(
    x: jax.Array, y: jax.Array, geometry: Geometry
) -> jax.Array:
    """The transpose in the kernel as XLA's own differentiation writes it."""
    shape = (*geometry.window, x.shape[3], y.shape[3])
    forward = functools.partial(conv_native, x, geometry=geometry)
    return jax.linear_transpose(forward, jax.ShapeDtypeStruct(shape, y.dtype))(y)[0]


def input_transpose_cpu(y: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the input, without dilation or permuted dimensions.

    At stride 1 it is a convolution with the kernel turned by 180 degrees; at larger
    strides one product beats the convolution that space to depth would give.
    """
    if geometry.strides != (1, 1):
        return input_transpose_products(y, w, geometry)
    rest = [
        (k - 1 - before, k - 1 - after)
        for k, (before, after) in zip(geometry.window, geometry.padding, strict=True)
    ]
    turned = Geometry(geometry.out, geometry.window, (1, 1), (rest[0], rest[1]))
    return conv_native(y, w[::-1, ::-1].transpose(0, 1, 3, 2), turned)


def kernel_transpose_cpu(x: jax.Array, y: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the kernel, canonical with batch and channels exchanged.

    With few input channels that convolution has too few rows to be fast, and one
    product wins.
    """
    if x.shape[3] < FEW_CHANNELS:
        return kernel_transpose_products(x, y, geometry)
    # What made the operands is not to be worked out in the order of their transposes.
    x, y = lax.optimization_barrier((x, y))
    axes = zip(*geometry[:3], geometry.out, geometry.padding, strict=True)
    padding = [(low, k + s * (o - 1) - n - low) for n, k, s, o, (low, _) in axes]
    kernel = lax.conv_general_dilated(
        x.transpose(3, 1, 2, 0),
        y.transpose(1, 2, 0, 3),
        (1, 1),
        padding,
        rhs_dilation=geometry.strides,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return kernel.transpose(1, 2, 0, 3)
