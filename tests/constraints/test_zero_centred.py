"""R1 and R2, DRAGAN's penalty and the Wasserstein divergence, by hand-made critics."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.constraints import Noise, divergence, perturbed_penalty, r1, r1_r2, r2
from wgan_jax.constraints.dragan import perturb
from wgan_jax.errors import UserError

NOISE = Noise(jax.random.key(3))
# A net of 2-2-1 units, ReLU between. Worked out by hand: where both units are active
# the gradient is W1 w2 = (1, 2; 0, 1) (1, -1)^T = (-1, -1), of square 2; where the
# first alone is, it is (1, 0), of square 1; where none is, 0.
NET = {
    "w1": jnp.asarray([[1.0, 2.0], [0.0, 1.0]]),
    "w2": jnp.asarray([1.0, -1.0]),
}
BOTH, FIRST, NONE = [1.0, 1.0], [1.0, -5.0], [-1.0, -1.0]


def net(params, x):
    return jax.nn.relu(x @ params["w1"]) @ params["w2"]


def cost_of(constraint, real, fake, critic=net, params=NET, noise=NOISE):
    assert constraint.penalty is not None
    cost, metrics = constraint.penalty(
        critic, params, jnp.asarray(real), jnp.asarray(fake), noise
    )
    return float(cost), {name: float(value) for name, value in metrics.items()}


@pytest.mark.parametrize(
    ("build", "expected"),
    # gamma / 2 = 3; squares 2, 1 on real samples, 0, 1 on generated ones.
    [(r1, 3 * 1.5), (r2, 3 * 0.5), (r1_r2, 3 * 2.0)],
)
def test_zero_centred_penalties_are_mean_squares_on_their_own_samples(build, expected):
    cost, metrics = cost_of(build(6.0), [BOTH, FIRST], [NONE, FIRST])
    assert cost == pytest.approx(expected, rel=1e-6)
    logged = {"r1_penalty": 1.5, "r2_penalty": 0.5}
    assert metrics == pytest.approx({name: logged[name] for name in metrics})


def test_a_flat_critic_costs_nothing_and_has_a_finite_derivative():
    def cost(params):
        added = r1_r2(1.0).penalty
        assert added is not None
        return added(net, params, jnp.ones((2, 2)), jnp.ones((2, 2)), NOISE)[0]

    value, gradient = jax.value_and_grad(cost)(jax.tree.map(jnp.zeros_like, NET))
    assert float(value) == 0
    assert all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(gradient))


def test_the_divergence_of_the_net_is_k_times_the_power_of_its_slope():
    # Between equal samples there is one point: |grad|^6 is 2^3 = 8, 1 and 0.
    points = [BOTH, FIRST, NONE]
    cost, metrics = cost_of(divergence(2.0, 6.0), points, points)
    assert cost == pytest.approx(2 * 9 / 3, rel=1e-5)
    assert metrics["divergence_penalty"] == pytest.approx(3, rel=1e-5)
    cost, _ = cost_of(divergence(1.0, 2.0), points, points)
    assert cost == pytest.approx(1, rel=1e-5)


def square(params, x):
    return jnp.sum(x**2, axis=1) / 2


def test_the_divergence_is_taken_between_the_samples():
    # The gradient of |x|^2 / 2 is x: from 0 to (1, 0) the mean of a^2 is 1/3.
    real, fake = (
        jnp.tile(jnp.asarray([[1.0, 0.0]]), (20_000, 1)),
        jnp.zeros((20_000, 2)),
    )
    cost, _ = cost_of(divergence(1.0, 2.0), real, fake, square)
    assert cost == pytest.approx(1 / 3, abs=0.01)


def test_perturbed_points_are_those_of_the_published_code():
    """x + a c std(X) u: an a for a sample, a u >= 0 for a pixel, std of the batch."""
    key = jax.random.key(1)
    real = 3 + 2 * jax.random.normal(key, (5000, 4), jnp.float32)
    moved = np.asarray(perturb(real, NOISE, 0.5) - real) / (0.5 * float(real.std()))
    assert moved.min() >= 0
    assert 0.9 < moved.max() <= 1 + 1e-5
    assert moved.mean() == pytest.approx(1 / 4, abs=0.01)  # E a E u
    # Pixels of a sample share a: E a^2 (E u)^2 = 1/12 and not 1/16.
    assert (moved[:, 0] * moved[:, 1]).mean() == pytest.approx(1 / 12, abs=0.005)


def test_the_perturbed_penalty_pulls_the_slope_to_1_around_real_samples_alone():
    cost, metrics = cost_of(
        perturbed_penalty(10.0), [[5.0, 5.0]] * 3, [NONE] * 3, params=NET
    )
    # Equal samples have no deviation, so that the points are the samples.
    assert cost == pytest.approx(10 * (2**0.5 - 1) ** 2, rel=1e-5)
    assert metrics["gradient_norm"] == pytest.approx(2**0.5, rel=1e-5)


TEXT: Any = "10"


@pytest.mark.parametrize(
    "build",
    [
        lambda: r1(0.0),
        lambda: r1_r2(float("nan")),
        lambda: perturbed_penalty(-1.0),
        lambda: perturbed_penalty(1.0, 0.0),
        lambda: divergence(0.0),
        lambda: divergence(1.0, 1.0),
        lambda: r1(TEXT),
        lambda: r1_r2(float("inf")),
    ],
)
def test_weights_out_of_range_are_refused(build):
    with pytest.raises(UserError, match="a finite number and greater than [01]"):
        build()
