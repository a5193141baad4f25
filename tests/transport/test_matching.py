import numpy as np
import pytest

from wgan_jax.transport import assignment


def test_matches_by_hand():
    # Greedy would take 0 -> 1 (distance 1) and leave 2 -> -9: mean 6. Optimal: mean 5.
    indices, cost = assignment(np.array([[0.0], [2.0]]), np.array([[1.0], [-9.0]]))
    assert indices.tolist() == [1, 0]
    assert cost == 5.0  # (9 + 1) / 2: the mean distance, not the sum


def test_finds_a_hidden_permutation():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 3))
    hidden = rng.permutation(50)
    indices, cost = assignment(x[hidden], x)
    np.testing.assert_array_equal(indices, hidden)
    assert cost == 0.0


def test_the_euclidean_distance_is_the_cost():
    # Squared distances prefer 1 + 1.25 to 4.25 + 0; distances 2.06 + 0 to 1 + 1.12.
    x = np.array([[0.0, 0.0], [1.0, 0.0]])
    y = np.array([[1.0, 0.0], [2.0, 0.5]])
    indices, cost = assignment(x, y)
    assert indices.tolist() == [1, 0]
    assert cost == pytest.approx(np.sqrt(4.25) / 2, abs=1e-12)


def test_nearby_points_far_from_the_origin_keep_their_distance():
    """|x|^2 + |y|^2 - 2 x.y in float32 has a spacing of 1 at 4096^2: all would be 0."""
    rng = np.random.default_rng(1)
    x = (4096 + rng.uniform(0, 0.1, (30, 2))).astype(np.float32)
    shift = np.array([0.125, 0.0], np.float32)
    _, cost = assignment(x, x + shift)
    assert cost == pytest.approx(0.125, abs=1e-9)


def test_equals_the_exact_plan_of_pot():
    ot = pytest.importorskip("ot", reason="extra `dev`: pot")
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((60, 5)), 0.5 + 2 * rng.standard_normal((60, 5))
    uniform = np.full(60, 1 / 60)
    theirs = ot.emd2(uniform, uniform, ot.dist(x, y, metric="euclidean"))
    assert assignment(x, y)[1] == pytest.approx(float(theirs), rel=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((3, 2)), np.zeros((4, 2)), "3 points and y 4"),
        (np.zeros((3, 2)), np.zeros((3, 1)), "need the same d"),
        (np.zeros(3), np.zeros((3, 1)), r"x has shape \(3,\)"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "N >= 1"),
        (np.zeros((2, 2)), np.full((2, 2), np.nan), "y holds 2 points with NaN"),
        (np.full((2, 2), np.inf), np.zeros((2, 2)), "x holds 2 points with NaN or inf"),
        (np.array([["a"]]), np.zeros((1, 1)), "real numbers"),
        (np.zeros((1, 1), complex), np.zeros((1, 1)), "real numbers"),
    ],
)
def test_says_what_is_wrong_with_its_points(x, y, message):
    with pytest.raises(ValueError, match=message):
        assignment(x, y)


def test_names_the_memory_before_it_takes_it():
    many = np.zeros((10_001, 1), np.float32)
    with pytest.raises(ValueError, match=r"10001 points need a matrix of 0\.8 GB"):
        assignment(many, many)
