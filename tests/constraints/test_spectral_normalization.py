"""Spectral normalisation against the singular value decomposition and eq. 12."""

from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.constraints import spectral, spectral_normalize


def matrix(*shape, dtype: Any = np.float32):
    return jnp.asarray(np.random.default_rng(0).standard_normal(shape), dtype)


def unit(size, dtype: Any = np.float32):
    u = np.random.default_rng(1).standard_normal(size)
    return jnp.asarray(u / np.linalg.norm(u), dtype)


def top(kernel):
    kernel = np.asarray(kernel)
    return np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]


# A convolution's kernel counts as the matrix [-1, out], whatever its window.
@pytest.mark.parametrize("shape", [(7, 5), (3, 9), (4, 4, 3, 6), (1, 1, 2, 8)])
def test_after_many_steps_the_largest_singular_value_is_one(shape):
    kernel, u = matrix(*shape), unit(shape[-1])
    for _ in range(60):
        normalized, u = spectral_normalize(kernel, u)
        assert u.shape == shape[-1:]
    assert top(normalized) == pytest.approx(1, abs=1e-4)
    # The kernel keeps its direction.
    chex.assert_trees_all_close(normalized * top(kernel), kernel, rtol=1e-3, atol=1e-4)


def test_steps_are_iterations_of_one():
    kernel, u = matrix(6, 4), unit(4)
    at_once = spectral_normalize(kernel, u, steps=3)
    for _ in range(3):
        one_by_one = spectral_normalize(kernel, u)
        u = one_by_one[1]
    chex.assert_trees_all_close(at_once, one_by_one, rtol=1e-5)


def test_one_step_is_a_power_iteration_by_hand():
    kernel, u = np.asarray(matrix(3, 2)), np.asarray(unit(2))
    v = kernel @ u / np.linalg.norm(kernel @ u)
    expected_u = kernel.T @ v / np.linalg.norm(kernel.T @ v)
    normalized, new_u = spectral_normalize(jnp.asarray(kernel), jnp.asarray(u))
    np.testing.assert_allclose(new_u, expected_u, rtol=1e-5)
    np.testing.assert_allclose(
        normalized, kernel / (v @ kernel @ expected_u), rtol=1e-5
    )


def loss(normalized):
    slopes = jnp.arange(normalized.size, dtype=normalized.dtype)
    return jnp.sum(jnp.sin(normalized) * slopes.reshape(normalized.shape))


def test_the_gradient_is_equation_12_of_the_paper():
    # d/dW = (G - <G, W_sn> v u^T) / sigma with u and v held fixed, G = dL/dW_sn. It is
    # the finite difference of the loss whose u and v do not move.
    with jax.enable_x64(True):
        kernel, u = matrix(5, 3, dtype=np.float64), unit(3, np.float64)
        ours = jax.grad(lambda w: loss(spectral_normalize(w, u)[0]))(kernel)
        v = kernel @ u / jnp.linalg.norm(kernel @ u)
        new_u = kernel.T @ v / jnp.linalg.norm(kernel.T @ v)
        sigma = v @ kernel @ new_u
        outer = jax.grad(loss)(kernel / sigma)
        inner = jnp.sum(outer * kernel / sigma)
        expected = (outer - inner * jnp.outer(v, new_u)) / sigma
        chex.assert_trees_all_close(ours, expected, rtol=1e-10)
        shift = 1e-6 * matrix(3, 5, dtype=np.float64).T
        plus, minus = (
            loss(w / (v @ w @ new_u)) for w in (kernel + shift, kernel - shift)
        )
        numeric = (plus - minus) / 2
        assert float(jnp.sum(ours * shift)) == pytest.approx(float(numeric), rel=1e-6)


def test_a_kernel_of_zeros_stays_zero_with_a_finite_gradient():
    kernel, u = jnp.zeros((2, 2, 3, 4)), unit(4)
    normalized, new_u = spectral_normalize(kernel, u)
    chex.assert_trees_all_equal(normalized, kernel)
    gradient = jax.grad(lambda w: jnp.sum(spectral_normalize(w, u)[0]))(kernel)
    chex.assert_tree_all_finite((new_u, gradient))
    # Once it has left zero it is normalised as any other.
    later = matrix(12, 4).reshape(2, 2, 3, 4)
    normalized, _ = spectral_normalize(later, new_u, steps=60)
    assert top(normalized.reshape(12, 4)) == pytest.approx(1, abs=1e-4)


def test_steps_have_to_be_at_least_one():
    with pytest.raises(ValueError, match="steps"):
        spectral_normalize(jnp.ones((2, 2)), jnp.ones(2), steps=0)


def test_the_constraint_normalises_kernels_and_leaves_biases():
    params = {
        "a": {"kernel": matrix(6, 4), "bias": jnp.ones(4)},
        "kernel": matrix(3, 2),
    }
    constraint = spectral(steps=60)
    state = constraint.init(params, jax.random.key(0))
    assert set(state) == {"a/kernel", "kernel"}
    normalized, state = constraint.constrain_params(params, state)
    assert top(normalized["a"]["kernel"]) == pytest.approx(1, abs=1e-4)
    assert top(normalized["kernel"]) == pytest.approx(1, abs=1e-4)
    chex.assert_trees_all_equal(normalized["a"]["bias"], params["a"]["bias"])
    largest = max(top(params["a"]["kernel"]), top(params["kernel"]))
    metrics = constraint.metrics(normalized, state, jnp.zeros(2))
    assert float(metrics["largest_spectral_norm"]) == pytest.approx(largest, rel=1e-4)


def test_the_first_vectors_are_units_and_differ():
    params = {"a": {"kernel": matrix(6, 4)}, "b": {"kernel": matrix(6, 4)}}
    state = spectral().init(params, jax.random.key(0))
    vectors = [np.asarray(entry["u"]) for entry in state.values()]
    assert [np.linalg.norm(u) for u in vectors] == pytest.approx([1, 1], rel=1e-6)
    assert not np.allclose(vectors[0], vectors[1])
