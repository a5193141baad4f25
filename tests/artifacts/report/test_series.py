"""Curves before they are drawn: no extreme is lost, no gap is closed."""

import numpy as np
import pytest

from wgan_jax.artifacts.report.series import (
    Series,
    column,
    is_mirror,
    names_of,
    running_mean,
    scale_of,
    thin,
)


def noise(count, seed=0):
    return np.random.default_rng(seed).normal(size=count)


def series(values):
    return Series(np.arange(1.0, len(values) + 1), np.asarray(values, float))


@pytest.mark.parametrize("count", [1001, 4999, 5000, 12_345])
def test_thinning_keeps_every_buckets_extremes_and_both_ends(count):
    values = noise(count)
    spikes = {3: 50.0, 4: -50.0, count // 2: 70.0, count - 2: -80.0}
    for index, spike in spikes.items():
        values[index] = spike
    thinned = thin(series(values), 500)
    assert len(thinned.values) <= 1002
    assert set(spikes.values()) <= set(thinned.values)
    assert (thinned.steps[0], thinned.steps[-1]) == (1, count)
    assert (np.diff(thinned.steps) > 0).all()
    # What stays is what was there.
    np.testing.assert_array_equal(values[thinned.steps.astype(int) - 1], thinned.values)
    width = -(-count // 500)
    lows = [values[i : i + width].min() for i in range(0, count, width)]
    assert set(lows) <= set(thinned.values)


def test_few_values_stay_as_they_are_and_long_gaps_stay_gaps():
    short = series(noise(1000))
    assert thin(short, 500) is short
    values = noise(5000)
    values[1000:2000] = np.nan
    thinned = thin(series(values), 500)
    inside = (thinned.steps > 1001) & (thinned.steps <= 2000)
    assert np.isnan(thinned.values[inside]).all()
    assert inside.sum() > 50


@pytest.mark.parametrize("count", [7, 100, 1234])
def test_the_running_mean_is_the_mean_of_its_window(count):
    values = noise(count)
    found = running_mean(series(values), points=count)
    window = max(1, count // 50)
    for index in (0, 1, count // 2, count - 1):
        first = max(0, index - window // 2)
        wanted = values[first : max(0, index - window // 2 + window)].mean()
        assert found.values[index] == pytest.approx(wanted, abs=1e-9)


def test_the_running_mean_spreads_its_points_and_keeps_gaps():
    values = noise(5000)
    values[2000:2500] = np.nan
    found = running_mean(series(values), points=400)
    assert len(found.values) == 400
    assert (found.steps[0], found.steps[-1]) == (1, 5000)
    gap = (found.steps > 2000) & (found.steps <= 2500)
    assert np.isnan(found.values[gap]).all()
    assert np.isfinite(found.values[~gap]).all()
    assert len(running_mean(series([])).values) == 0


def test_a_mirror_is_told_by_its_values():
    a = series([1.0, np.nan, -3.0])
    assert is_mirror(a, series([-1.0, np.nan, 3.0]))
    assert is_mirror(a, series([-1.00001, np.nan, 3.00001]))
    assert not is_mirror(a, series([-1.0, np.nan, 3.1]))
    assert not is_mirror(a, series([-1.0, 0.0, 3.0]))
    assert not is_mirror(a, a)
    assert not is_mirror(series([]), series([]))
    assert not is_mirror(series([np.nan]), series([np.nan]))


def test_columns_take_what_is_a_number():
    rows = [{"step": 1, "a": 1}, {"step": 5, "a": None}, {"step": 9, "b": 2.5}]
    a = column(rows, "a")
    assert a.steps.tolist() == [1, 5, 9]
    np.testing.assert_array_equal(a.values, [1, np.nan, np.nan])
    strange = [{"step": 1, "a": "7"}, {"step": 2, "a": True}, {"step": 3, "a": 1e300}]
    odd = [*strange, {"step": 4, "a": [1]}, {"step": 5, "a": 3}]
    np.testing.assert_array_equal(column(odd, "a").values, [np.nan] * 4 + [3])
    assert names_of(rows) == ["a", "b"]


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([1, 50, 99], False),
        ([1, 50, 101], True),
        ([0, 1, 1000], False),
        ([-1, 1, 1000], False),
        ([1e-8, 1e-3], True),
    ],
)
def test_positive_values_over_two_decades_get_a_log_scale(values, log):
    scale = scale_of([np.array(values)])
    assert scale.log is log
    places = scale.position(values)
    assert ((places > 0) & (places < 1)).all()
    assert (np.diff(places) > 0).all()


@pytest.mark.parametrize(
    "values", [[0.0], [3.0, 3.0], [1e9, 1e9], [1e-12, 3e-12], [-5, 5], [np.nan], []]
)
def test_every_scale_has_a_height_and_round_ticks_inside(values):
    scale = scale_of([np.array(values)])
    assert scale.high > scale.low
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 6
    assert all(scale.low <= tick <= scale.high for tick in ticks)
    assert all(len(f"{tick:.3g}") <= 8 for tick in ticks)


def test_a_constant_has_room_of_its_own_size():
    assert scale_of([np.zeros(5)]) == (-1.0, 1.0, False)
    assert scale_of([np.full(5, 4.0)]) == (2.0, 6.0, False)
    low, high, _ = scale_of([running_mean(series(np.full(4000, 0.3))).values])
    assert (low, high) == (pytest.approx(0.15), pytest.approx(0.45))


def test_the_ticks_of_a_log_scale_are_powers_of_ten():
    assert scale_of([np.array([0.02, 300.0])]).ticks() == [0.1, 1.0, 10.0, 100.0]
    many = scale_of([np.array([1e-12, 1e6])]).ticks()
    assert 3 <= len(many) <= 6
    assert all(t == float(f"{t:.0e}") for t in many)
