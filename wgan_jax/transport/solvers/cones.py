"""The highest of many cones: f(x) = max_n (c_n - |x - a_n|).

Every 1-Lipschitz function is a supremum of such cones (McShane 1934, "Extension of
range of functions"), f(x) = sup_a (f(a) - |x - a|), which is also what the c-transform
of a distance gives. Fitted by gradients of the soft maximum tau log sum exp(. / tau),
whose gradient is a convex mix of unit vectors: f is 1-Lipschitz at every temperature.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from wgan_jax.given import as_whole
from wgan_jax.transport.solvers.ascent import adam_with_cosine, ascend, check_fit
from wgan_jax.transport.solvers.potential import Potential, Sampler

TEMPERATURES = 0.5, 0.01  # of the soft maximum at the first and at the last update
# Up to here distances are sums of squared differences; above they are matrix products,
# |x|^2 + |a|^2 - 2 <x, a>, ten times faster and exact enough where no point is near.
_EXACT_DIMENSIONS = 8
_POOL = 8192  # samples of P that the first apexes are chosen from


class Cones(NamedTuple):
    """The parameters: where cones stand and how high.

    Attributes:
        apexes: a, [n, d].
        heights: c, [n].
    """

    apexes: jax.Array
    heights: jax.Array


def fit_cones(
    sample_p: Sampler,
    sample_q: Sampler,
    key: jax.Array,
    *,
    cones: int = 256,
    steps: int = 1000,
    batch: int = 1024,
    rate: float = 1e-2,
) -> Potential:
    """Fits cones to the dual of W1(P, Q); the value is a lower bound.

    Apexes start at samples of P far from each other (k-means++, Arthur & Vassilvitskii
    2007); Adam with betas (.9, .99) and a cosine rate moves apexes and heights while
    the temperature falls from .5 to .01. Meant for points with coordinates of order 1.
    Where the true potential is a few cones, as between piles that spread radially, it
    lies in this class; where it is smooth, expect a network to do better.

    Args:
        sample_p: draws from P, where f is to be large.
        sample_q: draws from Q, where it is to be small.
        key: a PRNG key; the same key gives the same potential.
        cones: n >= 1.
        steps: updates, >= 1.
        batch: samples of each side in an update, >= 1.
        rate: the first learning rate, > 0, in the units of the points.

    Returns:
        The potential with the hard maximum, 1-Lipschitz to float32's rounding.

    Raises:
        UserError: unless cones, steps and batch are at least 1 and the samplers draw
            floats [count, d].

    Example:
        >>> def near(key, count): return jax.random.normal(key, (count, 2))
        >>> def far(key, count): return near(key, count) + jnp.array([3.0, 0.0])
        >>> fit_cones(near, far, jax.random.key(0), cones=16).params.apexes.shape
        (16, 2)
    """
    as_whole("cones", cones, at_least=1)
    check_fit(sample_p, sample_q, key, steps, batch, rate)
    pool_key, seed_key, run_key = jax.random.split(key, 3)
    pool = sample_p(pool_key, max(_POOL, cones))
    params, losses = ascend(
        _soft_maximum,
        Cones(spread_seeds(seed_key, pool, cones), jnp.zeros(cones, pool.dtype)),
        *(sample_p, sample_q, run_key),
        optimizer=adam_with_cosine(rate, steps),
        steps=steps,
        batch=batch,
        project=_as_it_is,
    )
    return Potential(params, highest_cone, losses)


def highest_cone(params: Cones, points: jax.Array) -> jax.Array:
    """max_n (c_n - |x - a_n|).

    Args:
        params: the cones.
        points: x, [N, d].

    Returns:
        f, [N]; the derivative by a point on an apex is 0.
    """
    gaps = params.heights[None] - _distances(points, params.apexes)
    best = jnp.argmax(jax.lax.stop_gradient(gaps), axis=1)
    # The winner's distance once more, by differences: exact near an apex.
    return params.heights[best] - _norms(points - params.apexes[best])


def spread_seeds(key: jax.Array, pool: jax.Array, count: int) -> jax.Array:
    """Chooses points of a pool by k-means++: far ones with probability ~ distance^2.

    Args:
        key: a PRNG key.
        pool: [M, d], M >= count.
        count: how many, >= 1.

    Returns:
        Points of the pool, [count, d].
    """
    first_key, *keys = jax.random.split(key, count)
    first = pool[jax.random.randint(first_key, (), 0, len(pool))]

    def choose(nearest: jax.Array, key: jax.Array):
        # Where all points are taken, log 0 everywhere: any of them.
        index = jax.random.categorical(key, jnp.log(nearest + 1e-30))
        point = pool[index]
        squares = jnp.square(pool - point[None]).sum(1)
        return jnp.minimum(nearest, squares), point

    nearest = jnp.square(pool - first[None]).sum(1)
    if not keys:
        return first[None]
    _, others = jax.lax.scan(choose, nearest, jnp.stack(keys))
    return jnp.concatenate([first[None], others])


def _soft_maximum(params: Cones, progress: jax.Array, points: jax.Array) -> jax.Array:
    first, last = TEMPERATURES
    temperature = first * (last / first) ** progress
    gaps = params.heights[None] - _distances(points, params.apexes)
    return temperature * jax.nn.logsumexp(gaps / temperature, axis=1)


def _as_it_is(params: Cones) -> Cones:
    return params


def _distances(points: jax.Array, apexes: jax.Array) -> jax.Array:
    """|x - a|, [N, n]."""
    if points.shape[1] <= _EXACT_DIMENSIONS:
        return _norms(points[:, None] - apexes[None])
    squares = jnp.square(points).sum(1)[:, None] + jnp.square(apexes).sum(1)[None]
    return _root(squares - 2 * points @ apexes.T)


def _norms(vectors: jax.Array) -> jax.Array:
    return _root(jnp.square(vectors).sum(-1))


def _root(squares: jax.Array) -> jax.Array:
    # Clamped inside: the root's slope at 0 is infinite, and 0 times it is NaN.
    return jnp.sqrt(jnp.maximum(squares, 1e-12))
