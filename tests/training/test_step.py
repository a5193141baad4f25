"""The step: how often each network moves, and with which samples and noise."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from scipy import stats

from tests.games import BATCH, SGD, by_hand, play, solo, tiny_game
from wgan_jax.constraints import (
    Constraint,
    clipping,
    unconstrained,
)
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step

KEY = jax.random.key(1)


def moved(before, after) -> bool:
    pairs = zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True)
    return any(not np.array_equal(a, b) for a, b in pairs)


@pytest.fixture(scope="module")
def shown():
    """What the updates of two steps are shown: {(step, update): {name: array}}."""

    def look(apply, params, real, fake, noise):
        # Zero times the scores keeps the spy a function of the parameters.
        seen = {"real": real, "fake": fake, "weights": noise.uniform((len(real),))}
        return 0 * apply(params, real).sum(), seen

    frozen = optax.set_to_zero()
    recipe = by_hand(
        Constraint("spy", penalty=look),
        generator_optimizer=frozen,
        critic_optimizer=frozen,
    )
    train_step = jax.jit(make_train_step(recipe))
    state = init_state(recipe, KEY, (2,))
    real = jnp.arange(2 * 2000, dtype=jnp.float32).reshape(2, 1000, 2)
    seen = {}
    for step in range(2):
        following, seen[step, 1] = train_step(state, KEY, real, 2)
        _, seen[step, 0] = train_step(state, KEY, real, 1)
        state = following
    return real, seen


def test_every_critic_update_of_every_step_draws_its_own_noise(shown):
    _, seen = shown
    for name in ("fake", "weights"):
        draws = [np.asarray(metrics[name]) for metrics in seen.values()]
        for i, first in enumerate(draws):
            for second in draws[:i]:
                assert np.mean(first == second) < 0.01
            assert len(np.unique(first)) > 0.99 * first.size


def test_every_critic_update_reads_its_own_samples(shown):
    real, seen = shown
    for (_, update), metrics in seen.items():
        chex.assert_trees_all_equal(metrics["real"], real[update])


def test_weights_in_the_step_are_uniform_one_a_sample(shown):
    _, seen = shown
    weights = np.concatenate([metrics["weights"] for metrics in seen.values()])
    assert weights.shape == (4000,)
    assert stats.kstest(weights, "uniform").pvalue > 0.01


def test_latents_in_the_step_are_standard_normal(shown):
    _, seen = shown
    latents = np.concatenate([metrics["fake"].ravel() for metrics in seen.values()])
    assert stats.kstest(latents, "norm").pvalue > 0.01


def test_the_generator_draws_latents_of_its_own(shown):
    _, seen = shown
    # A critic that reads x itself makes the loss the mean of the latents.
    recipe = by_hand(unconstrained())
    state = init_state(recipe, KEY, (2,))
    real = jnp.zeros((1, 1000, 2))
    metrics = jax.jit(make_train_step(recipe))(state, KEY, real)[1]
    critics = float(jnp.mean(seen[0, 0]["fake"] @ jnp.asarray([3.0, 4.0])))
    assert abs(float(metrics["generator_loss"]) + critics) > 1e-3


def test_fakes_made_ahead_are_those_made_one_batch_at_a_time():
    # Batch norm in the generator: each batch has statistics of its own.
    game = tiny_game("nsgan", "mlp", n_critic=3, **dict(SGD))
    real = jnp.asarray(game.data[: 3 * BATCH])
    real = real.reshape(3, BATCH, *real.shape[1:])
    train_step = jax.jit(make_train_step(game.recipe))
    ahead, metrics = train_step(game.state, KEY, real)
    apart, expected = train_step(game.state, KEY, real, 3)
    chex.assert_trees_all_close(metrics, expected, rtol=1e-5, atol=1e-6)
    chex.assert_trees_all_close(ahead, apart, rtol=1e-4, atol=1e-6)


def test_normalised_scores_bound_the_estimate():
    game, program = solo("gn")
    metrics = play(program, game, 1).metrics
    assert abs(float(metrics["wasserstein_estimate"][0])) <= 2
    assert 0 < float(metrics["score_magnitude"][0]) <= 1


def test_weights_are_clipped_after_every_critic_update():
    # Real - fake is about 1, the step .1: unclipped, w would move by .1 an update.
    recipe = by_hand(clipping(0.05))
    train_step = jax.jit(make_train_step(recipe))
    state = init_state(recipe, KEY, (2,))
    for updates in (1, 2):
        after, metrics = train_step(state, KEY, 4 * jnp.ones((2, BATCH, 2)), updates)
        # From (3, 4) the first update alone ends at the bound.
        chex.assert_trees_all_close(after.critic.params["kernel"], jnp.full(2, 0.05))
        assert float(metrics["clipped_fraction"]) == 1
        assert float(jnp.abs(after.critic.params["kernel"]).max()) <= np.float32(0.05)
    # The second update saw clipped weights: its estimate is that of |w| = .05.
    assert 0 < float(metrics["wasserstein_estimate"]) < 1


def test_spectral_vectors_take_one_step_each_critic_update():
    game, program = solo("sn")
    for updates in (1, 2):
        after = play(program, game, 1, counts=np.full(3, updates, np.int32)).state
        for path, entry in game.state.constraint.items():
            layer, leaf = path.split("/")
            kernel = np.asarray(game.state.critic.params[layer][leaf])
            u = np.asarray(entry["u"])
            # Kernels move little in one small step, so that both updates see this one.
            for _ in range(updates):
                u = kernel.T @ (kernel @ u)
                u /= np.linalg.norm(u)
            tolerance = 1e-5 if updates == 1 else 0.05
            np.testing.assert_allclose(after.constraint[path]["u"], u, atol=tolerance)


def test_both_updates_see_the_spectrally_normalised_critic():
    # A critic whose kernels are a thousand times larger is the same critic.
    game, program = solo("sn")
    scaled = jax.tree_util.tree_map_with_path(
        lambda path, x: 1000 * x if "kernel" in str(path[-1]) else x,
        game.state.critic.params,
    )
    other = game.state.replace(critic=game.state.critic.replace(params=scaled))
    for updates, name in ((1, "critic_loss"), (0, "generator_loss")):
        counts = np.full(3, updates, np.int32)
        plain, large = (
            float(play(program, game, 1, state=s, counts=counts).metrics[name][0])
            for s in (game.state, other)
        )
        assert large == pytest.approx(plain, rel=1e-3)


def test_statistics_of_a_normalised_critic_move_with_the_critic():
    game, program = solo("nsgan", "dcgan", critic_batch_norm=True)
    state = play(program, game, 1).state
    chex.assert_tree_all_finite(state.critic.stats)
    assert moved(game.state.critic.stats, state.critic.stats)
    untouched = play(program, game, 1, counts=np.zeros(3, np.int32)).state
    chex.assert_trees_all_equal(untouched.critic, game.state.critic)


def test_key_and_step_and_nothing_else_make_the_noise():
    game, program = solo("gp")
    first = play(program, game, 1)
    chex.assert_trees_all_equal(first, play(program, game, 1))
    later = game.state.replace(step=jnp.asarray(1, jnp.int32))
    second = play(program, game, 1, state=later)
    assert moved(first.metrics, second.metrics)
    train_step = jax.jit(make_train_step(by_hand(unconstrained())))
    state = init_state(by_hand(unconstrained()), KEY, (2,))
    losses = [
        float(train_step(state, key, jnp.zeros((1, 8, 2)))[1]["generator_loss"])
        for key in (KEY, jax.random.key(2))
    ]
    assert losses[0] != losses[1]
