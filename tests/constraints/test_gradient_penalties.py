"""The gradient penalty: theorems, hand-made points, and the mistakes of the field."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from wgan_jax.constraints import (
    Noise,
    gradient_penalty,
    gradient_penalty_at,
    input_gradient_norms,
    interpolate,
    penalty,
)
from wgan_jax.networks.mlp import MLPCritic, ToyCritic

KEY = jax.random.key(0)


def linear(w, x):
    return jnp.einsum("b...,...->b", x, w)


def quadratic(scale, x):
    """Score |x|^2 / 2 per sample, so that the gradient is the point itself."""
    return scale * jnp.sum(x.reshape(x.shape[0], -1) ** 2, axis=1) / 2


@pytest.fixture
def toy():
    """A ReLU critic, its parameters and points, all in float64."""
    critic = ToyCritic(8)
    params = critic.init(KEY, jnp.zeros((1, 3)), train=True)
    points = np.random.default_rng(0).standard_normal((5, 3))
    with jax.enable_x64(True):
        params = jax.tree.map(lambda x: x.astype(jnp.float64), params)
        yield lambda p, x: critic.apply(p, x, train=True), params, jnp.asarray(points)


@pytest.mark.parametrize("norm", [0.25, 1.0, 3.0])
@pytest.mark.parametrize("one_sided", [False, True])
def test_a_linear_critic_pays_for_the_length_of_its_weights(norm, one_sided):
    w = jnp.full((4, 3, 2), norm / np.sqrt(24), jnp.float32)
    real, fake = jnp.ones((6, 4, 3, 2)), jnp.zeros((6, 4, 3, 2))
    cost = gradient_penalty(linear, w, real, fake, KEY, one_sided=one_sided)
    excess = max(0, norm - 1) if one_sided else norm - 1
    assert float(cost) == pytest.approx(excess**2, abs=1e-6)


def test_another_target_moves_the_norm_that_costs_nothing():
    points = jnp.ones((2, 4))
    cost = gradient_penalty_at(linear, jnp.ones(4), points, target=2.0)
    assert float(cost) == pytest.approx(0, abs=1e-12)
    cost = gradient_penalty_at(linear, jnp.ones(4), points, target=0.5)
    assert float(cost) == pytest.approx(1.5**2, rel=1e-6)


@pytest.mark.parametrize("shape", [(5,), (4, 3, 2), (28, 28, 1)])
def test_norms_are_over_every_axis_but_the_batch(shape):
    points = np.random.default_rng(0).standard_normal((3, *shape)).astype(np.float32)
    norms = input_gradient_norms(quadratic, 1.0, jnp.asarray(points))
    expected = np.linalg.norm(points.reshape(3, -1), axis=1)
    assert norms.shape == (3,)
    np.testing.assert_allclose(norms, expected, rtol=1e-5)


def test_costs_are_averaged_over_samples_and_not_their_norms():
    # Norms 0 and 2: the mean of (n - 1)^2 is 1, while (mean n - 1)^2 is 0.
    points = jnp.asarray([[0.0, 0.0], [2.0, 0.0]])
    cost = gradient_penalty_at(quadratic, 1.0, points)
    assert float(cost) == pytest.approx(1.0, rel=1e-6)
    one_sided = gradient_penalty_at(quadratic, 1.0, points, one_sided=True)
    assert float(one_sided) == pytest.approx(0.5, rel=1e-6)


def weight_seen(key, shape=(3, 2), batch=1):
    """Root mean square of the weights: between 1 and 0 a point is its weight."""
    real, fake = jnp.ones((batch, *shape)), jnp.zeros((batch, *shape))
    cost = gradient_penalty(quadratic, 1.0, real, fake, key, target=0.0)
    return jnp.sqrt(cost / np.prod(shape).astype(np.float32))


def test_weights_are_uniform_and_one_for_all_pixels_of_a_sample():
    keys = jax.random.split(KEY, 2000)
    weights = np.asarray(jax.jit(jax.vmap(weight_seen))(keys))
    assert weights.min() >= 0
    assert weights.max() <= 1
    assert stats.kstest(weights, "uniform").pvalue > 0.01


def test_every_sample_has_a_weight_of_its_own():
    # E a^2 = 1/3 with deviation .3 / sqrt(20000); one weight for all would be anywhere.
    squares = [float(weight_seen(jax.random.key(i), batch=20_000)) ** 2 for i in (1, 2)]
    assert squares == pytest.approx([1 / 3, 1 / 3], abs=0.01)


def test_points_lie_on_the_segments():
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((2, 3, 4, 2, 1)).astype(np.float32)
    weights = np.asarray([0.0, 1.0, 0.25], np.float32)
    points = interpolate(jnp.asarray(real), jnp.asarray(fake), jnp.asarray(weights))
    expected = np.stack([fake[0], real[1], 0.25 * real[2] + 0.75 * fake[2]])
    chex.assert_shape(points, (3, 4, 2, 1))
    np.testing.assert_allclose(points, expected, atol=1e-6)


def test_batches_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="shape"):
        gradient_penalty(linear, jnp.ones(3), jnp.ones((4, 3)), jnp.ones((2, 3)), KEY)


@pytest.mark.parametrize("one_sided", [False, True])
def test_the_parameter_gradient_is_the_finite_difference(toy, one_sided):
    apply, params, points = toy
    params = jax.tree.map(lambda x: 1.5 * x, params)  # norms on both sides of 1

    @jax.jit
    def cost(params):
        return gradient_penalty_at(apply, params, points, one_sided=one_sided)

    direction = jax.tree.map(
        lambda x: jnp.cos(jnp.arange(x.size, dtype=x.dtype)).reshape(x.shape), params
    )
    along = jax.jit(
        lambda t: cost(jax.tree.map(lambda p, d: p + t * d, params, direction))
    )
    numeric = (along(1e-6) - along(-1e-6)) / 2e-6
    assert abs(float(numeric)) > 1e-2
    exact = jax.jit(jax.grad(along))(0.0)
    assert float(exact) == pytest.approx(float(numeric), rel=1e-6)


@pytest.mark.parametrize("critic", [MLPCritic(), ToyCritic(8)])
def test_a_zero_critic_has_a_finite_penalty_and_gradient(critic):
    params = critic.init(KEY, jnp.zeros((1, 6)), train=True)
    params = jax.tree.map(jnp.zeros_like, params)

    def cost(params):
        points = jnp.ones((4, 6))
        return gradient_penalty_at(
            lambda p, x: critic.apply(p, x, train=True), params, points
        )

    value, gradient = jax.jit(jax.value_and_grad(cost))(params)
    assert float(value) == 1
    chex.assert_tree_all_finite(gradient)


def test_the_weight_scales_what_is_added_and_not_what_is_logged():
    real, fake, noise = jnp.ones((4, 3)), jnp.zeros((4, 3)), Noise(KEY)
    added = penalty(10.0).penalty
    assert added is not None
    cost, metrics = added(linear, jnp.full(3, 2.0), real, fake, noise)
    expected = (2 * np.sqrt(3) - 1) ** 2
    assert float(cost) == pytest.approx(10 * expected, rel=1e-6)
    assert float(metrics["gradient_penalty"]) == pytest.approx(expected, rel=1e-6)
    assert float(metrics["gradient_norm"]) == pytest.approx(2 * np.sqrt(3), rel=1e-6)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
def test_a_weight_has_to_be_positive(weight):
    with pytest.raises(ValueError, match="weight"):
        penalty(weight)
