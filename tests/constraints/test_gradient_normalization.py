"""Gradient normalisation: the theorems of the paper, and that all forms are exact."""

import functools
from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.constraints import (
    Apply,
    gradient_normalize,
    gradient_normalize_frozen,
    normalization,
)
from wgan_jax.errors import UserError
from wgan_jax.networks import NetworkSpec, build_networks

SHAPES = {"mlp": (4, 4, 1), "toy": (2,), "dcgan": (16, 16, 1), "resnet": (32, 32, 1)}
WIDTHS = {"toy": 16, "dcgan": 2, "resnet": 2}
FORMS = {
    "general": gradient_normalize,
    "euler": functools.partial(gradient_normalize, piecewise_linear=True),
    "frozen": gradient_normalize_frozen,
}


@functools.cache
def critic(network: str) -> tuple[Apply, Any, jax.Array]:
    """A critic as a function, its parameters with real biases, and samples: float64."""
    shape = SHAPES[network]
    _, module = build_networks(network, NetworkSpec(shape, WIDTHS.get(network, 0)))
    assert module.piecewise_linear  # pyright: ignore[reportAttributeAccessIssue]
    with jax.enable_x64(False):
        params = module.init(jax.random.key(0), jnp.zeros((1, *shape)), train=True)
    # Networks that start with biases of 0 would hide the bias terms of the identity.
    rng = np.random.default_rng(0)
    params = jax.tree.map(
        lambda x: jnp.asarray(x + 0.1 * rng.standard_normal(x.shape), jnp.float64),
        jax.device_get(params),
    )
    points = jnp.asarray(rng.standard_normal((3, *shape)), jnp.float64)
    return lambda p, x: jnp.asarray(module.apply(p, x, train=True)), params, points


@pytest.fixture
def doubles():
    with jax.enable_x64(True):
        yield


def weighted(scores):
    """A scalar that feels every score differently."""
    return jnp.sum(scores * jnp.arange(1, scores.size + 1, dtype=scores.dtype))


def linear(params, x):
    return x @ params["kernel"] + params["bias"]


@pytest.mark.parametrize("form", FORMS)
def test_a_linear_critic_is_divided_by_hand(form):
    params = {"kernel": jnp.asarray([3.0, 4.0]), "bias": jnp.asarray(-1.0)}
    points = jnp.asarray([[1.0, 0], [0, 1], [-1, 0]])
    # f = 2, 3, -4 and |grad f| = 5.
    expected = np.asarray([2 / 7, 3 / 8, -4 / 9], np.float32)
    normalized = FORMS[form](linear)(params, points)
    chex.assert_shape(normalized, (3,))
    np.testing.assert_allclose(normalized, expected, rtol=1e-6)


