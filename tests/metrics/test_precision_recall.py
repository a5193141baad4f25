import numpy as np
import pytest

from wgan_jax.metrics import distances, prdc


def column(*numbers: float) -> np.ndarray:
    return np.array(numbers)[:, None]


def test_by_hand():
    # Real balls for k = 1: 0 and 1 reach 1, 3 reaches 2: (-1, 1), (0, 2) and (1, 5).
    # The fakes reach .4, .4 and 9.1.
    found = prdc(column(0.0, 1.0, 3.0), column(0.5, 0.9, 10.0), k=1)
    assert found["precision"] == pytest.approx(2 / 3)
    # .5 and .9 are both in the balls of 0 and 1; 10 is in none: 4 of 3 k.
    assert found["density"] == pytest.approx(4 / 3)
    assert found["coverage"] == pytest.approx(2 / 3)
    # The balls (.1, .9), (.5, 1.3) and (.9, 19.1) hold the real 1 and 3, not 0.
    assert found["recall"] == pytest.approx(2 / 3)


def test_balls_are_open():
    """A fake exactly at the radius is outside, as in the paper's strict <."""
    found = prdc(column(0.0, 1.0), column(2.0, 5.0), k=1)
    assert found == {"precision": 0, "recall": 1, "density": 0, "coverage": 0}
    inside = prdc(column(0.0, 1.0), column(1.999, 5.0), k=1)
    assert inside["precision"] == 1 / 2
    # The other way round: real points at the radius of a fake are not recalled.
    assert prdc(column(2.0, 5.0), column(0.0, 1.0), k=1)["recall"] == 0
    assert prdc(column(1.999, 5.0), column(0.0, 1.0), k=1)["recall"] == 1 / 2


def test_the_kth_neighbour_is_not_the_point_itself():
    """With itself counted, k = 1 would have radius 0 and every ball be empty."""
    points = column(0.0, 1.0, 2.0)
    assert prdc(points, points, k=1)["precision"] == 1
    # k = 2: 0 reaches 2, 1 reaches 1, 2 reaches 2: 2.5 is in the ball of 2 alone.
    assert prdc(points, column(2.5, 8.0, 9.0), k=2)["density"] == pytest.approx(1 / 6)


def test_copies_are_neighbours_like_any_others():
    """Two copies make balls of radius 0 for k = 1, which hold nothing at all."""
    found = prdc(column(0.0, 0.0, 7.0, 7.0), column(0.0, 7.0), k=1)
    assert found["precision"] == 0
    assert found["coverage"] == 0
    collapsed = prdc(np.random.default_rng(0).standard_normal((9, 3)), np.zeros((8, 3)))
    assert collapsed["recall"] == 0


def test_each_argument_has_its_own_side():
    """Fakes on one of two clusters: all of them real, half of the real covered."""
    rng = np.random.default_rng(1)
    cluster = rng.standard_normal((40, 2))
    real = np.concatenate([cluster, cluster + 100])
    fake = rng.standard_normal((30, 2)) * 0.7
    found = prdc(real, fake, k=5)
    assert found["precision"] > 0.9
    assert found["coverage"] <= 0.5
    assert found["recall"] <= 0.5


@pytest.mark.parametrize("k", [1, 3, 5])
def test_equals_the_authors_package(k: int):
    theirs = pytest.importorskip("prdc", reason="extra `dev`: prdc")
    rng = np.random.default_rng(k)
    real, fake = rng.standard_normal((60, 8)), 0.9 * rng.standard_normal((50, 8))
    expected = theirs.compute_prdc(real, fake, nearest_k=k)
    found = prdc(real, fake, k)
    assert found == pytest.approx({name: float(v) for name, v in expected.items()})


def test_blocks_of_rows_change_nothing(monkeypatch):
    rng = np.random.default_rng(2)
    real, fake = rng.standard_normal((23, 4)), rng.standard_normal((17, 4))
    whole = prdc(real, fake, k=2)
    monkeypatch.setattr(distances, "_PAIRS_AT_ONCE", 7 * 23)  # 7 rows, filled up to 28
    assert prdc(real, fake, k=2) == whole
    assert prdc(real[:19], fake[:19], k=2) != whole


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_close_points_far_from_the_origin(dtype):
    """|x|^2 + |y|^2 - 2 x.y in float32 cannot see distances below 1 at 4096.

    Two tight clusters: moving them to their mean would not help either.
    """
    rng = np.random.default_rng(3)
    steps = rng.integers(-99, 99, (2, 30, 4)) / 1024
    far = np.repeat([[4096.0], [-4096.0]], 15, axis=0)
    moved = [(side + far).astype(dtype) for side in steps]
    # Apart, each cluster has the neighbours that it has on its own.
    halves = [prdc(steps[0][h], steps[1][h], k=3) for h in (slice(15), slice(15, 30))]
    expected = {name: (halves[0][name] + halves[1][name]) / 2 for name in halves[0]}
    assert prdc(*moved, k=3) == pytest.approx(expected, abs=1e-6)


def test_float64_features_are_not_rounded():
    real = 1e6 + column(0.0, 1e-3, 3e-3)
    fake = 1e6 + column(0.5e-3, 0.9e-3, 1e-2)
    assert prdc(real, fake, k=1)["precision"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("real", "fake", "k", "message"),
    [
        (np.zeros((3, 1)), np.zeros((9, 1)), 3, "k is 3, but real holds 3 points"),
        (np.zeros((9, 1)), np.zeros((5, 1)), 5, "k is 5, but fake holds 5 points"),
        (np.zeros((9, 1)), np.zeros((9, 1)), 0, "at least 1"),
        (np.zeros((9, 1)), np.zeros((9, 2)), 1, "need the same d"),
        (np.full((9, 1), np.nan), np.zeros((9, 1)), 1, "real holds 9 points with NaN"),
    ],
)
def test_refusals(real, fake, k, message):
    with pytest.raises(ValueError, match=message):
        prdc(real, fake, k)
