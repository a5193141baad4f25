import numpy as np
import pytest

from wgan_jax.metrics import authenticity, data_copying, distances, nearest_neighbors


def normal(count: int, dim: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dim))


def test_neighbours_by_hand():
    train = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 0.0]])
    found, indices = nearest_neighbors(np.array([[3.0, 4.0], [-1.0, 0.0]]), train)
    np.testing.assert_allclose(found, [4.0, 1.0], atol=1e-12)
    assert indices.tolist() == [1, 0]  # the first of equals


def test_copies_are_found_at_distance_zero(monkeypatch):
    """Far from the origin, in float32, and block by block."""
    monkeypatch.setattr(distances, "_PAIRS_AT_ONCE", 100)
    train = (4096 + normal(40)).astype(np.float32)
    found, indices = nearest_neighbors(train[5:30], train)
    assert found.dtype == np.float32
    assert (found == 0).all()
    np.testing.assert_array_equal(indices, np.arange(5, 30))


def test_equals_scipy():
    from scipy.spatial.distance import cdist

    x, train = normal(30, 7), normal(50, 7, 1)
    found, indices = nearest_neighbors(x, train)
    expected = cdist(x, train)
    np.testing.assert_allclose(found, expected.min(1), rtol=1e-12)
    np.testing.assert_array_equal(indices, expected.argmin(1))


def test_authenticity_by_hand():
    train = np.array([[0.0], [1.0], [10.0]])  # their gaps to the others: 1, 1, 9
    samples = np.array([[-0.9], [-1.0], [-1.1], [18.0], [20.0]])
    # Exactly as far as the gap, -1.0, is a copy: authentic are -1.1 and 20.
    assert authenticity(samples, train) == pytest.approx(2 / 5)


def test_a_training_point_is_not_its_own_neighbour():
    """With itself its gap would be 0, and every sample but a copy authentic."""
    train = normal(50)
    assert authenticity(train, train) == 0
    assert authenticity(train + 1e-6, train) == 0
    assert authenticity(train + 100, train) == 1


def test_a_training_point_and_its_copy_are_two():
    train = np.array([[0.0], [0.0], [5.0]])
    assert authenticity(np.array([[0.1]]), train) == 1.0


def test_held_out_samples_are_mostly_authentic():
    held_out = authenticity(normal(400, 4, 1), normal(400, 4, 2))
    assert 0.4 < held_out < 0.7
    half_copied = np.concatenate([normal(200, 4, 1), normal(400, 4, 2)[:200]])
    found = authenticity(half_copied, normal(400, 4, 2))
    assert found == pytest.approx(held_out / 2, abs=0.04)


def test_copying_in_standard_deviations_by_hand():
    # U = 3 of 6 pairs and a tie's half: expectation 3, variance 2 * 3 * 6 / 12 = 3.
    found = data_copying(np.array([1.0, 4.0]), np.array([0.0, 4.0, 5.0]))
    assert found == pytest.approx((1 + 1 + 0.5 - 3) / np.sqrt(3), abs=1e-12)


def test_copying_equals_scipys_u():
    from scipy.stats import mannwhitneyu

    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 20, (2, 40)).astype(float)  # with many ties
    u = mannwhitneyu(x, y[:30]).statistic  # pyright: ignore[reportAttributeAccessIssue]
    expected = (u - 600) / np.sqrt(1200 * 71 / 12)
    assert data_copying(x, y[:30]) == pytest.approx(expected, abs=1e-12)


def test_copying_is_seen_and_so_is_distance():
    train, held_out, samples = normal(300), normal(200, seed=1), normal(200, seed=2)
    real = nearest_neighbors(held_out, train)[0]
    assert abs(data_copying(nearest_neighbors(samples, train)[0], real)) < 3
    copies = nearest_neighbors(train[:200] + 0.01, train)[0]
    assert data_copying(copies, real) < -10
    assert data_copying(nearest_neighbors(3 * samples, train)[0], real) > 5


def test_refusals():
    with pytest.raises(ValueError, match="train holds 1 point"):
        authenticity(np.zeros((2, 1)), np.zeros((1, 1)))
    with pytest.raises(ValueError, match="train holds 2 points with NaN"):
        nearest_neighbors(np.zeros((2, 1)), np.full((2, 1), np.nan))
    with pytest.raises(ValueError, match="need the same d"):
        authenticity(np.zeros((2, 1)), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="sample_distances"):
        data_copying(np.array([np.nan]), np.zeros(2))
