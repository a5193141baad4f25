"""The jump of f^ and its slopes: by hand, and with other normalisers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.critics import DenseCritic, TrainedCritic, init_critic
from experiments.theory import normalization
from experiments.theory.lab import default_recipe
from wgan_jax.constraints.gradient_normalization import normalization as constraint
from wgan_jax.objectives import wasserstein


def test_the_jump_holds_in_both_forms_and_not_without_normalisation(monkeypatch):
    claims, _ = normalization.jump_claims()
    assert [claim.holds for claim in claims] == [True] * 7
    monkeypatch.setattr(
        normalization, "gradient_normalize", lambda apply, piecewise_linear=False: apply
    )
    claims, _ = normalization.jump_claims()
    assert [claim.holds for claim in claims] == [False] * 6 + [True]


def test_slopes_of_a_linear_critic_by_hand():
    """f = 3 x + 4 y + 1, n = 5."""
    recipe = default_recipe(wasserstein(), 1, constraint(), DenseCritic(()))
    kernel = jnp.array([[3.0], [4.0]])
    params = {"Dense_0": {"kernel": kernel, "bias": jnp.array([1.0])}}
    state = init_critic(recipe, jax.random.key(0), 2, params)
    trained = TrainedCritic(recipe, state, {}, {})
    points = jnp.array([[0.0, 0.0], [1.0, 1.0], [-2.0, 0.0]])
    slopes, law = normalization.slopes_and_law(trained, points)
    wanted = (5 / (5 + np.array([1, 8, 5]))) ** 2
    np.testing.assert_allclose(slopes, wanted, rtol=1e-5)
    np.testing.assert_allclose(law, wanted, rtol=1e-5)


@pytest.mark.parametrize(
    ("slopes", "holds"),
    [
        ([0.25, 0.9], [True, True]),
        ([0.25, 1.01], [False, False]),
        ([0.5, 0.9], [True, False]),
    ],
)
def test_a_steep_slope_and_one_off_the_law_are_noticed(slopes, holds):
    law = np.array([0.25, 0.9])
    claims = normalization.slope_claims(np.array(slopes), law, 1e-4)
    assert [claim.holds for claim in claims] == holds
