"""The three bilinear maps of a convolution, in forms that hold for every geometry.

Each is given as one matrix product, and as XLA's own convolution and what XLA's own
differentiation makes of it. This file knows nothing of differentiation or batching
rules, nor which form is fast where.
"""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from wgan_jax.networks.convolution_geometry import Geometry, kernel_matrix, patches


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
