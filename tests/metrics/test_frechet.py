import numpy as np
import pytest

from wgan_jax.metrics import frechet_distance, frechet_distance_interval


def spread(*values: float) -> np.ndarray:
    """Points with mean 0 and exactly these variances (ddof = 1), uncorrelated."""
    dim = len(values)
    points = np.concatenate([np.eye(dim), -np.eye(dim)])
    # The column i holds +-1 once each: sum of squares 2, over N - 1 = 2 dim - 1.
    return points * np.sqrt(np.array(values) * (2 * dim - 1) / 2)


def test_gaussians_in_closed_form():
    """|m|^2 + sum (s1 - s2)^2 for covariances that commute."""
    x, y = spread(4.0, 1.0, 9.0), spread(1.0, 1.0, 16.0) + np.array([0.0, 2.0, 1.0])
    expected = 5 + (2 - 1) ** 2 + 0 + (3 - 4) ** 2
    assert frechet_distance(x, y) == pytest.approx(expected, abs=1e-9)


def test_covariances_are_unbiased():
    # Variances 2 and 0 with ddof = 1; with ddof = 0 the distance would be 1.
    x, y = np.array([[-1.0], [1.0]]), np.zeros((2, 1))
    assert frechet_distance(x, y) == pytest.approx(2, abs=1e-12)


def test_covariances_that_do_not_commute():
    """The trace of the root of S1 S2, from its eigenvalues."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((300, 4)) @ rng.standard_normal((4, 4))
    y = rng.standard_normal((200, 4)) @ rng.standard_normal((4, 4)) + 1
    first, second = np.cov(x.T), np.cov(y.T)
    root = np.sqrt(np.linalg.eigvals(first @ second).real).sum()
    apart = np.square(x.mean(0) - y.mean(0)).sum()
    expected = apart + np.trace(first + second) - 2 * root
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-9)


def test_fewer_samples_than_features():
    """Singular covariances: the same set turned by a rotation R in the first plane."""
    rng = np.random.default_rng(1)
    x = np.zeros((5, 40))
    x[:, :2] = rng.standard_normal((5, 2)) * np.array([3.0, 1.0])
    y = x.copy()
    y[:, 0], y[:, 1] = -x[:, 1], x[:, 0]
    in_plane = frechet_distance(x[:, :2], y[:, :2])
    assert in_plane > 0.5
    assert frechet_distance(x, y) == pytest.approx(in_plane, abs=1e-9)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)


def test_it_is_symmetric_and_only_squared_units_scale_it():
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((30, 3)), 2 * rng.standard_normal((20, 3)) + 1
    value = frechet_distance(x, y)
    assert frechet_distance(y, x) == pytest.approx(value, rel=1e-12)
    assert frechet_distance(3 * x, 3 * y) == pytest.approx(9 * value, rel=1e-12)


def test_equals_pot():
    ot = pytest.importorskip("ot", reason="extra `dev`: pot")
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((90, 5)), 2 * rng.standard_normal((80, 5)) + 1
    theirs = ot.gaussian.bures_wasserstein_distance(
        x.mean(0), y.mean(0), np.cov(x.T), np.cov(y.T)
    )
    assert frechet_distance(x, y) == pytest.approx(float(theirs) ** 2, rel=1e-9)


def test_small_spreads_far_from_the_origin_survive():
    """In float32 the mean of numbers near 4096 is wrong by more than their spread."""
    x = (4096 + spread(1.0, 4.0) / 64).astype(np.float32)
    y = (4096 + spread(9.0, 4.0) / 64).astype(np.float32)
    assert frechet_distance(x, y) == pytest.approx(4 / 64**2, rel=0.05)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((1, 2)), "N >= 2"),
        (np.zeros((3, 1)), "need the same d"),
        (np.full((3, 2), np.nan), "x holds 3 points with NaN"),
        (np.zeros((2, 2, 2)), "shape"),
        (np.zeros((2, 0)), "shape"),
    ],
)
def test_refusals(x, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(x, np.zeros((4, 2)))


def test_the_interval_by_hand():
    """In one dimension the distance is (m1 - m2)^2 + (s1 - s2)^2.

    Its derivative along c = u - m1, u a point of x: 2 (m1 - m2) c + (1 - s2 / s1) c^2.
    """
    x, y = np.array([[-2.0], [0.0], [5.0]]), np.array([[1.0], [3.0]])
    (s, t), (c, e) = (np.sqrt(13), np.sqrt(2)), (x - 1, y - 2)
    moves_x = 2 * (1 - 2) * c + (1 - t / s) * c**2
    moves_y = 2 * (2 - 1) * e + (1 - s / t) * e**2
    variance = np.var(moves_x, ddof=1) / 3 + np.var(moves_y, ddof=1) / 2
    low, high = frechet_distance_interval(x, y)
    assert (low + high) / 2 == pytest.approx(frechet_distance(x, y), abs=1e-9)
    assert high - low == pytest.approx(2 * 1.959964 * np.sqrt(variance), rel=1e-6)


def test_the_influence_is_the_derivative():
    """Of the distance with the weight of one sample raised, against differences."""
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((40, 3)), 2 * rng.standard_normal((50, 3)) + 0.5
    value = frechet_distance(x, y)
    low, high = frechet_distance_interval(x, y)
    assert low < value < high
    assert high - low == pytest.approx(width_by_leaving_out(x, y), rel=0.1)


def width_by_leaving_out(x: np.ndarray, y: np.ndarray) -> float:
    """Of the jackknife's interval: leaving out i moves by -influence / N, about."""
    moved = (
        [frechet_distance(np.delete(x, i, 0), y) for i in range(len(x))],
        [frechet_distance(x, np.delete(y, i, 0)) for i in range(len(y))],
    )
    variance = sum(float((len(m) - 1) * np.var(m)) for m in moved)
    return 2 * 1.96 * variance**0.5


def test_the_influence_where_each_set_lacks_a_direction():
    """The map between the Gaussians is not defined along the first and the last."""
    rng = np.random.default_rng(7)
    x, y = rng.standard_normal((60, 3)), 2 * rng.standard_normal((60, 3)) + 0.5
    x[:, 2], y[:, 0] = 0, 0
    low, high = frechet_distance_interval(x, y)
    assert high - low == pytest.approx(width_by_leaving_out(x, y), rel=0.1)


def test_the_interval_of_singular_covariances():
    """Directions that no sample has, and more features than samples, add nothing."""
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((30, 2)), rng.standard_normal((30, 2)) + 1
    padded = [np.pad(side, ((0, 0), (0, 50))) for side in (x, y)]
    np.testing.assert_allclose(
        frechet_distance_interval(*padded), frechet_distance_interval(x, y), rtol=1e-6
    )
    constant = np.ones((5, 2))
    assert frechet_distance_interval(constant, constant) == (0, 0)


def test_the_interval_is_as_wide_as_the_distance_spreads():
    rng = np.random.default_rng(6)

    def draw() -> tuple[np.ndarray, np.ndarray]:
        return rng.standard_normal((200, 8)), 1.3 * rng.standard_normal((200, 8)) + 0.2

    spread = np.std([frechet_distance(*draw()) for _ in range(300)])
    intervals = [frechet_distance_interval(*draw()) for _ in range(20)]
    width = np.mean([high - low for low, high in intervals])
    assert width == pytest.approx(2 * 1.96 * spread, rel=0.2)


def test_the_interval_refuses_no_level():
    with pytest.raises(ValueError, match="level is 1"):
        frechet_distance_interval(np.zeros((2, 1)), np.ones((2, 1)), level=1)
