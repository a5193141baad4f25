"""The families of pairs (P, Q) with known W1, by name.

funnels: the published benchmark; a critic of cones is its own hypothesis class.
segments, sphere: the same rays with a u that no few cones make, the distance to 16
segments or to the sphere of radius 3.7. line: Q is P = U[-1, 1] stretched twofold, W1 =
1/2. gaussian: N(0, I) and N(m, I), |m| = 1, W1 = 1.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp

from experiments.critics import Sampler
from experiments.wasserstein_truth import funnels
from experiments.wasserstein_truth.rays import Moved, box, by_bisection, lengths, move
from wgan_jax.errors import UserError, unknown_name

PUBLISHED = "published"
# 30 % of U[-2.5, 2.5]^8 lie inside, where no cone helps: -u is convex there. Outside -u
# is one cone, so that cones win with a small radius and know nothing with a large one.
_RADIUS = 3.7


class Pair(NamedTuple):
    """Two distributions with their optimal plan.

    Attributes:
        plan: (key, how many) -> samples of the plan.
        exact: W1 in closed form; None where it is a mean over the plan.
    """

    plan: Callable[[jax.Array, int], Moved]
    exact: float | None = None

    @property
    def near(self) -> Sampler:
        """Draws from P."""
        return lambda key, count: self.plan(key, count).x

    @property
    def far(self) -> Sampler:
        """Draws from Q."""
        return lambda key, count: self.plan(key, count).y


class Family(NamedTuple):
    """A family.

    Attributes:
        build: (instance, d, n) -> the pair.
        sizes: the (d, n) of its cells.
        instance: the instance that it is measured on unless another is asked for.
    """

    build: Callable[[str, int, int], Pair]
    sizes: list[tuple[int, int]]
    instance: str


def make_pair(family: str, instance: str, dim: int, count: int) -> Pair:
    """Builds a pair.

    Args:
        family: a name of `FAMILIES`.
        instance: `published`, or `drawn-SEED`.
        dim: d.
        count: n, how many funnels or segments.

    Raises:
        UserError: an unknown family or instance, or published data that are not there.
    """
    if family not in FAMILIES:
        raise unknown_name("family", family, FAMILIES)
    return FAMILIES[family].build(instance, dim, count)


def _drawn(instance: str) -> jax.Array:
    word, _, seed = instance.partition("-")
    if word != "drawn" or not seed.isdecimal():
        raise UserError(
            f"instance {instance!r} is unknown here: use drawn-SEED, for example "
            "drawn-0, or published for funnels."
        )
    return jax.random.key(int(seed))


def _funnels(instance: str, dim: int, count: int) -> Pair:
    if instance == PUBLISHED:
        folder = Path(os.environ.get("WGAN_JAX_DATA_DIR", "."))
        made = funnels.published_funnels(folder, dim, count)
    else:
        made = funnels.draw_funnels(_drawn(instance), dim, count)

    def plan(key: jax.Array, size: int) -> Moved:
        return funnels.move_by_funnels(made, box(key, size, dim))

    return Pair(plan)


def _segments(instance: str, dim: int, count: int) -> Pair:
    keys = jax.random.split(_drawn(instance))
    starts, ends = (box(key, count, dim) for key in keys)
    spans = ends - starts
    squares = jnp.square(spans).sum(1)

    def foot(y: jax.Array) -> jax.Array:
        share = (y @ spans.T - (starts * spans).sum(1)[None]) / squares[None]
        share = jnp.clip(share, 0, 1)  # [B, n]
        feet = starts[None] + share[..., None] * spans[None]
        nearest = lengths(y[:, None] - feet).argmin(1)
        return feet[jnp.arange(len(y)), nearest]

    return _by_foot(foot, dim)


def _sphere(instance: str, dim: int, count: int) -> Pair:
    _drawn(instance)  # there is one sphere; a wrong word is refused all the same
    return _by_foot(lambda y: _RADIUS * y / lengths(y)[:, None], dim)


def _by_foot(foot: Callable[[jax.Array], jax.Array], dim: int) -> Pair:
    def plan(key: jax.Array, size: int) -> Moved:
        reach = by_bisection(lambda y: lengths(y - foot(y)))
        return move(box(key, size, dim), foot, reach)

    return Pair(plan)


def _line(instance: str, dim: int, count: int) -> Pair:
    _drawn(instance)

    def plan(key: jax.Array, size: int) -> Moved:
        x = jax.random.uniform(key, (size, 1), minval=-1, maxval=1)
        return Moved(x, 2 * x, jnp.sign(x))

    return Pair(plan, exact=0.5)


def _gaussian(instance: str, dim: int, count: int) -> Pair:
    direction = jax.random.normal(_drawn(instance), (dim,))
    shift = (direction / lengths(direction))[None]

    def plan(key: jax.Array, size: int) -> Moved:
        x = jax.random.normal(key, (size, dim))
        return Moved(x, x + shift, jnp.broadcast_to(shift, x.shape))

    return Pair(plan, exact=1.0)


_GRID = [(d, n) for d in funnels.DIMENSIONS for n in funnels.COUNTS]
FAMILIES = {
    "funnels": Family(_funnels, _GRID, PUBLISHED),
    "segments": Family(_segments, [(8, 16)], "drawn-0"),
    "sphere": Family(_sphere, [(8, 1)], "drawn-0"),
    "line": Family(_line, [(1, 1)], "drawn-0"),
    "gaussian": Family(_gaussian, [(2, 1), (32, 1)], "drawn-0"),
}
