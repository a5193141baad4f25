"""Convolutions of two by two blocks with 9 multiplications instead of 16.

Winograd 1980, "Arithmetic complexity of computations", F(2, 2): two neighbouring
outputs of a two-tap filter need three products, not four,

    d0 g0 + d1 g1 = (d0 - d1) g0 + d1 (g0 + g1)
    d1 g0 + d2 g1 = d1 (g0 + g1) + (d2 - d1) g1

and nested over height and width 9, not 16. Lavin and Gray 2015, arXiv 1509.09308, show
how channels turn the 9 into matrix products. After space to depth a 4 x 4 kernel at
stride 2 has such blocks. All factors are 0, 1 or -1 and nothing is divided, so that
results agree with the direct sum to round-off. The map is bilinear: each transpose
multiplies the same points in another order. This module knows nothing of
differentiation or batching rules.
"""

import jax
import jax.numpy as jnp
from jax import lax

from wgan_jax.networks.convolution.geometry import (
    Geometry,
    Pair,
    kernel_matrix,
    space_to_depth,
)

Points = list[jax.Array]  # the nine factors, or the nine products, row by row

ENOUGH_CHANNELS = 32  # with fewer, additions take longer than the products saved


def pays(geometry: Geometry, inputs: int, outputs: int) -> bool:
    """Whether this geometry has blocks of two by two, and products worth saving."""
    return geometry.blocks == (2, 2) and min(inputs, outputs) >= ENOUGH_CHANNELS


def conv(x: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The convolution, `[B, H, W, I]` and `[h, w, I, O]` to `[B, out_h, out_w, O]`."""
    # Nine products [B, tiles, tiles, n] @ [n, O], with n = s t I.
    factors = zip(_input_points(x, geometry), _kernel_points(w, geometry), strict=True)
    return _from_products([jnp.dot(v, u) for v, u in factors], geometry)


def input_transpose(y: jax.Array, w: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the input, to `[B, H, W, I]`."""
    factors = zip(_output_points(y, geometry), _kernel_points(w, geometry), strict=True)
    contract = (((3,), (1,)), ((), ()))
    return _to_input([lax.dot_general(m, u, contract) for m, u in factors], geometry)


def kernel_transpose(x: jax.Array, y: jax.Array, geometry: Geometry) -> jax.Array:
    """The transpose in the kernel, to `[h, w, I, O]`."""
    factors = zip(_input_points(x, geometry), _output_points(y, geometry), strict=True)
    contract = (((0,), (0,)), ((), ()))
    # As matrices [B tiles tiles, n]: contracting three axes, XLA would first copy one
    # factor transposed (measured: 265 ms of copies).
    products = [lax.dot_general(_rows(v), _rows(m), contract) for v, m in factors]
    shape = jax.ShapeDtypeStruct((*geometry.window, x.shape[3], y.shape[3]), y.dtype)
    restore = jax.linear_transpose(lambda w: _kernel_points(w, geometry), shape)
    return restore(products)[0]


def _rows(a: jax.Array) -> jax.Array:
    return a.reshape(-1, a.shape[-1])


def _tiles(geometry: Geometry) -> Pair:
    # Of 2 x 2 outputs. An odd output ends in half a tile, which is cropped at the end.
    height, width = geometry.out
    return (height + 1) // 2, (width + 1) // 2


def _sums(first: jax.Array, second: jax.Array) -> tuple[jax.Array, ...]:
    return first, first + second, second


def _input_points(x: jax.Array, geometry: Geometry) -> Points:
    """Nine of `[B, tiles, tiles, n]`, of three blocks per axis that overlap by one."""
    height, width = _tiles(geometry)
    x = space_to_depth(x, geometry, (2 * height + 1, 2 * width + 1))
    # Barrier: otherwise XLA fuses padding and reordering into each of the nine slices
    # and does them nine times (1 ms of 6 a layer, measured).
    x = lax.optimization_barrier(x)
    return [point for row in _differences(x, 1) for point in _differences(row, 2)]


def _differences(x: jax.Array, axis: int) -> tuple[jax.Array, ...]:
    # Of 2 t + 1 blocks: 0, 2, ..., then 1, 3, ..., then 2, 4, ...: t each.
    count = x.shape[axis]
    first = lax.slice_in_dim(x, 0, count - 1, 2, axis)
    middle = lax.slice_in_dim(x, 1, count, 2, axis)
    last = lax.slice_in_dim(x, 2, count, 2, axis)
    return first - middle, middle, last - middle


def _to_input(points: Points, geometry: Geometry) -> jax.Array:
    """Transposes `_input_points`."""
    rows = [_overlap(points[i : i + 3], 2) for i in (0, 3, 6)]
    x = _overlap(rows, 1)
    # Depth to space: [B, height, width, s t I] to [B, height s, width t, I].
    batch, height, width, _ = x.shape
    s, t = geometry.strides
    x = x.reshape(batch, height, width, s, t, -1).transpose(0, 1, 3, 2, 4, 5)
    x = x.reshape(batch, height * s, width * t, -1)
    # Crops the rows of the padding; rows that no window reaches come back as zeros.
    spatial = [
        (-low, low + size - count, 0)
        for size, count, (low, _) in zip(
            geometry.size, x.shape[1:3], geometry.padding, strict=True
        )
    ]
    return lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *spatial, (0, 0, 0)))


