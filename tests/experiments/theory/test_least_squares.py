"""What least squares does to the slopes: numbers by hand, and a game in its place."""

import numpy as np

from experiments.theory import least_squares as experiment
from experiments.theory.lab import score_slopes


def _slopes(games):
    scores = np.array([-10.0, 10.0])
    return {name: np.abs(score_slopes(game, scores)) for name, game in games.items()}


def test_slopes_by_the_score_by_hand():
    slopes = _slopes(experiment.GAMES)
    np.testing.assert_allclose(slopes["least squares"], [11, 9], rtol=1e-6)
    np.testing.assert_allclose(slopes["minimax"], [4.5398e-5, 0.99995], rtol=1e-4)
    assert all(claim.holds for claim in experiment._slope_claims(slopes))


def test_another_game_breaks_the_claims():
    games = experiment.GAMES
    wrong = games | {"least squares": games["non-saturating"]}
    claims = experiment._slope_claims(_slopes(wrong))
    assert [claim.holds for claim in claims] == [True] * 4 + [False] * 2


def test_a_gradient_that_does_not_vanish_breaks_the_claims():
    shifts = (1, 2, 4, 6, 8, 10)
    claims = experiment._saturation_claims({s: 0.1144 for s in shifts})
    assert [claim.holds for claim in claims] == [True] + [False] * 5
