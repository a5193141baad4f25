"""Constraints on a critic f(x, y) that is asked with its class, worked out by hand."""

from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.constraints import (
    Noise,
    divergence,
    gradient_penalty,
    input_gradient_norms,
    lazy_penalty,
    normalization,
    penalty,
    perturbed_penalty,
    r1,
    r1_r2,
)

PARAMS = {"kernel": jnp.asarray([3.0, 4.0]), "bias": jnp.asarray(0.5)}
LABELS = jnp.asarray([0, 1, 1, 1])
SLOPES = np.asarray([5.0, 10, 10, 10])  # (y + 1) |w|
REAL, FAKE = jax.random.normal(jax.random.key(0), (2, 4, 2))
NOISE = Noise(jax.random.key(1))


def critic(params: Any, points: Any, labels: Any) -> Any:
    """f(x, y) = (y + 1) x.w + b."""
    scales = (labels + 1).astype(jnp.float32)
    return scales * (points @ params["kernel"]) + params["bias"]


def test_the_gradient_is_by_the_sample_with_its_class_held():
    norms = input_gradient_norms(critic, PARAMS, REAL, LABELS)
    np.testing.assert_allclose(norms, SLOPES, rtol=1e-6)
    given = (critic, PARAMS, REAL, FAKE, NOISE.key)
    found = gradient_penalty(*given, labels=LABELS)
    assert float(found) == pytest.approx(np.mean((SLOPES - 1) ** 2))


PENALTIES = {
    "penalty": (penalty(2.0), 2 * np.mean((SLOPES - 1) ** 2)),
    "dragan": (perturbed_penalty(2.0), 2 * np.mean((SLOPES - 1) ** 2)),
    "divergence": (divergence(2.0, 3.0), 2 * np.mean(SLOPES**3)),
    "r1": (r1(2.0), np.mean(SLOPES**2)),
    "r1_r2": (r1_r2(2.0), 2 * np.mean(SLOPES**2)),
    "lazy": (lazy_penalty(r1(2.0), 3), 3 * np.mean(SLOPES**2)),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_is_that_of_each_sample_in_its_class(name):
    constraint, expected = PENALTIES[name]
    assert constraint.penalty is not None
    noise = NOISE._replace(index=2, n_critic=3)  # lazily due at the third update
    cost, logged = constraint.penalty(critic, PARAMS, REAL, FAKE, noise, LABELS)
    assert float(cost) == pytest.approx(expected, rel=1e-5)
    if name == "r1_r2":  # each side by the classes of its own samples
        halves = [float(logged[f"{side}_penalty"]) for side in ("r1", "r2")]
        assert halves == pytest.approx([np.mean(SLOPES**2)] * 2, rel=1e-5)


@pytest.mark.parametrize("piecewise_linear", [False, True])
def test_normalisation_divides_by_the_slope_of_the_class(piecewise_linear):
    constraint = normalization(piecewise_linear=piecewise_linear)
    scores = np.asarray(critic(PARAMS, REAL, LABELS))
    expected = scores / (SLOPES + np.abs(scores))
    for wrap in (constraint.critic_scores, constraint.generator_scores):
        found = wrap(critic)(PARAMS, REAL, LABELS)
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_both_forms_of_normalisation_have_the_same_derivatives():
    forms = [normalization(piecewise_linear=flag) for flag in (False, True)]

    def loss(score: Any, params: Any, points: Any) -> Any:
        return jnp.sum(jnp.arange(4.0) * score(critic)(params, points, LABELS))

    by_params = [jax.grad(loss, 1)(f.critic_scores, PARAMS, REAL) for f in forms]
    by_points = [jax.grad(loss, 2)(f.generator_scores, PARAMS, REAL) for f in forms]
    for one, other in (by_params, by_points):
        chex.assert_trees_all_close(one, other, rtol=1e-4)
