from math import gamma, pi, sqrt

import numpy as np
import pytest

from wgan_jax.metrics import exact_wasserstein1, sliced_wasserstein1


def normal(count: int, dim: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dim))


def test_exact_by_hand():
    x, y = np.zeros((2, 2)), np.array([[3.0, 4.0], [0.0, 1.0]])
    assert exact_wasserstein1(x, y) == 3.0


def test_a_shift_costs_its_length():
    x = normal(100, 3)
    moved = x[::-1] + np.array([2.0, 3.0, 6.0])
    assert exact_wasserstein1(x, moved) == pytest.approx(7, abs=1e-12)


def mean_cosine(dim: int) -> float:
    """E|u_1| for u uniform on the sphere in `dim` dimensions."""
    return gamma(dim / 2) / (sqrt(pi) * gamma((dim + 1) / 2))


@pytest.mark.parametrize("dim", [2, 5, 32])
def test_a_shift_costs_its_mean_projection(dim: int):
    """Neither the largest projection nor one scaled by the dimension."""
    x = normal(20, dim)
    shift = np.zeros(dim)
    shift[-1] = 3.0
    found = sliced_wasserstein1(x, x + shift, projections=4000)
    # The standard deviation of |u_1| is below its mean: 3 / sqrt(4000) is 5 %.
    assert found == pytest.approx(3 * mean_cosine(dim), rel=0.05)


def test_sliced_on_the_line_is_exact():
    x, y = normal(50, 1), 2 * normal(50, 1, 1)
    assert sliced_wasserstein1(x, y, projections=3) == pytest.approx(
        exact_wasserstein1(x, y), abs=1e-12
    )


def test_sliced_is_below_exact_and_symmetric():
    x, y = normal(60, 4), normal(60, 4, 1) + 0.3
    sliced = sliced_wasserstein1(x, y)
    assert 0 < sliced < exact_wasserstein1(x, y)
    assert sliced_wasserstein1(y, x) == pytest.approx(sliced, abs=1e-12)


def test_its_seed_makes_the_number():
    x, y = normal(30, 6), normal(40, 6, 1)
    first = sliced_wasserstein1(x, y, projections=40)
    assert sliced_wasserstein1(x, y, projections=40) == first
    assert sliced_wasserstein1(x, y, projections=40, seed=1) != first


def test_equals_pot_for_the_same_lines():
    ot = pytest.importorskip("ot", reason="extra `dev`: pot")
    x, y = normal(30, 4), normal(45, 4, 1) + 1
    lines = np.random.default_rng(0).standard_normal((20, 4))
    lines /= np.linalg.norm(lines, axis=1, keepdims=True)
    theirs = ot.sliced_wasserstein_distance(x, y, projections=lines.T, p=1)
    assert sliced_wasserstein1(x, y, projections=20) == pytest.approx(theirs, rel=1e-9)


def test_blocks_of_lines_add_up():
    """33 lines are two blocks, of which the last is smaller."""
    x, y = normal(10, 2), normal(10, 2, 1)
    lines = np.random.default_rng(0).standard_normal((33, 2))
    lines /= np.linalg.norm(lines, axis=1, keepdims=True)
    by_hand = [np.abs(np.sort(x @ u) - np.sort(y @ u)).mean() for u in lines]
    found = sliced_wasserstein1(x, y, projections=33)
    assert found == pytest.approx(np.mean(by_hand), abs=1e-12)


def test_refusals():
    x = normal(3, 2)
    with pytest.raises(ValueError, match="projections is 0"):
        sliced_wasserstein1(x, x, projections=0)
    with pytest.raises(ValueError, match="y holds 3 points with NaN"):
        sliced_wasserstein1(x, x * np.nan)
    with pytest.raises(ValueError, match="need the same d"):
        sliced_wasserstein1(x, normal(3, 3))
