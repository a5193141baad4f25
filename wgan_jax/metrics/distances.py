"""Distances between all pairs of two sets, on the device, a block of rows at a time.

Squared distances are sums of squared differences. The usual |x|^2 + |y|^2 - 2 x.y is a
matrix product and faster, but in float32 it is wrong by about 1e-7 |x|^2: features far
from the origin lose their neighbours, and copies are not at distance 0. Float32 points
are subtracted in float32, which is exact for close ones; others in float64.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_PAIRS_AT_ONCE = 4_000_000  # 16 MB of float32 distances, about what caches hold


def device_floats(points: np.ndarray) -> AbstractContextManager[Any]:
    """Lets JAX keep float64 points as they are, inside the block alone.

    Args:
        points: of the type to compute in, float32 or float64.

    Returns:
        A context manager.
    """
    return jax.enable_x64(points.dtype == np.float64)


def rows_at_once(count: int, columns: int) -> int:
    """How many rows of a matrix [count, columns] to work on at a time, >= 1."""
    return max(1, min(count, _PAIRS_AT_ONCE // columns))


def squared_distances(x: jax.Array, y: jax.Array) -> jax.Array:
    """Squared Euclidean distances of all pairs.

    Args:
        x: [n, d].
        y: [M, d], of the same type.

    Returns:
        [n, M]; exactly 0 for equal points. Memory does not grow with d.
    """

    # Coordinate by coordinate: [n, M] stays in the cache, [n, M, d] would not exist.
    def add(total: jax.Array, coordinate: tuple[jax.Array, jax.Array]):
        of_x, of_y = coordinate
        return total + jnp.square(of_x[:, None] - of_y[None, :]), None

    start = jnp.zeros((len(x), len(y)), x.dtype)
    return jax.lax.scan(add, start, (x.T, y.T), unroll=16)[0]


def map_rows(function: Callable[[Any], Any], rows: Any, at_once: int) -> Any:
    """Applies a function to blocks of rows, one after the other.

    Args:
        function: maps a tree of [at_once, ...] to a tree of [at_once, ...], row by row.
        rows: an array or a tree of arrays, [N, ...].
        at_once: rows in a block; the last block is filled up with zeros.

    Returns:
        The function's tree, of [N, ...].
    """
    count = len(jax.tree.leaves(rows)[0])
    blocks = -(-count // at_once)

    def cut(array: jax.Array) -> jax.Array:
        fill = [(0, blocks * at_once - count)] + [(0, 0)] * (array.ndim - 1)
        return jnp.pad(array, fill).reshape(blocks, at_once, *array.shape[1:])

    results = jax.lax.map(function, jax.tree.map(cut, rows))
    return jax.tree.map(lambda r: r.reshape(-1, *r.shape[2:])[:count], results)
