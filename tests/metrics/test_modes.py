import numpy as np
import pytest

from wgan_jax.data import load
from wgan_jax.metrics import mode_coverage

CENTERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


def test_counts_by_hand():
    samples = np.array([[0.0, 0.29], [1.0, 0.31], [0.0, 1.0], [0.01, 1.0]])
    result = mode_coverage(samples, CENTERS, 0.1)
    # (0, .29) is within .3 of (0, 0); (1, .31) is not within .3 of (1, 0).
    assert result["modes"] == 2
    assert result["high_quality"] == 0.75
    shares = np.array([0.25, 0.25, 0.5])
    assert result["reverse_kl"] == pytest.approx(np.sum(shares * np.log(4 * shares)))


@pytest.mark.parametrize(("strays", "counted"), [(1, 1), (2, 2)])
def test_a_stray_sample_covers_a_mode_but_is_no_percent(strays: int, counted: int):
    """Of 200 samples 1 % are 2; samples that are not good do not count for a mode."""
    samples = np.repeat(CENTERS[:1], 200, axis=0)
    samples[:strays] = CENTERS[1]
    samples[-120:] = CENTERS[2] + np.array([0.0, 0.31])  # nearest, but too far
    result = mode_coverage(samples, CENTERS, 0.1)
    assert result["modes"] == 2
    assert result["modes_one_percent"] == counted


def test_extremes():
    everywhere = mode_coverage(np.repeat(CENTERS, 3, axis=0), CENTERS, 0.1)
    assert everywhere == {
        "modes": 4,
        "modes_one_percent": 4,
        "high_quality": 1.0,
        "reverse_kl": 0.0,
    }
    collapsed = mode_coverage(np.zeros((7, 2)), CENTERS, 0.1)
    assert collapsed["modes"] == 1
    assert collapsed["reverse_kl"] == pytest.approx(np.log(4))


@pytest.mark.parametrize(("name", "modes"), [("ring8", 8), ("grid25", 25)])
def test_the_data_cover_their_own_modes(name: str, modes: int):
    data = load(name)
    assert data.centers is not None
    assert data.std is not None
    result = mode_coverage(data.test, data.centers, data.std)
    assert result["modes"] == modes
    # P(|x| > 3 std) in two dimensions is exp(-9/2) = .0111.
    assert result["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=0.004)
    assert 0 <= result["reverse_kl"] < 0.003


@pytest.mark.parametrize(
    ("samples", "std"), [(np.zeros((3, 3)), 0.1), (np.zeros((0, 2)), 0.1), (CENTERS, 0)]
)
def test_refuses_what_it_cannot_measure(samples: np.ndarray, std: float):
    with pytest.raises(ValueError, match="shape|std"):
        mode_coverage(samples, CENTERS, std)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["samples", "centers"])
def test_numbers_that_are_not_finite_are_refused_with_their_count(name, bad):
    # NaN compares false with every distance: it would count as a sample of mode 0.
    arrays = {"samples": CENTERS.copy(), "centers": CENTERS.copy()}
    arrays[name][[0, 2], 1] = bad
    with pytest.raises(ValueError, match=f"{name} holds 2 points with NaN or inf"):
        mode_coverage(**arrays, std=0.1)


@pytest.mark.parametrize("std", [0.0, -1.0, np.nan, np.inf])
def test_a_spread_that_is_no_positive_number_is_refused(std):
    with pytest.raises(ValueError, match="a finite number and greater than 0"):
        mode_coverage(CENTERS, CENTERS, std)
