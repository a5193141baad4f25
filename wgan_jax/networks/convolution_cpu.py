"""How the three maps of a convolution are carried out on a CPU.

XLA:CPU runs a canonical NHWC/HWIO convolution near the machine's peak, but falls into
naive loops, 40 to 200 times slower, for the permuted and dilated convolutions that
derivatives produce inside a loop. So each map is written as canonical convolutions or
as matrix products, with fewer multiplications where that pays (`winograd`). This file
knows nothing of differentiation or batching rules.
"""

import jax
from jax import lax

from wgan_jax.networks import convolution_forms as forms
from wgan_jax.networks import winograd
from wgan_jax.networks.convolution_geometry import Geometry

FEW_CHANNELS = 8  # below this the kernel's gradient is faster as one matrix product


def conv(x: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The convolution."""
    if winograd.pays(geometry, w.shape[2], w.shape[3]):
        return winograd.conv(x, w, geometry)
    return forms.conv_native(x, w, geometry)


def input_transpose(y: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the input, without dilation or permuted dimensions.

    At stride 1 it is a convolution with the kernel turned by 180 degrees; at larger
    strides one product beats the convolution that space to depth would give.
    """
    if winograd.pays(geometry, w.shape[2], w.shape[3]):
        return winograd.input_transpose(y, w, geometry)
    if geometry.strides != (1, 1):
        return forms.input_transpose_products(y, w, geometry)
    rest = [
        (k - 1 - before, k - 1 - after)
        for k, (before, after) in zip(geometry.window, geometry.padding, strict=True)
    ]
    turned = Geometry(geometry.out, geometry.window, (1, 1), (rest[0], rest[1]))
    return forms.conv_native(y, w[::-1, ::-1].transpose(0, 1, 3, 2), turned)


def kernel_transpose(x: jax.Array, y: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the kernel, canonical with batch and channels exchanged.

    With few input channels that convolution has too few rows to be fast, and one
    product wins.
    """
    if winograd.pays(geometry, x.shape[3], y.shape[3]):
        return winograd.kernel_transpose(x, y, geometry)
    if x.shape[3] < FEW_CHANNELS:
        return forms.kernel_transpose_products(x, y, geometry)
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
