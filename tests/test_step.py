"""The step: who moves when, with which noise, and what is added to which loss."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from scipy import stats

from tests.tiny import BATCH, by_hand, play, solo, tiny_game
from wgan_jax.constraints import (
    Constraint,
    clipping,
    gradient_normalize,
    penalty,
    unconstrained,
)
from wgan_jax.objectives import hinge
from wgan_jax.recipe import Recipe
from wgan_jax.state import init_state
from wgan_jax.step import make_train_step
from wgan_jax.updates import (
    critic_update,
    generate,
    generator_update,
    to_floats,
)
from wgan_jax.variants import VARIANTS

KEY = jax.random.key(1)


pytestmark = pytest.mark.usefixtures("quick_compiles")


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
def test_each_update_hands_the_other_player_on_untouched(variant):
    # Seen from inside the trace: the very same arrays come out.
    game = tiny_game(variant)

    def both(state, key):
        after, _ = critic_update(game.recipe, state, key, jnp.ones((BATCH, 2)))
        assert after.generator is state.generator
        assert after.step is state.step
        assert after.average is state.average
        later, _ = generator_update(game.recipe, after, key, BATCH)
        # The constraint's state too: spectral vectors move with the critic alone.
        assert later.critic is after.critic
        assert later.constraint is after.constraint
        return later

    chex.assert_trees_all_equal_shapes_and_dtypes(
        jax.eval_shape(both, game.state, KEY), game.state
    )


@pytest.mark.parametrize("variant", ["gp", "sn"])
def test_each_update_leaves_the_other_player_bitwise_alone(variant):
    game, _ = solo(variant)
    critic_step = jax.jit(functools.partial(critic_update, game.recipe))
    after, _ = critic_step(game.state, KEY, jnp.asarray(game.data[:BATCH]))
    chex.assert_trees_all_equal(after.generator, game.state.generator)
    assert moved(after.critic.params, game.state.critic.params)
    after = play(solo(variant)[1], game, 1, counts=np.zeros(3, np.int32)).state
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
    game = solo("gn")[0]
    normalized = gradient_normalize(
        lambda p, x: jnp.asarray(game.recipe.critic.apply({"params": p}, x, train=True))
    )
    update = functools.partial(generator_update, game.recipe, count=BATCH)
    after, metrics = jax.jit(update)(game.state, KEY)
    latents = jax.random.normal(KEY, (BATCH, game.recipe.latent_dim))

    def loss(params):
        fake = jnp.asarray(
            game.recipe.generator.apply({"params": params}, latents, train=True)
        )
        return -jnp.mean(normalized(game.state.critic.params, fake))

    value, gradient = jax.jit(jax.value_and_grad(loss))(game.state.generator.params)
    assert float(metrics["generator_loss"]) == pytest.approx(float(value), rel=1e-5)
    rate = game.config.generator_learning_rate
    expected = jax.tree.map(
        lambda p, g: p - rate * g, game.state.generator.params, gradient
    )
    chex.assert_trees_all_close(after.generator.params, expected, atol=1e-7)


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


def test_pulling_away_enters_the_generators_loss_with_its_weight():
    losses = []
    game = tiny_game("ebgan")
    for weight in (0.0, 0.1, 10.0):
        game = game._replace(recipe=game.recipe._replace(pulling_away=weight))
        update = functools.partial(generator_update, game.recipe, count=BATCH)
        _, metrics = jax.jit(update)(game.state, KEY)
        losses.append(float(metrics["generator_loss"]))
    term = (losses[2] - losses[0]) / 10
    assert 0 < term <= 1
    assert losses[1] - losses[0] == pytest.approx(0.1 * term, rel=1e-3)


def test_the_average_follows_the_generator_and_its_statistics():
    game = tiny_game("nsgan", "dcgan", ema_decay=0.75)
    update = functools.partial(generator_update, game.recipe, count=BATCH)
    state, _ = jax.jit(update)(game.state, KEY)
    old, new = game.state.generator, state.generator
    assert moved(old.stats, new.stats)
    for name in ("params", "stats"):
        expected = jax.tree.map(
            lambda a, b: 0.75 * a + 0.25 * b, getattr(old, name), getattr(new, name)
        )
        chex.assert_trees_all_close(state.average[name], expected, atol=1e-6)


def test_statistics_of_a_normalised_critic_move_with_the_critic():
    game, program = solo("nsgan", "dcgan", critic_batch_norm=True)
    state = play(program, game, 1).state
    chex.assert_tree_all_finite(state.critic.stats)
    assert moved(game.state.critic.stats, state.critic.stats)
    untouched = play(program, game, 1, counts=np.zeros(3, np.int32)).state
    chex.assert_trees_all_equal(untouched.critic, game.state.critic)


def test_a_normalised_critic_sees_real_and_generated_samples_apart():
    # In one pass the halves would share their statistics, and scores would tell less.
    game, _ = solo("nsgan", "dcgan", critic_batch_norm=True)
    update = functools.partial(critic_update, game.recipe)
    real = jnp.asarray(game.data[:BATCH])
    _, metrics = jax.jit(update)(game.state, KEY, real)
    critic, player = game.recipe.critic, game.state.critic

    @jax.jit
    def score(samples):
        variables = {"params": player.params, "batch_stats": player.stats}
        return critic.apply(variables, samples, train=True, mutable=["batch_stats"])[0]

    latents = jax.random.normal(
        jax.random.split(KEY)[0], (BATCH, game.recipe.latent_dim)
    )
    fake, _ = generate(
        game.recipe, game.state.generator, game.state.generator.params, latents
    )
    expected = score(to_floats(real)).mean() - score(fake).mean()
    estimate = float(metrics["wasserstein_estimate"])
    assert estimate == pytest.approx(float(expected), rel=1e-3, abs=1e-6)


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


def test_a_recipe_by_hand_takes_any_objective():
    _, _, metrics = played(by_hand(unconstrained(), objective=hinge()), "critic")
    assert float(metrics["critic_loss"]) >= 1
