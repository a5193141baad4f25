"""The three bilinear maps of a convolution, in the forms that are fast on a platform.

Each is given as one matrix product (`_products`), as XLA's own convolution and what
JAX's differentiation makes of it (`_native`), and in a form for CPUs (`_cpu`). XLA:CPU
runs a canonical NHWC/HWIO convolution near the machine's peak, but falls into naive
loops, 40 to 200 times slower, for the permuted and dilated convolutions that
derivatives produce inside a loop; so there each map is written as canonical
convolutions or products, with fewer multiplications where that pays (`winograd`). This
module knows nothing of differentiation or batching rules.
"""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from wgan_jax.networks.convolution import winograd
from wgan_jax.networks.convolution.geometry import Geometry, kernel_matrix, patches

FEW_CHANNELS = 8  # below this the kernel's gradient is faster as one matrix product


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
    # y [B, out_h, out_w, O] and [n, O] to [B, out_h, out_w, n], added up by `scatter`.
    return scatter(lax.dot_general(y, matrix, (((3,), (1,)), ((), ()))))[0]


def kernel_transpose_products(
    x: jax.Array, y: jax.Array, geometry: Geometry
) -> jax.Array:
    """The transpose in the kernel: one product over all positions of all samples."""
    # [B out_h out_w, n] and [B out_h out_w, O] to [n, O].
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
    """The convolution as XLA has it: canonical, and so fast on every platform."""
    return lax.conv_general_dilated(
        x,
        w,
        geometry.strides,
        geometry.padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )


def input_transpose_native(y: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the input as JAX's own differentiation writes it."""
    shape = (y.shape[0], *geometry.size, w.shape[2])
    forward = functools.partial(conv_native, w=w, geometry=geometry)
    return jax.linear_transpose(forward, jax.ShapeDtypeStruct(shape, y.dtype))(y)[0]


def kernel_transpose_native(
    x: jax.Array, y: jax.Array, geometry: Geometry
) -> jax.Array:
    """The transpose in the kernel as JAX's own differentiation writes it."""
    shape = (*geometry.window, x.shape[3], y.shape[3])
    forward = functools.partial(conv_native, x, geometry=geometry)
    return jax.linear_transpose(forward, jax.ShapeDtypeStruct(shape, y.dtype))(y)[0]


def _takes_winograd(
    array: jax.Array, geometry: Geometry, inputs: int, outputs: int
) -> bool:
    # In bfloat16 each of its sums would be rounded: four to five times the error of a
    # direct sum, which GPUs make.
    return array.dtype != jnp.bfloat16 and winograd.pays(geometry, inputs, outputs)


def conv_cpu(x: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The convolution, in Winograd's form where that pays."""
    if _takes_winograd(x, geometry, w.shape[2], w.shape[3]):
        return winograd.conv(x, w, geometry)
    return conv_native(x, w, geometry)


def input_transpose_cpu(y: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the input, without dilation or permuted dimensions.

    At stride 1 it is a convolution with the kernel turned by 180 degrees; at larger
    strides one product beats the convolution that space to depth would give.
    """
    if _takes_winograd(y, geometry, w.shape[2], w.shape[3]):
        return winograd.input_transpose(y, w, geometry)
    if geometry.strides != (1, 1):
        return input_transpose_products(y, w, geometry)
    # Padded so that the windows of the turned kernel give back the input's size.
    padding = [
        (k - 1 - before, k - 1 - after)
        for k, (before, after) in zip(geometry.window, geometry.padding, strict=True)
    ]
    turned = Geometry(geometry.out, geometry.window, (1, 1), (padding[0], padding[1]))
    return conv_native(y, w[::-1, ::-1].transpose(0, 1, 3, 2), turned)


def kernel_transpose_cpu(x: jax.Array, y: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the kernel, canonical with batch and channels exchanged.

    With few input channels that convolution has too few rows to be fast, and one
    product wins.
    """
    if _takes_winograd(x, geometry, x.shape[3], y.shape[3]):
        return winograd.kernel_transpose(x, y, geometry)
    if x.shape[3] < FEW_CHANNELS:
        return kernel_transpose_products(x, y, geometry)
    # Barrier: keeps XLA from fusing the producers into the transposed layout. Measured
    # on a DCGAN step: gp -4 %, gn -1 to -8 %, wgan +3 %.
    x, y = lax.optimization_barrier((x, y))
    axes = zip(*geometry[:3], geometry.out, geometry.padding, strict=True)
    # The end's padding makes the result exactly the window, also with rows left over.
    padding = [(low, k + s * (o - 1) - n - low) for n, k, s, o, (low, _) in axes]
    # x as [I, H, W, B], y as the kernel [out_h, out_w, B, O], to [I, h, w, O].
    kernel = lax.conv_general_dilated(
        x.transpose(3, 1, 2, 0),
        y.transpose(1, 2, 0, 3),
        (1, 1),
        padding,
        rhs_dilation=geometry.strides,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return kernel.transpose(1, 2, 0, 3)
