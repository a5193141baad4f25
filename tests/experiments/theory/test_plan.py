"""Plans on the line: what they cost and which of them cross."""

import numpy as np
import pytest

from experiments.theory.plan import (
    crossing,
    monotone_plan,
    plan_claims,
    reversed_plan,
)
from wgan_jax.transport import optimal_plan

P, Q = np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.25, 0.75])
PLACES = np.arange(3.0)
DISTANCES = np.abs(PLACES[:, None] - PLACES)


def test_monotone_and_reversed_plans_by_hand():
    np.testing.assert_allclose(
        monotone_plan(P, Q), [[0, 0.25, 0.25], [0, 0, 0.5], [0, 0, 0]], atol=1e-15
    )
    np.testing.assert_allclose(
        reversed_plan(P, Q), [[0, 0, 0.5], [0, 0.25, 0.25], [0, 0, 0]], atol=1e-15
    )


def test_crossing_is_the_mass_of_the_smaller_of_two_that_cross():
    assert crossing(monotone_plan(P, Q)) == 0
    assert crossing(reversed_plan(P, Q)) == pytest.approx(0.25)
    assert crossing(np.array([[0, 0.3], [0.7, 0]])) == pytest.approx(0.3)


def test_a_plan_that_is_not_the_best_breaks_duality_and_slackness():
    best = optimal_plan(P, Q, DISTANCES)
    assert all(claim.holds for claim in plan_claims(best, P, Q, PLACES))
    worse = np.array([[0.5, 0, 0], [0, 0.25, 0.25], [0, 0, 0.0]])
    wrong = best._replace(plan=worse, cost=float((worse * DISTANCES).sum()))
    broken = {
        claim.name for claim in plan_claims(wrong, P, Q, PLACES) if not claim.holds
    }
    assert {"|primal - dual|", "largest error of a marginal"} <= broken


def test_a_steeper_potential_is_not_1_lipschitz():
    best = optimal_plan(P, Q, DISTANCES)
    steep = best._replace(potential_p=2 * best.potential_p)
    broken = {
        claim.name for claim in plan_claims(steep, P, Q, PLACES) if not claim.holds
    }
    assert "largest |f_i - f_j| - |x_i - x_j|" in broken
