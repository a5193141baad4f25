from collections.abc import Callable

import numpy as np
import pytest

from wgan_jax.metrics import (
    bootstrap_interval,
    exact_wasserstein1,
    prdc,
    subsample_interval,
)

BOTH = [bootstrap_interval, subsample_interval]


def mean(x: np.ndarray) -> float:
    return float(x.mean())


def gap(x: np.ndarray, y: np.ndarray) -> float:
    return float(x.mean() - y.mean())


@pytest.mark.parametrize("interval", BOTH)
def test_the_mean_has_its_textbook_interval(interval: Callable):
    x = np.random.default_rng(0).standard_normal(2500)
    low, high = interval(mean, x, resamples=400)
    assert low < x.mean() < high
    assert high - low == pytest.approx(2 * 1.96 * x.std() / 50, rel=0.12)


@pytest.mark.parametrize("interval", BOTH)
def test_arrays_of_two_sizes_are_drawn_independently(interval: Callable):
    """Drawn by one index, the difference of equal arrays would not vary at all."""
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal(1600), rng.standard_normal(400)
    low, high = interval(gap, x, y, resamples=400)
    error = np.sqrt(x.var() / 1600 + y.var() / 400)
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.12)
    low, high = interval(gap, x, x.copy(), resamples=100)
    assert high - low > 2 * error


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.8])
def test_the_scale_undoes_the_fraction(fraction: float):
    """With sqrt(f) alone half of the samples would give 70 % of the width."""
    x = np.random.default_rng(2).standard_normal(1000)
    low, high = subsample_interval(mean, x, fraction=fraction, resamples=400)
    assert high - low == pytest.approx(2 * 1.96 * x.std() / np.sqrt(1000), rel=0.15)


def test_a_level_is_a_level():
    x = np.random.default_rng(3).standard_normal(500)
    wide = bootstrap_interval(mean, x, resamples=400, level=0.95)
    narrow = bootstrap_interval(mean, x, resamples=400, level=0.68)
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(
        1.96 / 0.994, rel=0.15
    )


@pytest.mark.parametrize("interval", BOTH)
def test_the_seed_makes_the_interval(interval: Callable):
    x = np.arange(50.0)
    assert interval(mean, x, resamples=20) == interval(mean, x, resamples=20)
    assert interval(mean, x, resamples=20) != interval(mean, x, resamples=20, seed=1)


@pytest.mark.parametrize("interval", BOTH)
def test_figures_by_name_come_from_the_same_draws(interval: Callable):
    x = np.random.default_rng(4).exponential(size=200)
    found = interval(lambda a: {"mean": mean(a), "twice": 2 * mean(a)}, x)
    assert found["mean"] == interval(mean, x)
    np.testing.assert_allclose(found["twice"], 2 * np.array(found["mean"]), rtol=1e-12)


def kinds(x: np.ndarray) -> float:
    return float(len(np.unique(x)))


def test_a_figure_with_bias_lies_in_its_own_interval():
    """Of 200 different samples a draw holds 126: percentiles would miss 200 by far."""
    x = np.arange(200)
    low, high = bootstrap_interval(kinds, x)
    assert low <= 200 <= high
    assert 10 < high - low < 30


def test_the_bootstrap_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    intervals = [bootstrap_interval(mean, rng.exponential(size=60)) for _ in range(200)]
    held = np.mean([low <= 1 <= high for low, high in intervals])
    assert 0.88 <= held <= 0.98  # .93 for a skewed mean; the standard error is .018


def test_no_sample_is_drawn_twice_in_a_subsample():
    def copies(x: np.ndarray) -> float:
        return len(x) - kinds(x)

    x = np.arange(300)
    assert subsample_interval(copies, x) == (0, 0)
    assert bootstrap_interval(copies, x) != (0, 0)


def test_exact_w1_of_subsamples_spreads_as_w1_does():
    """The expectation of W1 at this N, in four dimensions where it is mostly bias."""
    rng = np.random.default_rng(6)

    def draw() -> tuple[np.ndarray, np.ndarray]:
        return rng.standard_normal((60, 4)), 1.5 * rng.standard_normal((60, 4)) + 0.5

    expected = np.mean([exact_wasserstein1(*draw()) for _ in range(400)])
    held = 0
    for _ in range(100):
        low, high = subsample_interval(exact_wasserstein1, *draw(), resamples=40)
        held += low <= expected <= high
    assert 84 <= held <= 99  # 40 resamples know their quantiles to a few percent


def test_prdc_of_subsamples_spreads_as_prdc_does():
    rng = np.random.default_rng(7)

    def draw() -> tuple[np.ndarray, np.ndarray]:
        return rng.standard_normal((200, 3)), rng.standard_normal((200, 3)) + 0.7

    values = [prdc(*draw()) for _ in range(60)]
    found = [subsample_interval(prdc, *draw(), resamples=40) for _ in range(8)]
    for name in values[0]:
        true = 2 * 1.96 * np.std([v[name] for v in values])
        width = np.mean([f[name].high - f[name].low for f in found])
        assert 0.65 < width / true < 1.6, name


@pytest.mark.parametrize("interval", BOTH)
@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        ([np.zeros(9)], {"resamples": 19}, "resamples is 19"),
        ([np.zeros(9)], {"level": 95}, "level is 95"),
        ([], {}, "at least one array"),
        ([np.zeros(9), np.zeros(0)], {}, "none empty"),
    ],
)
def test_refusals(interval, arrays, options, message):
    with pytest.raises(ValueError, match=message):
        interval(mean, *arrays, **options)


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5, 0.05, 0.98])
def test_refuses_fractions_that_draw_none_or_all(fraction: float):
    with pytest.raises(ValueError, match="of 20 samples|fraction is"):
        subsample_interval(mean, np.zeros(20), fraction=fraction)


def test_two_samples_have_no_subsample():
    with pytest.raises(ValueError, match="to leave one"):
        subsample_interval(mean, np.array([0.0, 10.0]))
