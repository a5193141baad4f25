"""Gradients by quadrature against the divergences that they are the gradients of."""

import numpy as np
import pytest

from experiments.theory.shift import (
    Mixture,
    grid,
    histogram,
    log_ratio,
    share,
    shift_derivative,
    shift_gradient,
)
from wgan_jax.objectives import least_squares, minimax, non_saturating
from wgan_jax.transport import jensen_shannon, kullback_leibler

STANDARD = Mixture()
TWO = Mixture((0.3, 0.7), (-1.0, 2.0), (0.5, 1.0))
OTHER = Mixture((0.5, 0.5), (0.5, 3.0), (1.0, 0.8))
PAIRS = [(STANDARD, STANDARD.moved(2)), (STANDARD, STANDARD.moved(6)), (TWO, OTHER)]


def test_a_histogram_sums_to_one_and_has_the_mixtures_mean():
    places = grid(TWO)
    probabilities = histogram(TWO.moved(0.5), places)
    assert probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert probabilities @ places == pytest.approx(0.3 * -1 + 0.7 * 2 + 0.5, abs=1e-9)


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_minimax_gradient_at_the_optimum_is_that_of_twice_the_jsd(p, q):
    wanted = 2 * shift_derivative(jensen_shannon, p, q)
    found = shift_gradient(minimax(), log_ratio(p, q), q)
    assert found == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_log_d_gradient_is_that_of_kl_less_twice_the_jsd(p, q):
    """Arjovsky & Bottou 2017, theorem 2.5."""
    wanted = shift_derivative(kullback_leibler, p, q)
    wanted -= 2 * shift_derivative(jensen_shannon, p, q)
    found = shift_gradient(non_saturating(), log_ratio(p, q), q)
    assert found == pytest.approx(wanted, abs=1e-5)


def test_kl_of_shifted_normals_has_the_derivative_s():
    q = STANDARD.moved(3)
    assert shift_derivative(kullback_leibler, STANDARD, q) == pytest.approx(3, abs=1e-6)


def test_least_squares_gradient_by_a_sum():
    q = STANDARD.moved(2)
    places = np.linspace(-8, 10, 20001)
    density = np.exp(-((places - 2) ** 2) / 2) / np.sqrt(2 * np.pi)
    optimum = 1 / (1 + np.exp(2 * places - 2))
    slope = np.gradient(optimum, places)
    wanted = np.trapezoid(density * (optimum - 1) * slope, places)
    found = shift_gradient(least_squares(), share(STANDARD, q), q)
    assert found == pytest.approx(wanted, abs=1e-6)
