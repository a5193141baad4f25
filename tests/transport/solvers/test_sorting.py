"""Sorted networks are 1-Lipschitz by their kernels, and find a shift of Gaussians."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.transport.solvers import fit_sorted
from wgan_jax.transport.solvers.sorting import (
    Layer,
    init_layers,
    orthonormal_layers,
    tangent_gradients,
)

KEY = jax.random.key(5)


def normal(place: float, key: jax.Array, count: int) -> jax.Array:
    return jax.random.normal(key, (count, 3)) + jnp.array([[place, 0.0, 0.0]])


NEAR, FAR = (functools.partial(normal, place) for place in (0.0, 2.0))


@functools.cache
def fitted():
    return fit_sorted(
        NEAR, FAR, KEY, width=16, group=16, steps=300, batch=128, rate=1e-2
    )


def test_the_value_of_a_shifted_gaussian_is_the_shift_from_below():
    keys = jax.random.split(jax.random.key(6))
    value = fitted().value(NEAR(keys[0], 4000), FAR(keys[1], 4000))
    assert 1.9 < value.mean < 2 + 3 * value.error
    assert 0.01 < value.error < 0.04  # each side has variance 1: sqrt(2 / 4000) = .022


def test_singular_values_are_at_most_1_and_none_is_lost():
    for layer in fitted().params:
        values = np.linalg.svd(np.asarray(layer.kernel, np.float64), compute_uv=False)
        assert values.max() <= 1 + 1e-6
        assert values.min() >= 1 - 1e-4


def test_the_potential_is_1_lipschitz():
    x, y = 3 * jax.random.normal(jax.random.key(7), (2, 500, 3))
    gaps = jnp.abs(fitted().scores(x) - fitted().scores(y))
    assert float((gaps / jnp.linalg.norm(x - y, axis=1)).max()) <= 1 + 1e-4
    # Between the distributions; far outside it has learnt nothing.
    norms = jnp.linalg.norm(fitted().slopes(FAR(KEY, 500)), axis=1)
    assert 0.99 < float(jnp.median(norms)) <= float(norms.max()) <= 1 + 1e-4


@pytest.mark.parametrize("shape", [(3, 8), (8, 3)])
def test_the_retraction_is_orthonormal_and_keeps_what_is(shape):
    (layer,) = init_layers(KEY, shape)
    (kept,) = orthonormal_layers((layer,))
    np.testing.assert_allclose(kept.kernel, layer.kernel, atol=1e-5)
    moved = Layer(layer.kernel + 5 * jax.random.normal(KEY, shape), layer.bias)
    (back,) = orthonormal_layers((moved,))
    values = np.linalg.svd(back.kernel, compute_uv=False)
    np.testing.assert_allclose(values, 1, atol=1e-5)


@pytest.mark.parametrize("shape", [(3, 8), (8, 3)])
def test_tangents_do_not_scale_a_kernel(shape):
    (layer,) = init_layers(KEY, shape)
    gradient = Layer(jax.random.normal(jax.random.key(2), shape), jnp.ones(shape[1]))
    tangents: Any = tangent_gradients()
    (moved,), _ = tangents.update((gradient,), (), (layer,))
    np.testing.assert_array_equal(moved.bias, gradient.bias)
    # d(K^T K) = K^T T + T^T K = 0, with the short side inside.
    k, t = (x.kernel if shape[0] > shape[1] else x.kernel.T for x in (layer, moved))
    np.testing.assert_allclose(k.T @ t + t.T @ k, 0, atol=1e-5)
    assert float(jnp.linalg.norm(t)) > 1


def test_bad_groups_are_refused():
    for wrong in ({"group": 3, "width": 12}, {"group": 8, "width": 12}, {"hidden": 0}):
        with pytest.raises(ValueError, match="power of two|hidden is 0"):
            fit_sorted(NEAR, FAR, KEY, **wrong)
