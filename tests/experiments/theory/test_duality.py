"""Kantorovich-Rubinstein on points by hand, and wrong potentials."""

import jax
import numpy as np
import pytest

from experiments.critics import TrainedCritic
from experiments.theory import duality
from experiments.theory.duality import Among
from experiments.theory.duality_penalty import Critic, critic_claims, critic_values


def test_both_problems_agree_on_a_line():
    x, y = np.array([[0.0, 0], [1, 0]]), np.array([[3.0, 0], [1.5, 0]])
    claims = duality.programme_claims(x, y)
    assert [claim.holds for claim in claims] == [True] * 4


@pytest.mark.parametrize("change", [0.5, 1.5])
def test_potentials_of_another_size_are_noticed(monkeypatch, change):
    solve = duality.optimal_plan

    def scaled(*problem):
        best = solve(*problem)
        f, g = change * best.potential_p, change * best.potential_q
        return best._replace(potential_p=f, potential_q=g)

    monkeypatch.setattr(duality, "optimal_plan", scaled)
    # A c-transform of anything is 1-Lipschitz: the third claim still holds.
    assert [claim.holds for claim in _claims()] == [False, False, True, False]


def test_a_steep_function_is_noticed(monkeypatch):
    transform = duality.c_transform
    monkeypatch.setattr(duality, "c_transform", lambda *given: 2 * transform(*given))
    assert [claim.holds for claim in _claims()] == [True, False, False, False]


def _claims():
    x, y = (Among(axis, 12).points().astype(np.float64) for axis in (0, 1))
    return duality.programme_claims(x, y)


def test_draws_are_among_the_points():
    side = Among(1, 20)
    drawn = np.asarray(side(jax.random.key(0), 50))
    assert {tuple(point) for point in drawn} <= {tuple(p) for p in side.points()}
    assert np.abs(side.points()[:, 1]).mean() == pytest.approx(1, abs=0.2)


def test_the_values_of_a_critic_whose_gradient_is_known():
    """Norms 1.5 and 0.5: E (n-1)^2 = .25, E n = 1, E n (n - 1) = .25."""
    logged = {
        "critic_loss": np.full(20, -1.0),
        "wasserstein_estimate": np.full(20, 5.0),
        "gradient_penalty": np.full(20, 0.25),
        "gradient_norm": np.full(20, 1.0),
    }
    trained = TrainedCritic(None, None, logged, {})  # pyright: ignore[reportArgumentType]
    assert critic_values(trained, 10.0) == pytest.approx((5, 1, 5))


def test_a_critic_on_its_law_holds_and_one_below_does_not():
    on_law = Critic(1.05, 1.025, 1.05)
    assert all(claim.holds for claim in critic_claims(on_law, 1.0, 10.0, 0.001))
    below = Critic(0.97, 0.95, 1.05)
    assert not any(claim.holds for claim in critic_claims(below, 1.0, 10.0, 0.03))
