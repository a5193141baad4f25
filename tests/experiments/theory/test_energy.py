"""Best energies by hand, and an objective in EBGAN's place."""

import numpy as np
import pytest

from experiments.theory import energy
from wgan_jax.objectives import wasserstein
from wgan_jax.objectives.losses import energy_based


def test_best_energies_by_hand():
    p, q = np.array([0.8, 0.2, 0.0]), np.array([0.0, 0.6, 0.4])
    energies = energy.optimal_energies(p, q, margin=2.0)
    assert energies[0] == pytest.approx(0, abs=1e-9)
    assert energies[1] >= 2 - 1e-9
    assert energies[2] >= 2 - 1e-9


@pytest.mark.parametrize(("margin", "a"), [(1.0, 0.0), (1.0, 0.3), (2.5, 0.8)])
def test_the_best_value_is_the_margin_times_the_overlap(margin, a):
    value, variation = energy.optimal_value(margin, 10, a)
    assert variation == pytest.approx(a, abs=1e-12)
    assert value == pytest.approx(margin * (1 - a), abs=1e-9)


def test_another_objective_has_another_value(monkeypatch):
    monkeypatch.setattr(energy, "energy_based", lambda margin: wasserstein())
    value, _ = energy.optimal_value(1.0, 10, 0.3)
    assert abs(value - 0.7) > 0.1


def test_a_margin_that_is_not_the_programmes_is_noticed(monkeypatch):
    monkeypatch.setattr(energy, "energy_based", lambda m: energy_based(1.5 * m))
    value, _ = energy.optimal_value(1.0, 10, 0.3)
    assert abs(value - 0.7) > 0.1
