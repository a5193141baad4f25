"""A critic of slope 1 at most: by its layers, over pairs, and as a bound of W1."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax import lax

from tests.games import by_hand
from wgan_jax.constraints.interface import unconstrained
from wgan_jax.networks.lipschitz_mlp import LipschitzMLPCritic
from wgan_jax.networks.sorting import orthonormal
from wgan_jax.training.optimizers import OPTIMIZERS
from wgan_jax.training.state import init_state
from wgan_jax.training.updates import critic_update

KEY = jax.random.key(2)
STEPS, BATCH = 250, 128
RATE = optax.linear_schedule(1e-2, 0.0, STEPS)
CRITIC = LipschitzMLPCritic(32)
RECIPE = by_hand(unconstrained())._replace(
    critic=CRITIC,
    critic_optimizer=OPTIMIZERS["adam"](RATE, {"beta1": 0.5, "beta2": 0.9}),
)
# (axes along which both sides spread, shift between them), and W1 = 2 for each:
# parallel lines (example 1 of Arjovsky et al. 2017); Gaussians of equal covariance.
LINES = (0.0, 1.0), (2.0, 0.0)
GAUSSIANS = (1.0, 1.0), (1.2, 1.6)


@jax.jit
def train(axes, shift):
    """A critic's parameters, and its estimates on 100 batches after its training."""

    def update(state, key):
        fake, real = axes[None, None] * jax.random.normal(key, (2, BATCH, 2))
        return critic_update(RECIPE, state, key, real + shift[None], fake)

    keys = jax.random.split(jax.random.key(3), STEPS + 100)
    state, metrics = lax.scan(update, init_state(RECIPE, KEY, (2,)), keys)
    return state.critic.params, metrics["wasserstein_estimate"][STEPS:]


@jax.jit
def scores(params, x):
    return jnp.asarray(CRITIC.apply({"params": params}, x, train=True))


@pytest.fixture(scope="module")
def critics():
    """Parameters at the start and after training."""
    start = init_state(RECIPE, KEY, (2,)).critic.params
    return {"start": start, "trained": train(*map(jnp.array, GAUSSIANS))[0]}


@pytest.mark.parametrize("when", ["start", "trained"])
def test_no_layer_is_steeper_than_1(critics, when):
    assert len(critics[when]) == 4
    for layer in critics[when].values():
        kernel = np.asarray(orthonormal(layer["kernel"]), np.float64)
        values = np.linalg.svd(kernel, compute_uv=False)
        assert 1 - 1e-5 <= values.min() <= values.max() <= 1 + 1e-5


@pytest.mark.parametrize("when", ["start", "trained"])
def test_no_pair_of_samples_is_further_apart_in_score(critics, when):
    # Pairs at all distances, near ones too, where the largest slopes are.
    x, step = jax.random.normal(KEY, (2, 4000, 2))
    y = x + step * 10.0 ** -jnp.linspace(0, 2, 4000)[:, None]
    gaps = scores(critics[when], x) - scores(critics[when], y)
    ratios = jnp.abs(gaps) / jnp.linalg.norm(x - y, axis=1)
    assert 0.5 < float(ratios.max()) <= 1 + 1e-4


def test_training_moves_the_parameters(critics):
    start, end = (c["OrthonormalDense_1"]["kernel"] for c in critics.values())
    assert float(jnp.abs(end - start).max()) > 0.1


@pytest.mark.parametrize("pair", [LINES, GAUSSIANS], ids=["lines", "Gaussians"])
def test_the_estimate_is_a_lower_bound_that_comes_near(pair):
    found = np.asarray(train(*map(jnp.array, pair))[1])
    error = found.std(ddof=1) / len(found) ** 0.5
    assert 0.95 * 2 < found.mean() <= 2 + 3 * error


def test_each_score_is_that_of_its_sample_alone(critics):
    x = jax.random.normal(KEY, (5, 2))
    together = scores(critics["trained"], x)
    assert together.shape == (5,)
    alone = scores(critics["trained"], x[3:4])
    np.testing.assert_allclose(alone[0], together[3], rtol=1e-5)
