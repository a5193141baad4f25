"""Counts of samples by hand, and what breaks the claims."""

import numpy as np
import pytest

from experiments.theory import mode_collapse as experiment
from experiments.theory.mode_collapse import CEILING, FULL, Scores
from wgan_jax.data import load

SMALL = FULL._replace(matched=200)


def _scores(modes, w1):
    return Scores(modes, modes, 0.9, 0.1, w1, np.zeros((1, 2)))


def _held(members, settings=SMALL):
    claims = experiment.mixture_claims(settings, "ring8", members)
    return [claim.holds for claim in claims]


def test_samples_of_one_mode_are_counted_as_one():
    centers = load("ring8").centers
    assert centers is not None
    found = experiment.score("ring8", np.repeat(centers[:1], 200, 0), 200)
    assert (found.modes, found.modes_one_percent, found.high_quality) == (1, 1, 1.0)
    assert found.reverse_kl == pytest.approx(np.log(8))
    # Half of the others lie across the ring, of radius 1 or more.
    assert found.w1 > 1


def test_real_samples_reach_the_ceiling_and_a_wrong_ceiling_is_noticed(monkeypatch):
    members = {"gp": [_scores(8, 0.3)]}
    assert pytest.approx(0.98889, abs=1e-5) == CEILING
    assert all(_held(members))
    monkeypatch.setattr(experiment, "CEILING", 1 - np.exp(-2))  # within two std
    assert _held(members)[:3] == [True, False, True]


def test_a_game_below_the_floor_and_one_that_misses_modes_break_the_claims():
    assert _held({"gp": [_scores(8, 0.001)]})[4:6] == [False, True]
    best = {"gan": [_scores(2, 0.4)], "gp": [_scores(m, 0.3) for m in (7, 7, 8)]}
    assert _held(best)[4:6] == [True, False]
    best["gp"][0] = _scores(8, 0.3)
    assert _held(best)[4:6] == [True, True]


def test_what_is_reported_are_medians():
    scores = [_scores(m, w) for m, w in ((1, 0.5), (4, 0.1), (8, 0.3))]
    claims = experiment.member_claims("ring8", {"sn": scores})
    assert [claim.value for claim in claims] == [4, 4, 0.9, 0.1, 0.3]
    assert claims[0].target == "reported; seeds 1 to 8"
