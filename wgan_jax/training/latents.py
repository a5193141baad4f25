"""Latent vectors: drawn one by one from a key, and walks between them.

Pure functions. White's "Sampling Generative Networks" (2016, arXiv 1609.04468) is the
source of the spherical walk: N(0, I) in many dimensions lies near a sphere, and a
straight line between two draws passes through lengths that training never saw.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

# A run splits its seed's key; folded first, the same seed gives samples of their own.
_SAMPLES = 0x5A17
# Below this sine of the angle between opposite vectors the plane is round-off.
_OPPOSITE = 1e-5

Interpolate = Callable[[jax.Array, jax.Array, jax.Array], jax.Array]


def draw_latents(key: jax.Array, start: jax.Array, count: int, dim: int) -> jax.Array:
    """Draws latent vectors that each depend on the key and on their own number only.

    Args:
        key: a PRNG key.
        start: the number of the first one, int32 scalar.
        count: how many.
        dim: length of a vector.

    Returns:
        z ~ N(0, I), [count, dim]: the same rows however the numbers are cut in chunks.
    """
    key = jax.random.fold_in(key, _SAMPLES)
    numbers = start + jnp.arange(count, dtype=jnp.int32)

    def draw(number: jax.Array) -> jax.Array:
        key_of_one = jax.random.fold_in(key, number)
        return jax.random.normal(key_of_one, (dim,), jnp.float32)

    return jax.vmap(draw)(numbers)


def linear(start: jax.Array, end: jax.Array, times: jax.Array) -> jax.Array:
    """Walks along the straight line.

    Args:
        start: [..., d], where the walk is at time 0.
        end: [..., d], where it is at time 1.
        times: [T], in [0, 1].

    Returns:
        [..., T, d].
    """
    t = times.reshape((1,) * (start.ndim - 1) + (-1, 1))  # [..., T, 1]
    return (1 - t) * start[..., None, :] + t * end[..., None, :]


def spherical(start: jax.Array, end: jax.Array, times: jax.Array) -> jax.Array:
    """Walks along the arc between two directions, its length changing evenly.

    With w the angle between a and b: sin((1 - t) w) / sin w * a/|a| + sin(t w) / sin w
    * b/|b|, times (1 - t) |a| + t |b| (Shoemake 1985, White 2016). Where a and b point
    the same way the arc is a straight line. Where they point opposite ways no arc is
    the shortest, and the walk takes the one over the coordinate axis that lies farthest
    from both. Where one of them is 0, which has no direction, it is a straight line.

    Args:
        start: [..., d], where the walk is at time 0.
        end: [..., d], where it is at time 1.
        times: [T], in [0, 1].

    Returns:
        [..., T, d]; in one dimension, where there is no arc, the straight line.
    """
    if start.shape[-1] == 1:
        return linear(start, end, times)
    lengths = jnp.linalg.norm(start, axis=-1), jnp.linalg.norm(end, axis=-1)
    a, b = (_unit(x, n) for x, n in zip((start, end), lengths, strict=True))
    # atan2 and not arccos, which is flat at 0 and pi and loses half of the digits.
    apart = jnp.linalg.norm(a - b, axis=-1)
    angle = 2 * jnp.arctan2(apart, jnp.linalg.norm(a + b, axis=-1))
    side = _sideways(a, b)
    turn = angle[..., None] * times.reshape((1,) * angle.ndim + (-1,))  # [..., T]
    along, across = jnp.cos(turn)[..., None], jnp.sin(turn)[..., None]
    directions = along * a[..., None, :] + across * side[..., None, :]
    reach = linear(lengths[0][..., None], lengths[1][..., None], times)
    walk = reach * directions
    has_directions = (lengths[0] > 0) & (lengths[1] > 0)
    return jnp.where(has_directions[..., None, None], walk, linear(start, end, times))


def _unit(x: jax.Array, length: jax.Array) -> jax.Array:
    return x / jnp.where(length > 0, length, 1)[..., None]


def _sideways(a: jax.Array, b: jax.Array) -> jax.Array:
    """The unit vector across `a` in the plane in which `a` turns towards `b`."""
    across = _reject(_reject(b, a), a)  # once leaves a part along `a`, of round-off
    sine = jnp.linalg.norm(across, axis=-1, keepdims=True)
    axis = jax.nn.one_hot(jnp.argmin(jnp.abs(a), axis=-1), a.shape[-1], dtype=a.dtype)
    opposite = (sine < _OPPOSITE) & (jnp.sum(a * b, axis=-1, keepdims=True) < 0)
    across = jnp.where(opposite, _reject(axis, a), across)
    length = jnp.linalg.norm(across, axis=-1)
    return _unit(across, length)


def _reject(x: jax.Array, a: jax.Array) -> jax.Array:
    """What is left of x across the unit vector a."""
    return x - jnp.sum(x * a, axis=-1, keepdims=True) * a


INTERPOLATIONS: dict[str, Interpolate] = {"linear": linear, "spherical": spherical}