def _overlap(points: Points, axis: int) -> jax.Array:
    """Transposes `_differences`."""
    # An even block is the last of one tile and the first of the next, with zeros for a
    # missing neighbour at either end. The odd one behind the last tile is cut off.
    first, middle, last = points
    zero = jnp.zeros_like(lax.slice_in_dim(first, 0, 1, axis=axis))
    even = lax.concatenate([first, zero], axis) + lax.concatenate([zero, last], axis)
    odd = lax.concatenate([middle - first - last, zero], axis)
    shape = list(even.shape)
    shape[axis] *= 2
    both = jnp.stack([even, odd], axis + 1).reshape(shape)
    return lax.slice_in_dim(both, 0, shape[axis] - 1, axis=axis)


def _kernel_points(w: jax.Array, geometry: Geometry) -> Points:
    """Nine of `[s t I, O]`."""
    # [4 s t I, O] to [2, 2, s t I, O].
    blocks = kernel_matrix(w, geometry).reshape(2, 2, -1, w.shape[3])
    return [point for row in _sums(*blocks) for point in _sums(*row)]


def _output_points(y: jax.Array, geometry: Geometry) -> Points:
    """Nine of `[B, tiles, tiles, O]`: transposes `_from_products`."""
    # Zeros complete half a tile; then [B, 2 height, 2 width, O] to
    # [B, height, 2, width, 2, O].
    (height, width), out = _tiles(geometry), geometry.out
    rest = ((0, 0, 0), (0, 2 * height - out[0], 0), (0, 2 * width - out[1], 0))
    y = lax.pad(y, jnp.zeros((), y.dtype), (*rest, (0, 0, 0)))
    y = y.reshape(y.shape[0], height, 2, width, 2, -1)
    rows = _sums(y[:, :, 0], y[:, :, 1])
    return [point for row in rows for point in _sums(row[..., 0, :], row[..., 1, :])]


def _from_products(points: Points, geometry: Geometry) -> jax.Array:
    """Sums the products to outputs `[B, out_h, out_w, O]`."""
    columns = [
        (top + middle, middle + bottom)
        for top, middle, bottom in zip(points[:3], points[3:6], points[6:], strict=True)
    ]
    # [B, height, 2, width, O], and with both columns [B, height, 2, width, 2, O].
    left, middle, right = (jnp.stack(column, 2) for column in columns)
    y = jnp.stack([left + middle, middle + right], 4)
    height, width = _tiles(geometry)
    y = y.reshape(y.shape[0], 2 * height, 2 * width, -1)
    return y[:, : geometry.out[0], : geometry.out[1]]
