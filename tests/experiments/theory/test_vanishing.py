"""Gradients that vanish: a critic by hand, and games in each other's place."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.critics import DenseCritic, TrainedCritic, init_critic
from experiments.theory import vanishing, vanishing_exact
from experiments.theory.lab import default_recipe
from experiments.theory.vanishing_penalty import slope_law
from wgan_jax.objectives import minimax


def _linear_critic(slope: float, bias: float) -> TrainedCritic:
    """f = slope x_1 + bias."""
    recipe = default_recipe(minimax(), 1, critic=DenseCritic(()))
    kernel = jnp.array([[slope], [0.0]])
    params = {"Dense_0": {"kernel": kernel, "bias": jnp.array([bias])}}
    state = init_critic(recipe, jax.random.key(0), 2, params)
    return TrainedCritic(recipe, state, {}, {})


def test_gradients_and_eps_of_a_linear_critic_by_hand():
    trained = _linear_critic(-2.0, -1.0)  # the score is -3 on the whole segment x_1 = 1
    found = vanishing._at_checkpoint(trained, 64, trained.state)
    sure = 1 / (1 + np.exp(3.0))
    eps = sure + 2 * sure * (1 - sure)
    np.testing.assert_allclose(found, [2 * sure, eps, 2 * (1 - sure)], rtol=1e-5)
    assert found[0] < eps / (1 - eps)


def test_games_in_each_others_place_break_the_table():
    exact = vanishing_exact.exact_gradients(list(vanishing_exact.TABLE))
    assert all(claim.holds for claim in vanishing_exact.table_claims(exact))
    swapped = exact | {"minimax": exact["-log D"], "-log D": exact["minimax"]}
    broken = [c for c in vanishing_exact.table_claims(swapped) if not c.holds]
    assert len(broken) == 12


def test_the_identity_does_not_hold_of_the_other_divergence(monkeypatch):
    p, q = vanishing_exact.MIXTURES[0]
    assert max(np.abs(vanishing_exact.identity_gaps(p, q))) < 1e-6
    # KL(p | q) in place of KL(q | p).
    kl = vanishing_exact.kullback_leibler
    monkeypatch.setattr(vanishing_exact, "kullback_leibler", lambda a, b: kl(b, a))
    assert abs(vanishing_exact.identity_gaps(p, q)[1]) > 0.05


def test_the_law_of_the_slope_by_sampling():
    rng = np.random.default_rng(0)
    a, x, y = rng.uniform(size=400_000), *rng.standard_normal((2, 400_000))
    between = a * x + (1 - a) * (y + 4)
    density = np.mean(np.abs(between - 2) < 0.1) / 0.2
    gap = np.mean(x < 2) - np.mean(y + 4 < 2)
    wanted = 1 + gap / (2 * 10 * density)
    found = slope_law(np.array([2.0]), 4.0, 10.0)[0]
    assert found - 1 == pytest.approx(wanted - 1, rel=0.02)
