import numpy as np
import pytest

from wgan_jax.metrics import mode_shares, stacked_mnist_modes


def every_mode() -> np.ndarray:
    return np.stack(np.unravel_index(np.arange(1000), (10, 10, 10)), axis=1)


def test_every_mode_once_is_perfect():
    found = stacked_mnist_modes(every_mode())
    assert found["modes"] == 1000
    assert found["reverse_kl"] == pytest.approx(0, abs=1e-12)


def test_one_mode_is_log_1000_away():
    found = stacked_mnist_modes(np.full((26, 3), 7))
    assert found == {"modes": 1, "reverse_kl": pytest.approx(np.log(1000))}


def test_channels_are_digits_of_one_number():
    """Summed, (1, 0, 0) and (0, 1, 0) would be one mode."""
    shares = mode_shares(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [9, 9, 9]]))
    assert np.flatnonzero(shares).tolist() == [1, 10, 100, 999]
    assert shares.sum() == 1


def test_divergence_by_hand_and_in_its_direction():
    digits = np.array([[0, 0, 0]] * 3 + [[0, 0, 1]])
    reference = np.zeros(1000)
    reference[:2] = 0.5
    expected = 0.75 * np.log(0.75 / 0.5) + 0.25 * np.log(0.25 / 0.5)
    found = stacked_mnist_modes(digits, reference)["reverse_kl"]
    assert found == pytest.approx(expected, abs=1e-12)
    # Of the samples from the reference: a real mode that is not reached costs nothing
    # of its own, a sample where no real image is costs everything.
    missed = stacked_mnist_modes(digits[:3], reference)["reverse_kl"]
    assert missed == pytest.approx(np.log(2), abs=1e-12)
    invented = stacked_mnist_modes(np.array([[5, 5, 5]]), reference)
    assert invented == {"modes": 1, "reverse_kl": np.inf}


def test_perfect_samples_have_the_divergence_of_their_number():
    digits = np.random.default_rng(0).integers(0, 10, (26_000, 3))
    found = stacked_mnist_modes(digits)
    assert found["modes"] == 1000
    assert found["reverse_kl"] == pytest.approx(999 / 52_000, rel=0.1)


@pytest.mark.parametrize(
    ("digits", "message"),
    [
        (np.zeros((4, 2), int), "shape"),
        (np.zeros((0, 3), int), "N >= 1"),
        (np.full((2, 3), 10), "whole numbers 0 to 9"),
        (np.full((2, 3), -1), "whole numbers 0 to 9"),
        (np.full((2, 3), 1.5), "whole numbers 0 to 9"),
    ],
)
def test_refuses_what_no_classifier_reads(digits, message):
    with pytest.raises(ValueError, match=message):
        stacked_mnist_modes(digits)


def test_refuses_a_reference_that_is_none():
    digits = np.zeros((2, 3), int)
    with pytest.raises(ValueError, match="10 shares, but needs 1000"):
        stacked_mnist_modes(digits, np.full(10, 0.1))
    with pytest.raises(ValueError, match="reference sums to 2"):
        stacked_mnist_modes(digits, np.full(1000, 2e-3))
