"""What the registry's functions take from a comparison, and how intervals are made."""

import numpy as np
import pytest

from wgan_jax.metrics import intervals, measures
from wgan_jax.metrics.comparison import Comparison, Side
from wgan_jax.metrics.registry import METRICS, missing_need, quantities, row_of

RANDOM = np.random.default_rng(0)


def comparison(real=60, fake=60):
    def side(count):
        return Side(RANDOM.normal(size=(count, 2)).astype(np.float32))

    return Comparison(side(real), side(fake))


def mean_gap(compared):
    gap = compared.real.samples.mean() - compared.fake.samples.mean()
    return {"gap": float(gap)}


@pytest.mark.parametrize(
    ("method", "draws"), [(intervals.resampled, 200), (intervals.subsampled, 100)]
)
def test_the_whole_is_not_computed_again(method, draws):
    """An exact W1 of 5,000 points takes eight seconds each time."""
    compared, computed = comparison(), []

    def compute(each):
        computed.append(each)
        return mean_gap(each)

    values = mean_gap(compared)
    ends = method(compute, compared, values)
    assert len(computed) == draws
    assert ends["gap"][0] < values["gap"] < ends["gap"][1]


@pytest.mark.parametrize("method", [intervals.resampled, intervals.subsampled])
def test_both_sides_are_drawn_again(method):
    """The interval has to be that of a difference of two means, not of one."""
    compared = comparison(2000, 2000)
    low, high = method(mean_gap, compared, mean_gap(compared))["gap"]
    # Means of 4,000 unit normals each.
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(2 / 4000), rel=0.35)


def test_a_divergence_that_is_infinite_in_a_draw_has_no_interval():
    compared = comparison()
    values = {"gap": 0.0, "far": 1.0}

    def compute(each):
        return {"gap": float(each.fake.samples.mean()), "far": np.inf}

    assert set(intervals.resampled(compute, compared, values)) == {"gap"}


def test_sides_are_taken_with_everything_that_belongs_to_a_sample():
    side = Side(np.arange(4.0)[:, None], np.arange(8.0).reshape(4, 2), np.arange(4))
    some = side.take(np.array([2, 0]))
    assert some.samples[:, 0].tolist() == [2, 0]
    assert some.features is not None
    assert some.features.tolist() == [[4, 5], [0, 1]]
    assert some.classes is not None
    assert some.classes.tolist() == [2, 0]
    assert Side(side.samples).take(np.array([1])).features is None


def test_memorisation_is_found_in_copies_and_not_in_new_samples():
    train, real, new = (
        RANDOM.normal(size=(300, 4)).astype(np.float32) for _ in range(3)
    )
    images = np.zeros((300, 1, 1, 1), np.uint8)

    def found(features):
        sides = Side(images, real), Side(images, features)
        return measures.memorisation(Comparison(sides[0], sides[1], train=train))

    assert found(train)["authenticity"] == 0
    assert found(train)["data_copying"] < -10
    assert found(new)["authenticity"] > 0.4
    assert abs(found(new)["data_copying"]) < 4


def test_the_interval_of_a_share_is_that_of_a_binomial():
    images = np.zeros((400, 1, 1, 1), np.uint8)
    compared = Comparison(Side(images), Side(images))
    ends = intervals.memorisation_interval(
        measures.memorisation, compared, {"authenticity": 0.5}
    )
    assert ends["authenticity"][1] - 0.5 == pytest.approx(1.96 * 0.025, rel=1e-2)
    # Of 400 that are all new, others may be copies: z^2 / (n + z^2) of them.
    whole = intervals.memorisation_interval(
        measures.memorisation, compared, {"authenticity": 1.0}
    )
    assert whole["authenticity"] == (pytest.approx(0.990488, abs=1e-6), 1.0)


def test_a_share_of_nothing_at_a_mode_has_an_interval_that_is_no_point():
    images = np.zeros((10, 2), np.float32)
    far = images + 100
    centers = np.zeros((2, 2)) + [[0.0], [1.0]]
    compared = Comparison(Side(images), Side(far), centers=centers, std=0.1)
    values = measures.mode_coverage(compared)
    ends = intervals.modes_interval(measures.mode_coverage, compared, values)
    assert values["high_quality"] == 0
    assert ends["high_quality"] == (0.0, pytest.approx(0.277533, abs=1e-6))


def test_the_floor_of_copying_is_none_where_samples_are_compared_with_themselves():
    side = Side(np.zeros((20, 1, 1, 1), np.uint8), RANDOM.normal(size=(20, 4)))
    train = RANDOM.normal(size=(30, 4)).astype(np.float32)
    found = measures.memorisation(Comparison(side, side, train=train))
    assert set(found) == {"authenticity"}


def test_every_number_belongs_to_one_row_and_has_a_title():
    names = [q.name for row in METRICS.values() for q in row.quantities]
    assert len(names) == len(set(names)) == len(quantities())
    for name in names:
        assert row_of(name).quantities
        assert quantities()[name].title


def test_a_missing_need_is_said_in_words():
    row = METRICS["mode_coverage"]
    assert missing_need(row, frozenset({"points", "modes"})) is None
    assert "not known" in str(missing_need(row, frozenset({"points"})))
    assert "images" in str(missing_need(row, frozenset({"features"})))
