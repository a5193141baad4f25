"""Courses by hand: what is correlated, what is left out, and what breaks the claims."""

import jax.numpy as jnp
import pytest

from experiments.games import Seen
from experiments.theory import loss_quality as experiment
from experiments.theory.loss_quality import FULL, Course
from wgan_jax.training.state import NetworkState, TrainState

STEPS = list(range(8))
ONE = FULL._replace(seeds=(0,))
EMPTY = NetworkState({}, {}, ())


def _held(member, course):
    claims = experiment.course_claims(ONE, member, [course])
    return {claim.name.split(", ")[-1]: claim.holds for claim in claims}


def test_the_first_quarter_is_left_out_of_what_is_judged():
    w1 = [8.0, 7, 6, 5, 4, 3, 2, 1]
    behind = Course(STEPS, [0.0, 1, 60, 50, 40, 30, 20, 10], w1)
    assert experiment.rank_correlation(behind) < 0.6
    assert experiment.later(behind) == Course(STEPS[2:], behind.said[2:], w1[2:])
    assert experiment.rank_correlation(experiment.later(behind)) == pytest.approx(1)
    assert _held("wgan", behind)["after a quarter"]


def test_a_value_that_rises_while_w1_falls_breaks_the_claim():
    course = Course(STEPS, [0.1 * n for n in STEPS], [1 - 0.1 * n for n in STEPS])
    assert not _held("wgan", course)["after a quarter"]
    # Of the cross-entropy games nothing is asked but that the number is a divergence.
    held = _held("gan", course._replace(said=[0.1] * 7 + [0.6]))
    assert all(held.values())


def test_the_largest_divergence_of_a_course_is_reported():
    """It is log 2 less half of a positive loss: above log 2 it cannot come."""
    course = Course(STEPS, [0.5] * 6 + [0.65, 0.6], [1 - 0.1 * n for n in STEPS])
    *_, largest = experiment.course_claims(ONE, "gan", [course])
    assert largest.value == 0.65
    assert largest.target == "at most log 2 by its form"


@pytest.mark.parametrize(("weight", "holds"), [(0.1, True), (10.0, False)])
def test_the_penalised_value_is_read_by_its_law(weight, holds):
    w1 = [0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    course = Course(STEPS, [w + w * w / (2 * weight) for w in w1], w1)
    raw, _, corrected = experiment.course_claims(ONE, "gp", [course])[-3:]
    assert corrected.holds == holds
    if holds:
        assert raw.value == pytest.approx(1 + 0.35 / 0.2)
        assert corrected.value == pytest.approx(1)


@pytest.mark.parametrize(("member", "wanted"), [("gp", 0.4), ("gan", 0.6931 - 0.3)])
def test_the_critics_number_is_a_value_or_a_divergence(member, wanted):
    state = TrainState(jnp.zeros((), jnp.int32), EMPTY, EMPTY, {})
    look = Seen(1, state, {"critic_loss": 0.6, "wasserstein_estimate": 0.4})
    assert experiment.critics_number(member, look) == pytest.approx(wanted, abs=1e-4)
