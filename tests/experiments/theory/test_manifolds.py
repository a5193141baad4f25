"""Curves, their densities and Bayes' rule: cases by hand."""

import jax
import numpy as np
import pytest

from experiments.theory.manifolds import Ellipse, accuracy, bayes_accuracy


def test_samples_lie_on_the_curve_and_noise_has_its_spread():
    x, y = np.asarray(Ellipse(1.3, 0.75)(jax.random.key(0), 4000)).T
    np.testing.assert_allclose((x / 1.3) ** 2 + (y / 0.75) ** 2, 1, atol=1e-5)
    assert np.mean(x) == pytest.approx(0, abs=0.05)
    dots = np.asarray(Ellipse(0, 0, 0.3)(jax.random.key(0), 4000))
    np.testing.assert_allclose(dots.std(axis=0), 0.3, rtol=0.05)


def test_the_density_of_a_point_with_noise_is_the_normal_one():
    points = np.array([[0.0, 0.0], [0.3, -0.6]])
    wanted = -np.array([0, 0.45]) / (2 * 0.09) - np.log(2 * np.pi * 0.09)
    np.testing.assert_allclose(Ellipse(0, 0, 0.3).log_density(points), wanted)


def test_no_rule_tells_equal_curves_apart_and_every_rule_far_ones():
    circle = Ellipse(noise=0.3)
    assert bayes_accuracy(circle, circle, 0.1) == pytest.approx((0.5, 0), abs=1e-6)
    found, jsd = bayes_accuracy(circle, Ellipse(5, 5, 0.3), 0.1)
    assert found == pytest.approx(1, abs=1e-6)
    assert jsd == pytest.approx(np.log(2), abs=1e-6)


def test_bayes_rule_between_two_normal_densities():
    """A dot against a wider dot: the radius of equal density is known."""
    near, wide = Ellipse(0, 0, 0.3), Ellipse(0, 0, 0.6)
    square = 2 * np.log(4) / (1 / 0.09 - 1 / 0.36)
    wanted = (1 - np.exp(-square / 0.18) + np.exp(-square / 0.72)) / 2
    assert bayes_accuracy(near, wide, 0.06)[0] == pytest.approx(wanted, abs=1e-3)


def test_accuracy_weighs_both_sides_alike():
    assert accuracy([1, 1, 1, -1], [-1]) == pytest.approx(0.875)
    assert accuracy([-1.0], [1.0]) == 0