@pytest.mark.parametrize("network", SHAPES)
def test_both_forms_agree_in_value_and_parameter_gradient(network, doubles):
    apply, params, points = critic(network)
    results = [
        jax.jit(jax.value_and_grad(lambda p, f=f: weighted(f(apply)(p, points))))(
            params
        )
        for f in (FORMS["general"], FORMS["euler"])
    ]
    assert float(jnp.abs(results[0][0])) > 1e-3
    chex.assert_trees_all_close(*results, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("network", SHAPES)
def test_the_frozen_form_has_the_input_gradient_of_double_backward(network, doubles):
    apply, params, points = critic(network)
    results = [
        jax.jit(jax.value_and_grad(lambda x, f=f: weighted(f(apply)(params, x))))(
            points
        )
        for f in (FORMS["general"], FORMS["frozen"])
    ]
    assert float(jnp.abs(results[0][1]).max()) > 1e-6
    chex.assert_trees_all_close(*results, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("form", ["general", "euler"])
def test_the_parameter_gradient_is_the_finite_difference(form, doubles):
    apply, params, points = critic("toy")
    normalized = FORMS[form](apply)
    rng = np.random.default_rng(1)
    direction = jax.tree.map(
        lambda x: jnp.asarray(rng.standard_normal(x.shape)), params
    )

    @jax.jit
    def along(t):
        moved = jax.tree.map(lambda p, d: p + t * d, params, direction)
        return weighted(normalized(moved, points))

    numeric = (along(1e-6) - along(-1e-6)) / 2e-6
    assert abs(float(numeric)) > 1e-2
    assert float(jax.jit(jax.grad(along))(0.0)) == pytest.approx(
        float(numeric), rel=1e-6
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_input_gradient_is_the_finite_difference(form, doubles):
    apply, params, points = critic("toy")
    normalized = FORMS[form](apply)
    direction = jnp.asarray(np.random.default_rng(1).standard_normal(points.shape))

    # The frozen form pins its value to the point: differences are of the general one.
    @jax.jit
    def along(t):
        return weighted(gradient_normalize(apply)(params, points + t * direction))

    numeric = (along(1e-6) - along(-1e-6)) / 2e-6
    ours = jax.jit(jax.grad(lambda x: weighted(normalized(params, x))))(points)
    assert float(jnp.sum(ours * direction)) == pytest.approx(float(numeric), rel=1e-6)


@pytest.mark.parametrize("form", FORMS)
def test_scores_lie_in_the_unit_interval(form, doubles):
    apply, params, points = critic("toy")
    for scale in (1e-3, 1.0, 1e3):
        scores = FORMS[form](apply)(params, scale * points)
        assert float(jnp.abs(scores).max()) <= 1
    assert float(jnp.abs(scores).max()) > 0.1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e4])
def test_scaling_the_critic_changes_nothing(form, factor, doubles):
    apply, params, points = critic("mlp")
    head = {"Dense_2": jax.tree.map(lambda x: factor * x, params["params"]["Dense_2"])}
    scaled = {"params": params["params"] | head}
    normalized = FORMS[form](apply)
    raw = apply(scaled, points), factor * apply(params, points)
    chex.assert_trees_all_close(*raw, rtol=1e-10)
    chex.assert_trees_all_close(
        normalized(scaled, points), normalized(params, points), rtol=1e-10
    )


@pytest.mark.parametrize("network", ["toy", "mlp"])
def test_inside_a_piece_the_gradient_is_at_most_one(network, doubles):
    apply, params, points = critic(network)

    def norms(f):
        gradients = jax.jit(jax.grad(lambda x: jnp.sum(f(params, x))))(points)
        return jnp.linalg.norm(gradients.reshape(len(points), -1), axis=1)

    raw, scores = norms(apply), jnp.abs(apply(params, points))
    ours = norms(gradient_normalize(apply))
    assert float(ours.max()) <= 1
    chex.assert_trees_all_close(ours, (raw / (raw + scores)) ** 2, rtol=1e-8)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("network", ["toy", "mlp", "dcgan"])
def test_a_zero_critic_has_finite_scores_and_gradients(form, network, doubles):
    apply, params, points = critic(network)
    params = jax.tree.map(jnp.zeros_like, params)
    derive = jax.value_and_grad(
        lambda p, x: weighted(FORMS[form](apply)(p, x)), argnums=(0, 1)
    )
    value, gradients = jax.jit(derive)(params, points)
    assert float(value) == 0
    chex.assert_tree_all_finite(gradients)


@pytest.mark.parametrize("form", FORMS)
def test_a_dead_critic_with_a_bias_scores_its_sign(form):
    # Gradient 0, score 2: f^ = 2 / (0 + 2).
    params = {"kernel": jnp.zeros(3), "bias": jnp.asarray(2.0)}
    derive = jax.value_and_grad(
        lambda p, x: jnp.sum(FORMS[form](linear)(p, x)), argnums=(0, 1)
    )
    value, gradients = derive(params, jnp.ones((4, 3)))
    assert float(value) == 4
    chex.assert_tree_all_finite(gradients)


@pytest.mark.parametrize("form", FORMS)
def test_a_sample_does_not_see_its_neighbours(form, doubles):
    # Where (N, 1) meets (N,), every score is divided by every norm.
    apply, params, points = critic("toy")
    normalized = jax.jit(FORMS[form](apply))
    together = normalized(params, points)
    alone = jnp.concatenate([normalized(params, p[None]) for p in points])
    chex.assert_shape(together, (len(points),))
    chex.assert_trees_all_close(together, alone, rtol=1e-10)


def test_the_constraint_uses_the_forms_that_its_critic_allows(doubles):
    apply, params, points = critic("toy")
    expected = gradient_normalize(apply)(params, points)
    for flag in (False, True):
        constraint = normalization(piecewise_linear=flag)
        for wrap in (constraint.critic_scores, constraint.generator_scores):
            chex.assert_trees_all_close(wrap(apply)(params, points), expected)
        # By params, only the frozen form has no derivative.
        gradient = jax.grad(
            lambda p, c=constraint: weighted(c.generator_scores(apply)(p, points))
        )(params)
        largest = max(float(jnp.abs(g).max()) for g in jax.tree.leaves(gradient))
        assert (largest == 0) is flag
        assert constraint.per_sample
        logged = constraint.metrics(params, (), jnp.asarray([0.5, -1.0]))
        assert float(logged["score_magnitude"]) == 0.75


@pytest.mark.parametrize(
    "wrap",
    [
        gradient_normalize,
        gradient_normalize_frozen,
        functools.partial(gradient_normalize, piecewise_linear=True),
    ],
)
def test_scores_in_a_column_are_refused(wrap):
    # [B, 1] by [B] is [B, B]: a mean of it looks like a score.
    with pytest.raises(UserError, match=r"scores \(\d, 1\), but wanted is one score"):
        wrap(lambda w, x: x @ w)(jnp.ones((3, 1)), jnp.ones((4, 3)))
