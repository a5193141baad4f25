"""What the critic's own estimate says of W1 under each constraint."""

import pytest

from wgan_jax.config import Config
from wgan_jax.loop.evaluation.estimate import read_estimate


def rows(*estimates):
    return [
        {"step": step, "wasserstein_estimate": estimate}
        for step, estimate in enumerate(estimates)
    ]


@pytest.mark.parametrize("constraint", ["penalty", "one_sided_penalty"])
def test_under_a_penalty_it_is_corrected(constraint):
    config = Config(constraint=constraint, penalty_weight=0.1)
    reading = read_estimate(config, rows(5.0, 7.0))
    assert reading is not None
    assert (reading.estimate, reading.corrected) == (6.0, pytest.approx(1.0))
    assert "W1 + W1^2 / 0.2" in reading.words


def test_the_last_hundred_batches_are_averaged():
    config = Config(constraint="penalty", penalty_weight=0.1)
    reading = read_estimate(config, rows(1000.0, *[6.0] * 99, None, 6.0))
    assert reading is not None
    assert reading.estimate == 6.0


def test_an_estimate_below_zero_is_not_corrected():
    config = Config(constraint="penalty", penalty_weight=0.1)
    reading = read_estimate(config, rows(-1.0))
    assert reading is not None
    assert reading.corrected is None
    assert "below 0" in reading.words


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("normalization", "[-1, 1]"),
        ("clipping", "factor that nobody knows"),
        ("spectral", "not W1: the critic's slope is bounded layer by layer"),
        ("none", "no distance: nothing bounds the critic's slope"),
    ],
)
def test_where_no_formula_holds_it_says_why(constraint, words):
    reading = read_estimate(Config(constraint=constraint), rows(0.5))
    assert reading is not None
    assert reading.corrected is None
    assert words in reading.words


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        ("minimax", "no estimate of W1: scores are logits"),
        ("relativistic", "no estimate of W1: scores are logits"),
        ("least_squares", "no estimate of W1: scores are regressed on the labels"),
        ("hinge", "no estimate of W1: real scores are pushed above 1"),
        ("energy_based", "no estimate of W1: scores are energies"),
    ],
)
def test_of_another_objective_it_is_no_estimate(objective, words):
    config = Config(objective=objective, constraint="penalty", penalty_weight=0.1)
    reading = read_estimate(config, rows(0.5))
    assert reading is not None
    assert reading.corrected is None
    assert words in reading.words
    assert "W^2" not in reading.words


def test_a_critic_that_bounds_itself_certifies():
    config = Config("wgan", "ring8", "lipschitz_mlp", constraint="none")
    reading = read_estimate(config, rows(0.5))
    assert reading is not None
    assert "a certified lower bound of W1" in reading.words


def test_nothing_is_said_where_nothing_is_known():
    assert read_estimate(Config(constraint="penalty"), []) is None
    assert read_estimate(Config(constraint=None), rows(0.5)) is None
    assert read_estimate(Config(constraint="penalty"), [{"step": 1}]) is None


def test_a_sparse_log_is_read_over_the_same_steps():
    config = Config(constraint="penalty", penalty_weight=0.1)
    dense = rows(*[50.0] * 900, *[6.0] * 100)
    reading = read_estimate(config, dense[19::20])
    assert reading is not None
    assert reading.estimate == 6.0
    assert "(mean of 5 steps)" in reading.words
