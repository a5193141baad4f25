"""Weight clipping: the bound holds to the last bit, and nothing else changes."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from wgan_jax.constraints import clip_weights, clipping

COUNT = 1_000_000


def adversaries(limit: float, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights within `spread` limits, and updates of eleven orders of magnitude."""
    rng = np.random.default_rng(0)
    params = limit * spread * rng.uniform(-1, 1, COUNT)
    updates = limit * rng.uniform(-2, 2, COUNT) * 10.0 ** rng.integers(-8, 3, COUNT)
    return params.astype(np.float32), updates.astype(np.float32)


@functools.cache
def clipped_step(limit: float):
    transform = clip_weights(limit)

    @jax.jit
    def step(params, updates):
        updates, _ = transform.update(updates, transform.init(params), params)
        return optax.apply_updates(params, updates)

    return step


# Spreads: inside, at the edge, a little outside, far outside as first weights are.
@pytest.mark.parametrize("spread", [0.5, 1.0, 1.001, 100.0, 1e6])
@pytest.mark.parametrize("limit", [0.01, 1e-3, 0.3])
def test_the_bound_is_exact_and_the_value_is_right_to_one_ulp(limit, spread):
    params, updates = adversaries(limit, spread)
    result = np.asarray(clipped_step(limit)(params, updates))
    bound = np.float32(limit)
    assert np.abs(result).max() <= bound
    expected = np.clip(params + updates, -bound, bound)
    # The update c - p is a float32: its ulp is what the sum can be off by.
    ulp = np.spacing(np.abs(params) + bound)
    assert np.all(np.abs(result - expected) <= ulp)


def test_a_sum_that_would_round_over_the_bound_is_moved_inwards():
    limit = np.float32(0.01)
    params, updates = adversaries(0.01, 100.0)
    naive = params + (np.clip(params + updates, -limit, limit) - params)
    # The case exists: without the move thousands of weights land outside.
    assert np.sum(np.abs(naive) > limit) > 1000


def test_every_leaf_is_clipped_biases_included():
    params = {"kernel": jnp.asarray([[0.5, -0.5]]), "bias": jnp.asarray([3.0, -0.001])}
    result = clipped_step(0.01)(params, jax.tree.map(jnp.zeros_like, params))
    expected = {
        "kernel": jnp.asarray([[0.01, -0.01]]),
        "bias": jnp.asarray([0.01, -0.001]),
    }
    chex.assert_trees_all_close(result, expected, atol=1e-7)


def test_clipping_comes_after_the_step():
    # From the bound outwards: clipping before the step would end at 0.015.
    result = clipped_step(0.01)(jnp.asarray([0.01]), jnp.asarray([0.005]))
    assert float(result[0]) == np.float32(0.01)


@pytest.mark.parametrize("limit", [0.0, -0.01, float("nan")])
def test_a_limit_has_to_be_positive(limit):
    with pytest.raises(ValueError, match="limit"):
        clip_weights(limit)


def test_the_update_needs_the_parameters():
    transform = clip_weights(0.01)
    with pytest.raises(ValueError, match="params"):
        transform.update({"w": jnp.zeros(2)}, transform.init({}), None)


def test_the_logged_fraction_counts_weights_and_not_leaves():
    params = {"kernel": jnp.asarray([0.01, 0, 0, 0, 0, -0.01]), "bias": jnp.zeros(2)}
    metrics = clipping(0.01).metrics(params, (), jnp.zeros(2))
    assert float(metrics["clipped_fraction"]) == pytest.approx(2 / 8)
