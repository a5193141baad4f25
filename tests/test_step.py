"""The step: who moves when, with which noise, and what is added to which loss."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn
from scipy import stats

from tests.tiny import BATCH, Game, tiny_game
from wgan_jax.constraints import Constraint, gradient_normalize, penalty, unconstrained
from wgan_jax.objectives import hinge, wasserstein
from wgan_jax.recipe import Recipe
from wgan_jax.state import init_state
from wgan_jax.step import make_train_step
from wgan_jax.updates import critic_update, generator_update, to_floats
from wgan_jax.variants import VARIANTS

KEY = jax.random.key(1)


class Shift(nn.Module):
    """The plainest generator: its samples show its latents."""

    @nn.compact
    def __call__(self, z: jax.Array, train: bool) -> jax.Array:
        shift = self.param("shift", nn.initializers.zeros, (z.shape[-1],))
        return z + shift[None]


class Linear(nn.Module):
    """The plainest critic, of gradient norm 5 everywhere."""

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        kernel = self.param("kernel", lambda _, n: jnp.asarray([3.0, 4.0]), 2)
        return x @ kernel


def by_hand(constraint: Constraint, **parts) -> Recipe:
    """A game whose every number can be worked out, under plain gradient descent."""
    rest = {"objective": wasserstein(), "latent_dim": 2, "n_critic": 1}
    rest |= {"generator_optimizer": optax.sgd(0.1), "critic_optimizer": optax.sgd(0.1)}
    return Recipe(
        generator=Shift(), critic=Linear(), constraint=constraint, **(rest | parts)
    )


def played(recipe: Recipe, player: str, real: jax.Array | None = None):
    """The state before and after one update, and its metrics."""
    state = init_state(recipe, KEY, (2,))
    if player == "critic":
        real = jnp.zeros((BATCH, 2)) if real is None else real
        after, metrics = jax.jit(functools.partial(critic_update, recipe))(
            state, KEY, real
        )
    else:
        update = functools.partial(generator_update, recipe, count=BATCH)
        after, metrics = jax.jit(update)(state, KEY)
    return state, after, metrics


def batch(game: Game, updates: int = 2) -> jax.Array:
    rows = game.data[: updates * BATCH]
    return jnp.asarray(rows.reshape(updates, BATCH, *rows.shape[1:]))


def moved(before, after) -> bool:
    pairs = zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True)
    return any(not np.array_equal(a, b) for a, b in pairs)


def test_bytes_become_images_between_minus_one_and_one():
    floats = to_floats(jnp.asarray([0, 255, 128], jnp.uint8))
    assert floats.dtype == jnp.float32
    np.testing.assert_allclose(floats, [-1, 1, 128 / 127.5 - 1], atol=1e-6)
    points = jnp.asarray([3.0, -200.0])
    chex.assert_trees_all_equal(to_floats(points), points)


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_update_leaves_the_other_player_bitwise_alone(variant):
    game = tiny_game(variant)
    critic_step = jax.jit(functools.partial(critic_update, game.recipe))
    after, _ = critic_step(game.state, KEY, jnp.asarray(game.data[:BATCH]))
    chex.assert_trees_all_equal(after.generator, game.state.generator)
    chex.assert_trees_all_equal(after.step, game.state.step)
    assert moved(after.critic.params, game.state.critic.params)
    generator_step = functools.partial(generator_update, game.recipe, count=BATCH)
    after, _ = jax.jit(generator_step)(game.state, KEY)
    # The constraint's state too: spectral vectors move with the critic alone.
    chex.assert_trees_all_equal(after.critic, game.state.critic)
    chex.assert_trees_all_equal(after.constraint, game.state.constraint)
    assert int(after.step) == 1
    assert moved(after.generator.params, game.state.generator.params)


@pytest.fixture(scope="module")
def shown():
    """What the updates of two steps are shown: {(step, update): {name: array}}."""

    def look(apply, params, real, fake, weights):
        # Zero times the scores keeps the spy a function of the parameters.
        seen = {"real": real, "fake": fake, "weights": weights}
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


def test_the_critic_descends_its_loss_by_hand():
    real = jnp.ones((BATCH, 2))
    state, after, metrics = played(by_hand(unconstrained()), "critic", real)
    # d(E f - E r)/dw = mean fake - mean real; the estimate is E r - E f.
    estimate = float(metrics["wasserstein_estimate"])
    assert estimate == pytest.approx(-float(metrics["critic_loss"]), abs=1e-6)
    w, new = state.critic.params["kernel"], after.critic.params["kernel"]
    fake_mean = 1 + (w - new) / 0.1
    expected = float(jnp.sum(w * (1 - fake_mean)))
    assert estimate == pytest.approx(expected, abs=1e-4)


def test_the_generator_climbs_the_critic():
    state, after, _ = played(by_hand(unconstrained()), "generator")
    shift = after.generator.params["shift"] - state.generator.params["shift"]
    chex.assert_trees_all_close(shift, 0.1 * jnp.asarray([3.0, 4.0]), rtol=1e-5)


@pytest.mark.parametrize("weight", [1.0, 10.0])
def test_the_penalty_enters_the_loss_and_the_gradient_with_its_weight(weight):
    _, free, plain = played(by_hand(unconstrained()), "critic")
    _, held, metrics = played(by_hand(penalty(weight)), "critic")
    # |w| = 5: the penalty is 16, its gradient 2 (5 - 1) w / 5 = (4.8, 6.4).
    assert float(metrics["gradient_penalty"]) == pytest.approx(16, rel=1e-5)
    added = metrics["critic_loss"] - plain["critic_loss"]
    assert float(added) == pytest.approx(16 * weight, rel=1e-4)
    pulled = free.critic.params["kernel"] - held.critic.params["kernel"]
    expected = 0.1 * weight * jnp.asarray([4.8, 6.4])
    chex.assert_trees_all_close(pulled, expected, rtol=1e-4)


def test_gradient_normalisation_rules_both_updates():
    game = tiny_game("gn", optimizer="sgd", objective="hinge")
    normalized = gradient_normalize(
        lambda p, x: game.recipe.critic.apply({"params": p}, x, train=True)
    )
    update = functools.partial(generator_update, game.recipe, count=BATCH)
    after, metrics = jax.jit(update)(game.state, KEY)
    latents = jax.random.normal(KEY, (BATCH, game.recipe.latent_dim))

    def loss(params):
        fake = game.recipe.generator.apply({"params": params}, latents, train=True)
        return -jnp.mean(normalized(game.state.critic.params, fake))

    value, gradient = jax.jit(jax.value_and_grad(loss))(game.state.generator.params)
    assert float(metrics["generator_loss"]) == pytest.approx(float(value), rel=1e-5)
    rate = game.config.generator_learning_rate
    expected = jax.tree.map(
        lambda p, g: p - rate * g, game.state.generator.params, gradient
    )
    chex.assert_trees_all_close(after.generator.params, expected, atol=1e-7)
    assert game.recipe.objective.critic_loss(jnp.ones(1), -jnp.ones(1)) == 0


def test_normalised_scores_bound_the_estimate():
    game = tiny_game("gn")
    _, metrics = jax.jit(make_train_step(game.recipe))(game.state, KEY, batch(game))
    assert abs(float(metrics["wasserstein_estimate"])) <= 2
    assert 0 < float(metrics["score_magnitude"]) <= 1


def test_weights_are_clipped_after_every_critic_update():
    game = tiny_game("wgan", optimizer="sgd", critic_learning_rate=1.0)
    limit = np.float32(game.config.clip_limit)
    train_step = jax.jit(make_train_step(game.recipe))
    for updates in (1, 2):
        state, _ = train_step(game.state, KEY, batch(game), updates)
        for leaf in jax.tree.leaves(state.critic.params):
            assert float(jnp.abs(leaf).max()) <= limit
    # The second update starts from clipped weights: clipping once a step, at its end,
    # would give the sum of two free updates instead.
    critic_step = jax.jit(functools.partial(critic_update, game.recipe))
    first, _ = critic_step(game.state, KEY, batch(game)[0])
    for leaf in jax.tree.leaves(first.critic.params):
        assert float(jnp.abs(leaf).max()) <= limit


def test_spectral_vectors_take_one_step_each_critic_update():
    game = tiny_game("sn")
    critic_step = jax.jit(functools.partial(critic_update, game.recipe))
    state = game.state
    for i in range(2):
        before = jax.device_get(state)
        key = jax.random.fold_in(KEY, i)
        state, _ = critic_step(state, key, jnp.asarray(game.data[:BATCH]))
        for path, entry in before.constraint.items():
            layer, leaf = path.split("/")
            kernel = before.critic.params[layer][leaf]
            v = kernel @ entry["u"]
            u = kernel.T @ (v / np.linalg.norm(v))
            u /= np.linalg.norm(u)
            np.testing.assert_allclose(state.constraint[path]["u"], u, atol=1e-5)


def test_both_updates_see_the_spectrally_normalised_critic():
    # A critic times 1000 is the same critic: only its biases would tell.
    game = tiny_game("sn")
    kernels = game.state.critic.params
    scaled = jax.tree_util.tree_map_with_path(
        lambda path, x: 1000 * x if "kernel" in str(path[-1]) else x, kernels
    )
    other = game.state.replace(critic=game.state.critic.replace(params=scaled))
    train_step = jax.jit(make_train_step(game.recipe))
    _, plain = train_step(game.state, KEY, batch(game), 1)
    _, large = train_step(other, KEY, batch(game), 1)
    for name in ("critic_loss", "wasserstein_estimate"):
        assert float(large[name]) == pytest.approx(float(plain[name]), rel=1e-3)
    generator_step = jax.jit(
        functools.partial(generator_update, game.recipe, count=BATCH)
    )
    losses = [generator_step(s, KEY)[1]["generator_loss"] for s in (game.state, other)]
    assert float(losses[0]) == pytest.approx(float(losses[1]), rel=1e-3)


def test_pulling_away_enters_the_generators_loss_with_its_weight():
    losses = []
    for weight in (0.0, 0.1, 10.0):
        game = tiny_game("ebgan", pulling_away=weight)
        update = functools.partial(generator_update, game.recipe, count=BATCH)
        _, metrics = jax.jit(update)(game.state, KEY)
        losses.append(float(metrics["generator_loss"]))
    term = (losses[2] - losses[0]) / 10
    assert 0 < term <= 1
    assert losses[1] - losses[0] == pytest.approx(0.1 * term, rel=1e-3)


def test_the_average_follows_the_generator():
    game = tiny_game("gn", "mlp", ema_decay=0.75)
    state, _ = jax.jit(make_train_step(game.recipe))(game.state, KEY, batch(game))
    old, new = game.state.generator, state.generator
    for name, tree in (("params", "params"), ("stats", "stats")):
        expected = jax.tree.map(
            lambda a, b: 0.75 * a + 0.25 * b, getattr(old, tree), getattr(new, tree)
        )
        chex.assert_trees_all_close(state.average[name], expected, atol=1e-6)


def test_the_generator_runs_on_batch_statistics_and_keeps_their_average():
    game = tiny_game("gn", "mlp")
    state, _ = jax.jit(make_train_step(game.recipe))(game.state, KEY, batch(game))
    assert moved(game.state.generator.stats, state.generator.stats)


def test_statistics_of_a_normalised_critic_move_with_the_critic():
    game = tiny_game("nsgan", "dcgan", critic_batch_norm=True, n_critic=1)
    train_step = jax.jit(make_train_step(game.recipe))
    state, _ = train_step(game.state, KEY, batch(game, 1))
    chex.assert_tree_all_finite(state.critic.stats)
    assert moved(game.state.critic.stats, state.critic.stats)
    untouched, _ = train_step(game.state, KEY, batch(game, 1), 0)
    chex.assert_trees_all_equal(untouched.critic, game.state.critic)


def test_keys_steps_and_nothing_else_make_the_noise():
    game = tiny_game("gp")
    train_step = jax.jit(make_train_step(game.recipe))
    first = train_step(game.state, KEY, batch(game))
    chex.assert_trees_all_equal(first, train_step(game.state, KEY, batch(game)))
    later = game.state.replace(step=jnp.asarray(1, jnp.int32))
    for other in ((game.state, jax.random.key(2)), (later, KEY)):
        _, metrics = train_step(*other, batch(game))
        assert float(metrics["generator_loss"]) != float(first[1]["generator_loss"])


def test_a_recipe_by_hand_takes_any_objective():
    _, _, metrics = played(by_hand(unconstrained(), objective=hinge()), "critic")
    assert float(metrics["critic_loss"]) >= 1
