import numpy as np
import pytest

from wgan_jax.transport import assignment, wasserstein1_1d


def test_costs_by_hand():
    assert wasserstein1_1d(np.array([3.0, 0.0]), np.array([1.0, 2.0])) == 1.0
    # One point against two: half of it goes each way.
    assert wasserstein1_1d(np.array([0.0]), np.array([-1.0, 3.0])) == 2.0
    # |F^-1 - G^-1| is 0 on [0, 1/3], 1 up to 1/2, 0 up to 2/3 and 4 on the last third.
    assert wasserstein1_1d(
        np.array([0.0, 1.0]), np.array([0.0, 1.0, 5.0])
    ) == pytest.approx(1.5, abs=1e-12)


def test_a_shift_costs_its_length():
    x = np.random.default_rng(0).standard_normal(1000)
    assert wasserstein1_1d(x, x[::-1] - 0.75) == pytest.approx(0.75, abs=1e-12)


def test_equals_the_matching_of_the_same_points():
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal(80), rng.exponential(size=80)
    matched = assignment(x[:, None], y[:, None])[1]
    assert wasserstein1_1d(x, y) == pytest.approx(matched, abs=1e-12)


@pytest.mark.parametrize(("n", "m"), [(7, 7), (6, 4), (5, 9), (1, 8), (12, 1)])
def test_equals_scipy_for_any_two_sizes(n: int, m: int):
    from scipy.stats import wasserstein_distance

    rng = np.random.default_rng(n)
    x, y = rng.standard_normal(n), rng.standard_normal(m)
    assert wasserstein1_1d(x, y) == pytest.approx(wasserstein_distance(x, y), abs=1e-12)


def test_two_sizes_cost_what_their_copies_cost():
    """Each number repeated is the same distribution."""
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal(6), rng.standard_normal(9)
    repeated = wasserstein1_1d(np.repeat(x, 3), np.repeat(y, 2))
    assert wasserstein1_1d(x, y) == pytest.approx(repeated, abs=1e-12)


def test_small_gaps_far_from_the_origin_survive():
    x = np.array([1e6, 1e6 + 1], np.float32)
    assert wasserstein1_1d(x, x + np.float32(0.0625)) == pytest.approx(0.0625, abs=1e-9)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 1)), "shape"),
        (np.zeros(0), "N >= 1"),
        (np.array([np.nan, 0.0]), "x holds 1 numbers"),
        (np.array([np.inf]), "NaN or infinite"),
    ],
)
def test_refuses_what_has_no_distance(x, message):
    with pytest.raises(ValueError, match=message):
        wasserstein1_1d(x, np.zeros(2))
