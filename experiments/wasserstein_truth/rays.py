"""Pairs of distributions whose optimal transport is known: mass moved along rays.

Korotin, Kolesov & Burnaev 2022, "Kantorovich Strikes Back!", arXiv 2206.07767, section
4. Take a 1-Lipschitz u that grows with slope 1 along rays from points `low` to their
ends `up`, draw y from Q = U[-2.5, 2.5]^d, and move it along its own ray towards `low`:
x = low + t^8 (up - low) with t = |y - low| / |up - low|. As u(y) - u(x) = |y - x|, the
plan is optimal, f = -u is an optimal critic, its gradient at x is -v with v the ray's
direction, and W1 = E |x - y| exactly. This module knows no benchmark and no solver.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

BOX = 2.5  # Q is uniform on [-BOX, BOX]^d
POWER = 8

# (y [B, d]) -> low [B, d]: the point of the ray through y where u is smallest.
Foot = Callable[[jax.Array], jax.Array]
# (y [B, d], low [B, d], v [B, d]) -> how far the ray goes on beyond y, [B].
Reach = Callable[[jax.Array, jax.Array, jax.Array], jax.Array]


class Moved(NamedTuple):
    """Samples of the optimal plan.

    Attributes:
        x: samples of P, [B, d].
        y: the samples of Q that they came from, [B, d].
        v: unit directions of the rays, away from `low`, [B, d].
    """

    x: jax.Array
    y: jax.Array
    v: jax.Array


def box(key: jax.Array, count: int, dim: int) -> jax.Array:
    """Draws from Q, [count, d]."""
    return jax.random.uniform(key, (count, dim), minval=-BOX, maxval=BOX)


def move(y: jax.Array, foot: Foot, reach: Reach) -> Moved:
    """Moves samples of Q along their rays.

    Args:
        y: samples of Q, [B, d].
        foot: finds where each ray starts.
        reach: finds how far each goes on beyond y.

    Returns:
        The samples of the plan; x is on `low` itself where y is.
    """
    low = foot(y)
    height = lengths(y - low)
    v = (y - low) / jnp.maximum(height, 1e-12)[:, None]
    whole = height + reach(y, low, v)
    t = height / jnp.maximum(whole, 1e-12)
    # On `low` itself the ray has no direction, and its end may be infinitely far.
    moved = jnp.where(height > 0, t**POWER * whole, 0)
    return Moved(low + moved[:, None] * v, y, v)


def to_the_wall(y: jax.Array, v: jax.Array) -> jax.Array:
    """How far rays from y in direction v stay in the box, [B]."""
    # A direction along a wall never reaches it: its quotient is no bound.
    walls = (BOX * jnp.sign(v) - y) / jnp.where(v == 0, 1, v)
    return jnp.min(jnp.where(v == 0, jnp.inf, walls), axis=1)


def by_bisection(u: Callable[[jax.Array], jax.Array], halvings: int = 20) -> Reach:
    """The reach for any u: the last r with u(y + r v) = u(y) + r inside the box.

    Once a 1-Lipschitz u lags behind the line it never meets it again, so that halving
    finds the end, to 5 d^(1/2) / 2^halvings and float32's rounding.

    Args:
        u: (points [B, d]) -> [B], 1-Lipschitz.
        halvings: of the interval.

    Returns:
        The reach.
    """

    def reach(y: jax.Array, low: jax.Array, v: jax.Array) -> jax.Array:
        start = u(y)

        def halve(_: int, ends: tuple[jax.Array, jax.Array]):
            inside, outside = ends
            middle = (inside + outside) / 2
            lag = start + middle - u(y + middle[:, None] * v)
            still = lag < 1e-5 * (1 + start)
            return jnp.where(still, middle, inside), jnp.where(still, outside, middle)

        wall = to_the_wall(y, v)
        return jax.lax.fori_loop(0, halvings, halve, (jnp.zeros_like(wall), wall))[0]

    return reach


def lengths(vectors: jax.Array) -> jax.Array:
    """|.|, [B]; the derivative at 0 is not asked for here."""
    return jnp.sqrt(jnp.square(vectors).sum(-1))
