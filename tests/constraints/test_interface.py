"""The noise that an update offers, and penalties that nobody here has written."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from tests.games import Game, by_hand, play, samples
from wgan_jax import parallel
from wgan_jax.config import Config
from wgan_jax.constraints import Constraint, Noise, gradient_penalty_at
from wgan_jax.constraints.interface import sample_norms
from wgan_jax.parallel.collective import Collective
from wgan_jax.training.dispatch import Work, make_dispatch
from wgan_jax.training.state import init_state

pytestmark = pytest.mark.usefixtures("several_devices")

KEY = jax.random.key(3)


@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_shares_of_the_noise_are_the_global_noise_in_order(kind):
    whole = getattr(Noise(KEY), kind)((8, 3))
    collective = Collective("i", 4)

    def share(rank):
        noise = Noise(KEY, 4, collective.shard)
        return getattr(noise, kind)((2, 3))

    shares = jax.pmap(share, axis_name="i", devices=jax.devices()[:4])(jnp.arange(4))
    np.testing.assert_allclose(np.asarray(shares).reshape(8, 3), whole, rtol=1e-6)


def test_draws_have_the_laws_they_are_named_after():
    uniform = np.asarray(Noise(KEY).uniform((4000,)))
    normal = np.asarray(Noise(KEY).normal((4000,)))
    assert stats.kstest(uniform, "uniform").pvalue > 0.01
    assert stats.kstest(normal, "norm").pvalue > 0.01


def test_folded_noise_is_independent_and_a_source_repeats_itself():
    noise = Noise(KEY)
    first, again, other = (n.normal((4000,)) for n in (noise, noise, noise.fold(1)))
    np.testing.assert_array_equal(first, again)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.06  # 4 sd of 1 / sqrt(4000)


def dragan(weight: float) -> Constraint:
    """Kodali et al. 2017, arXiv 1705.07215: the penalty near real samples alone."""

    def add(apply, params, real, fake, noise):
        shift = 0.5 * real.std() * noise.uniform(real.shape)
        cost = gradient_penalty_at(apply, params, real + shift)
        return weight * cost, {"penalty_near_data": cost}

    return Constraint("dragan", penalty=add, per_sample=True)


def test_a_penalty_on_perturbed_real_samples_needs_no_change_to_the_updates():
    """And makes the same step on one device and on two, noise included."""
    recipe = by_hand(dragan(10.0))
    state = init_state(recipe, jax.random.key(0), (2,))
    game = Game(Config(), recipe, state, samples((2,)))
    alone = play(jax.jit(make_dispatch(recipe)), game, 1)
    # The linear critic's gradient is (3, 4) everywhere: (5 - 1)^2.
    assert float(alone.metrics["penalty_near_data"][0]) == pytest.approx(16, rel=1e-5)

    row = jax.devices()[:2]
    dispatch = make_dispatch(recipe, parallel.collective_for(row))
    copies, data = (parallel.replicate(x, row) for x in (state, game.data))
    reads = np.random.default_rng(1).integers(0, 64, (3, 1, 8), np.int32)
    work = Work(jax.random.key(7), reads, np.full(3, 1, np.int32), np.int32(1))
    flags = parallel.host_flags([0, 0], row)
    both = parallel.compile_pmap(dispatch, row)(copies, data, flags, work)
    kernel = parallel.fetch(both.state).critic.params["kernel"]
    expected = alone.state.critic.params["kernel"]
    np.testing.assert_allclose(kernel, expected, rtol=1e-5)


def test_a_norm_that_is_no_number_stays_none():
    norms = sample_norms(jnp.array([[0.0, 0.0], [3.0, 4.0], [jnp.nan, 1.0]]))
    assert norms[:2].tolist() == [0, 5]
    assert jnp.isnan(norms[2])
