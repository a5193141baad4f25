"""Cones are 1-Lipschitz, and their value a lower bound of W1 that is near it."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.transport.solvers import fit_cones
from wgan_jax.transport.solvers.cones import Cones, highest_cone, spread_seeds

KEY = jax.random.key(5)


def line(place: float, key: jax.Array, count: int) -> jax.Array:
    heights = jax.random.uniform(key, (count,))
    return jnp.stack([jnp.full(count, place), heights], 1)


NEAR, FAR = (functools.partial(line, place) for place in (0.0, 1.0))


@functools.cache
def fitted():
    return fit_cones(NEAR, FAR, KEY, cones=32, steps=200, batch=128)


def test_the_value_on_parallel_lines_is_their_distance_from_below():
    keys = jax.random.split(jax.random.key(6))
    value = fitted().value(NEAR(keys[0], 4000), FAR(keys[1], 4000))
    assert 0.97 < value.mean < 1 + 3 * value.error
    assert 0 <= value.error < 0.01
    assert len(fitted().losses) == 200


def test_the_potential_is_1_lipschitz_with_slopes_of_norm_1():
    x, y = 2 * jax.random.normal(jax.random.key(7), (2, 500, 2))
    gaps = jnp.abs(fitted().scores(x) - fitted().scores(y))
    assert float((gaps / jnp.linalg.norm(x - y, axis=1)).max()) <= 1 + 1e-4
    norms = jnp.linalg.norm(fitted().slopes(x), axis=1)
    np.testing.assert_allclose(norms, 1, atol=1e-4)


def test_the_highest_cone_and_its_slope_by_hand():
    cones = Cones(jnp.array([[0.0, 0.0], [10.0, 0.0]]), jnp.array([0.0, 2.0]))
    points = jnp.array([[3.0, 4.0], [10.0, 1.0]])
    np.testing.assert_allclose(highest_cone(cones, points), [-5, 1], atol=1e-6)
    slopes = jax.grad(lambda x: highest_cone(cones, x).sum())(points)
    np.testing.assert_allclose(slopes, [[-0.6, -0.8], [0, -1]], atol=1e-6)


@pytest.mark.parametrize("dim", [2, 16])
def test_the_slope_on_an_apex_is_finite(dim):
    cones = Cones(jnp.eye(dim)[:2], jnp.zeros(2))
    slopes = jax.grad(lambda x: highest_cone(cones, x).sum())(jnp.eye(dim)[:2])
    np.testing.assert_array_equal(slopes, 0)


def test_first_apexes_are_far_from_each_other():
    piles = jnp.repeat(10 * jnp.arange(4.0)[:, None], 50, 0)
    noise = 0.01 * jax.random.normal(KEY, piles.shape)
    seeds = spread_seeds(jax.random.key(1), piles + noise, 4)
    np.testing.assert_allclose(jnp.sort(seeds[:, 0]), [0, 10, 20, 30], atol=0.1)


def test_a_key_gives_one_potential_and_no_cones_are_refused():
    first, second = (
        fit_cones(NEAR, FAR, KEY, cones=1, steps=3, batch=8) for _ in range(2)
    )
    np.testing.assert_array_equal(first.params.apexes, second.params.apexes)
    with pytest.raises(ValueError, match="cones is 0"):
        fit_cones(NEAR, FAR, KEY, cones=0)
    with pytest.raises(ValueError, match="steps is 0"):
        fit_cones(NEAR, FAR, KEY, cones=1, steps=0)
