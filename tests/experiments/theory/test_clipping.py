"""Shares, weights and depth by hand, and what breaks the claims."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.critics import DenseCritic, critic_recipe, init_critic, uniform_params
from experiments.theory import clipping as experiment
from experiments.theory import clipping_depth as depth
from experiments.theory import clipping_weights as weights
from wgan_jax.constraints import unconstrained
from wgan_jax.objectives import wasserstein
from wgan_jax.training.optimizers import adam

KEY = jax.random.key(2)


def test_a_default_start_has_its_weights_at_the_bound_before_any_training():
    start = uniform_params({"kernel": jnp.zeros((200, 200))}, KEY, 0.01)
    default = {"kernel": start["kernel"] * 512**-0.5 / 0.01}
    assert weights.at_bound(start, 0.01) == pytest.approx(0.01, abs=0.003)
    assert weights.at_bound(default, 0.01) == pytest.approx(0.776, abs=0.01)
    claims = weights.weight_claims(0.01, 0.35, default, default)
    # It would look trained at the start: the claim on the start says so.
    assert [claim.holds for claim in claims] == [False, True, True]


def test_the_histogram_holds_every_weight():
    params = {"kernel": jnp.array([-0.01, 0.0, 0.01]), "bias": jnp.array([0.0])}
    shares = weights.histogram(params, 0.01)
    assert sum(shares) == pytest.approx(1)
    assert (shares[0], shares[20], shares[-1]) == (0.25, 0.5, 0.25)


@pytest.mark.parametrize(
    ("shares", "holds"),
    [
        ({"clip": 0.5, "gp": 0.65, "lp": 0.85}, [True] * 4),
        ({"clip": 0.65, "gp": 0.55, "lp": 0.85}, [False, False, True, False]),
        # Above 1 no value over a slope can lie: an estimate of W1 that is too small.
        ({"clip": 0.5, "gp": 1.1, "lp": 1.2}, [True, False, False, True]),
    ],
)
def test_shares_of_ring8(shares, holds):
    claims = experiment.share_claims(experiment.FULL, "ring8", shares)
    assert [claim.holds for claim in claims] == holds


def test_the_layers_gradients_are_those_of_the_loss():
    recipe = critic_recipe(
        DenseCritic((3, 4)), wasserstein(), unconstrained(), adam(1e-3, 0.5, 0.9)
    )
    params = init_critic(recipe, KEY, 2).critic.params
    norms = depth.layer_norms(recipe, params, count=5)
    assert norms.shape == (2,)
    # Scores are linear in the last layer's output: every sample's gradient is w / 5.
    last = np.linalg.norm(params["Dense_2"]["kernel"]) / 5 * np.sqrt(10)
    assert norms[1] == pytest.approx(last, rel=1e-5)
    assert 0 < norms[0] < norms[1]


def test_the_law_of_depth_by_hand():
    assert depth.predicted_decades(0.0625, 512, 12) == pytest.approx(0, abs=1e-12)
    assert depth.predicted_decades(0.1, 200, 3) == pytest.approx(0, abs=1e-12)
    assert depth.predicted_decades(0.01, 200, 3) == pytest.approx(-2, abs=1e-12)
    assert depth.decades(np.array([1e-3, 1, 10])) == pytest.approx(-4)
    assert np.isnan(depth.decades(np.array([0.0, 1.0])))


def test_weights_that_are_not_at_the_bounds_break_the_law(monkeypatch):
    settings = depth.Deep(width=64, limits=(0.1768,), steps=0)
    assert [c.holds for c in depth.deep_claims(settings, {})] == [True]
    monkeypatch.setattr(jnp, "sign", lambda leaf: leaf / 0.1768)  # U(-c, c) instead
    assert [c.holds for c in depth.deep_claims(settings, {})] == [False]
