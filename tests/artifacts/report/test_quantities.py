"""How values are written."""

import pytest

from wgan_jax.artifacts.report.quantities import interval, labelled, value, with_spread


@pytest.mark.parametrize(
    ("mean", "deviation", "words"),
    [
        (4.0, 1.41421, "4.0 ± 1.4"),
        (0.24716, 0.03492, "0.247 ± 0.035"),
        (8.0, 0.0, "8 ± 0"),
        (12_345.6, 9.87, "12,345.6 ± 9.9"),
        (12_345.6, 987.0, "12,346 ± 987"),
        (-0.00001, 3e-12, "-1e-05 ± 3e-12"),
    ],
)
def test_a_mean_has_the_digits_of_its_spread(mean, deviation, words):
    assert with_spread(mean, deviation) == words


def test_what_is_no_number_is_shown_as_it_is():
    assert value(None) == "not measured"
    assert value("n/a") == "n/a"
    assert value(True) == "True"
    assert value(8) == "8"


def test_an_interval_needs_both_ends():
    assert interval({"value": 2, "low": 1.5, "high": 2.5}) == "1.5 to 2.5"
    assert interval({"value": 2, "low": None, "high": None}) is None
    assert interval({"value": 2}) is None


def test_arrows_point_to_the_better_side():
    assert labelled("wasserstein1") == "exact W1 ↓"
    assert labelled("modes") == "modes reached ↑"
    assert labelled("something_new") == "something new"
