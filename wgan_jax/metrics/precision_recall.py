"""Precision, recall, density and coverage: are samples real, and is all of it there.

Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics for Generative Models",
arXiv 2002.09797; precision and recall are those of Kynkaanniemi et al. 2019, arXiv
1904.06991. Each set is described by balls about its points, which reach to the k-th
nearest neighbour of the point in its own set.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.errors import UserError
from wgan_jax.given import as_whole
from wgan_jax.metrics.distances import (
    device_floats,
    map_rows,
    rows_at_once,
    squared_distances,
)
from wgan_jax.transport.checks import checked_pair


def prdc(real: ArrayLike, fake: ArrayLike, k: int = 5) -> dict[str, float]:
    """Precision, recall, density and coverage of generated features.

    Balls are open, and the k-th neighbour does not count the point itself. Distances
    are computed on the device from differences, a block of rows at a time (see
    `distances`): 10,000 by 10,000 features take well below a gigabyte.

    Args:
        real: features of real samples, [N, d], N > k.
        fake: features of generated samples, [M, d], M > k.
        k: which neighbour bounds a ball, >= 1; the papers use 5, the older one 3.

    Returns:
        `precision`: share of fakes in a ball of a real point, in [0, 1].
        `recall`: share of real points in a ball of a fake, in [0, 1].
        `density`: number of real balls that hold a fake, on average, over k; about 1
        for equal distributions, and unlike precision not raised by one outlier.
        `coverage`: share of real balls that hold a fake, in [0, 1]; for N = M and equal
        distributions about 1 - 2^-k.

    Raises:
        UserError: for NaN, infinity, wrong shapes, k < 1, or k >= N or M.

    Example:
        >>> prdc([[0.0], [1.0]], [[0.5], [9.0]], k=1)["precision"]
        0.5
    """
    k = as_whole("k", k, at_least=1)
    x, y = checked_pair(real, fake, names=("real", "fake"))
    for name, points in (("real", x), ("fake", y)):
        if k >= len(points):
            raise UserError(
                f"k is {k}, but {name} holds {len(points)} points: the {k}-th "
                f"neighbour of a point needs at least {k + 1}"
            )
    with device_floats(x):
        at_once = rows_at_once(max(len(x), len(y)), max(len(x), len(y)))
        # A fake is in so many real balls [M]; a real ball holds fakes [N]; a real point
        # is in a ball of a fake [N].
        balls, covered, recalled = map(np.asarray, _memberships(x, y, k, at_once))
    return {
        "precision": float(np.mean(balls > 0)),
        "recall": float(np.mean(recalled)),
        "density": float(np.mean(balls) / k),
        "coverage": float(np.mean(covered)),
    }


@partial(jax.jit, static_argnames=("k", "at_once"))
def _memberships(
    real: jax.Array, fake: jax.Array, k: int, at_once: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    real_radii = _radii(real, k, at_once)
    fake_radii = _radii(fake, k, at_once)

    def of_fakes(rows: jax.Array) -> jax.Array:
        inside = squared_distances(rows, real) < real_radii[None, :]
        return jnp.sum(inside, axis=1, dtype=jnp.int32)

    def of_reals(rows: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        points, radii = rows
        squares = squared_distances(points, fake)
        covered = jnp.any(squares < radii[:, None], axis=1)
        return covered, jnp.any(squares < fake_radii[None, :], axis=1)

    balls = map_rows(of_fakes, fake, at_once)
    return balls, *map_rows(of_reals, (real, real_radii), at_once)


def _radii(points: jax.Array, k: int, at_once: int) -> jax.Array:
    """Squared distance of each point to its k-th nearest other point, [N]."""

    def radii(rows: jax.Array) -> jax.Array:
        # The point itself is one of those at distance 0, so that the k-th other is the
        # (k + 1)-th of all; copies of it count, as they are other points.
        return _smallest(squared_distances(rows, points), k + 1)

    return map_rows(radii, points, at_once)


def _smallest(values: jax.Array, rank: int) -> jax.Array:
    """The rank-th smallest value >= 0 of each row, [n]; 1 is the smallest.

    By `rank` passes from each value to the next larger: for small ranks faster than
    lax.top_k, and forty times faster than that of jaxlib 0.10.1 on the CPU.
    """

    def climb(_: int, value: jax.Array) -> jax.Array:
        found = jnp.sum(values <= value[:, None], axis=1) >= rank
        larger = jnp.where(values > value[:, None], values, jnp.inf)
        return jnp.where(found, value, jnp.min(larger, axis=1))

    return jax.lax.fori_loop(0, rank, climb, jnp.full(len(values), -1, values.dtype))
