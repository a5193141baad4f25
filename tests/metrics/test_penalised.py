"""The reading of a penalised critic, against the optimum found by hand."""

import pytest

from wgan_jax.metrics import corrected_wasserstein1


@pytest.mark.parametrize("weight", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("distance", [0.0, 1e-9, 0.25, 1.0, 30.0])
def test_it_inverts_what_the_best_slope_reads(weight, distance):
    # The slope n that maximises n W - weight (n - 1)^2, on a fine grid about it.
    best = 1 + distance / (2 * weight)
    gain = [n * distance - weight * (n - 1) ** 2 for n in (best - 0.01, best + 0.01)]
    assert best * distance - weight * (best - 1) ** 2 > max(gain)
    reads = best * distance
    assert corrected_wasserstein1(reads, weight) == pytest.approx(distance, rel=1e-12)


def test_the_numbers_of_the_parallel_lines():
    """EVIDENCE: 1.05, .625 * 2 and 6.0 for a distance of 1 under 10, 1 and .1."""
    for weight, reads in ((10, 1.05), (1, 1.5), (0.1, 6.0)):
        assert corrected_wasserstein1(reads, weight) == pytest.approx(1, rel=1e-12)


def test_a_large_weight_leaves_the_estimate():
    assert corrected_wasserstein1(2.0, 1e12) == pytest.approx(2.0, rel=1e-9)


@pytest.mark.parametrize("estimate", [-1e-9, float("nan"), float("inf")])
def test_an_estimate_that_no_distance_gives_is_refused(estimate):
    with pytest.raises(ValueError, match="estimate is"):
        corrected_wasserstein1(estimate, 1.0)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
def test_a_weight_that_penalises_nothing_is_refused(weight):
    with pytest.raises(ValueError, match="penalty_weight is"):
        corrected_wasserstein1(1.0, weight)
