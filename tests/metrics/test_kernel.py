import numpy as np
import pytest

from wgan_jax.metrics import distances, kernel_distance, kernel_distance_interval


def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x @ y.T / x.shape[1] + 1) ** 3


def test_three_points_by_hand():
    x, y = np.array([[0.0], [1.0]]), np.array([[0.0], [2.0], [3.0]])
    # Pairs of x: k(0, 1) = 1. Of y: k(0, 2) = k(0, 3) = 1, k(2, 3) = 343: mean 115.
    # Between: k(0, .) = 1, 1, 1; k(1, .) = 1, 27, 64: mean 95 / 6. The diagonals, with
    # k(2, 2) = 125 and k(3, 3) = 1000, are left out.
    assert kernel_distance(x, y) == pytest.approx(1 + 115 - 2 * 95 / 6, abs=1e-9)


def test_products_are_divided_by_the_dimension():
    x, y = np.eye(2) * 2, np.eye(2)
    # k(2 e_i, e_i) = (2 / 2 + 1)^3 = 8, and 1 between different axes.
    assert kernel_distance(x, y) == pytest.approx(1 + 1 - 2 * (8 + 1) / 2, abs=1e-12)


def test_it_is_negative_where_the_unbiased_estimate_is():
    x = np.array([[-1.0], [1.0], [3.0]])
    assert kernel_distance(x, x) < -1


def test_it_is_unbiased():
    """Sets from one distribution: 0 on average, unlike with the diagonal."""
    rng = np.random.default_rng(0)
    values = [
        kernel_distance(rng.standard_normal((20, 3)), rng.standard_normal((20, 3)))
        for _ in range(200)
    ]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * error
    assert error < 0.04  # the diagonal would add 1.1


def test_it_equals_the_matrices_block_by_block(monkeypatch):
    monkeypatch.setattr(distances, "_PAIRS_AT_ONCE", 40)  # blocks of 2 to 7 rows
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((13, 4)), rng.standard_normal((17, 4)) + 0.5
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    within = (xx.sum() - np.trace(xx)) / (13 * 12) + (yy.sum() - np.trace(yy)) / (
        17 * 16
    )
    assert kernel_distance(x, y) == pytest.approx(within - 2 * xy.mean(), rel=1e-12)
    assert kernel_distance(y, x) == pytest.approx(kernel_distance(x, y), rel=1e-12)


def test_float32_features_are_not_summed_in_float32():
    """Kernel values near 1e9, and a difference of a few thousand."""
    rng = np.random.default_rng(2)
    x = (30 + rng.standard_normal((200, 2))).astype(np.float32)
    y = (30 + rng.standard_normal((200, 2))).astype(np.float32)
    exact = kernel_distance(x.astype(np.float64), y.astype(np.float64))
    assert kernel_distance(x, y) == exact


def by_leaving_out(x: np.ndarray, y: np.ndarray) -> float:
    without_x = [kernel_distance(np.delete(x, i, 0), y) for i in range(len(x))]
    without_y = [kernel_distance(x, np.delete(y, i, 0)) for i in range(len(y))]
    return sum(float((len(v) - 1) * np.var(v)) for v in (without_x, without_y))


def test_the_interval_is_the_jackknifes():
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((7, 2)), rng.standard_normal((9, 2)) + 1
    low, high = kernel_distance_interval(x, y, level=0.95)
    assert (low + high) / 2 == pytest.approx(kernel_distance(x, y), rel=1e-9)
    expected = 2 * 1.959964 * np.sqrt(by_leaving_out(x, y))
    assert high - low == pytest.approx(expected, rel=1e-5)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Against the naive bootstrap, whose copies would shift it upwards."""
    rng = np.random.default_rng(4)

    def draw(count: int) -> tuple[np.ndarray, np.ndarray]:
        return rng.standard_normal((count, 2)), rng.standard_normal((count, 2)) + 0.5

    truth = np.mean([kernel_distance(*draw(400)) for _ in range(40)])
    intervals = [kernel_distance_interval(*draw(80)) for _ in range(120)]
    held = np.mean([low <= truth <= high for low, high in intervals])
    assert 0.86 <= held <= 0.995  # two standard errors of .95 at 120 draws: .04


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((1, 2)), "N >= 2"),
        (np.zeros((3, 1)), "need the same d"),
        (np.full((3, 2), np.inf), "x holds 3 points with NaN or infinity"),
    ],
)
def test_refusals(x, message):
    with pytest.raises(ValueError, match=message):
        kernel_distance(x, np.zeros((4, 2)))


def test_refusals_of_the_interval():
    x = np.zeros((3, 2))
    with pytest.raises(ValueError, match="N >= 3"):
        kernel_distance_interval(x[:2], x)
    with pytest.raises(ValueError, match="level is 95"):
        kernel_distance_interval(x, x, level=95)
