"""The law of r / eps, and that a Gaussian in its place is noticed."""

import numpy as np
import pytest

from experiments.theory import cauchy


def test_the_mean_of_ratios_is_as_spread_as_one():
    assert cauchy.mean_range(50, 4000) == pytest.approx(2, abs=0.2)


def test_gaussian_noise_breaks_every_claim_on_the_law(monkeypatch):
    def normal(key, shape):
        return np.random.default_rng(key).standard_normal(shape)

    monkeypatch.setattr(cauchy, "ratios", normal)
    claims = cauchy._ratio_claims(cauchy.QUICK)
    assert [claim.holds for claim in claims] == [False, False, False]
    assert cauchy.mean_range(100, 4000) == pytest.approx(0.135, abs=0.01)


def test_the_end_is_the_median_of_the_last_tenth():
    assert cauchy.near_end([0.0] * 18 + [4.0, 8.0]) == 6
    assert cauchy.near_end([1.0, 7.0]) == 7
