"""One update of a network: what it is shown, what it minimises, what it leaves."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from tests.games import BATCH, SGD, by_hand, play, solo, tiny_game
from wgan_jax.constraints import (
    Constraint,
    gradient_normalize,
    penalty,
    unconstrained,
)
from wgan_jax.objectives import hinge
from wgan_jax.training.passes import to_floats
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.updates import critic_update, generate_fakes, generator_update
from wgan_jax.variants import VARIANTS

KEY = jax.random.key(1)


def played(recipe: Recipe, network: str, real: jax.Array | None = None):
    """The state before and after one update, and its metrics."""
    state = init_state(recipe, KEY, (2,))
    if network == "critic":
        real = jnp.zeros((BATCH, 2)) if real is None else real
        fake = generate_fakes(recipe, state.generator, KEY, BATCH)
        after, metrics = jax.jit(functools.partial(critic_update, recipe))(
            state, KEY, real, fake
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
def test_each_update_hands_the_other_network_on_untouched(variant):
    # Seen from inside the trace: the very same arrays come out.
    game = tiny_game(variant)

    def both(state, key):
        samples = jnp.ones((BATCH, 2))
        after, _ = critic_update(game.recipe, state, key, samples, samples)
        assert after.generator is state.generator
        assert after.step is state.step
        assert after.ema is state.ema
        later, _ = generator_update(game.recipe, after, key, BATCH, real=samples)
        # The constraint's state too: spectral vectors move with the critic alone.
        assert later.critic is after.critic
        assert later.constraint is after.constraint
        return later

    chex.assert_trees_all_equal_shapes_and_dtypes(
        jax.eval_shape(both, game.state, KEY), game.state
    )


@pytest.mark.parametrize("variant", ["gp", "sn"])
def test_each_update_leaves_the_other_network_bitwise_alone(variant):
    game, _ = solo(variant)
    critic_step = jax.jit(functools.partial(critic_update, game.recipe))
    real, fake = jnp.asarray(game.data[:BATCH]), jnp.ones((BATCH, 2))
    after, _ = critic_step(game.state, KEY, real, fake)
    chex.assert_trees_all_equal(after.generator, game.state.generator)
    assert moved(after.critic.params, game.state.critic.params)
    after = play(solo(variant)[1], game, 1, counts=np.zeros(3, np.int32)).state
    chex.assert_trees_all_equal(after.critic, game.state.critic)
    chex.assert_trees_all_equal(after.constraint, game.state.constraint)
    assert int(after.step) == 1
    assert moved(after.generator.params, game.state.generator.params)


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


def test_scores_and_embeddings_in_one_pass_are_those_of_two():
    game, ways = tiny_game("ebgan", **dict(SGD)), []
    apart = game.recipe.constraint._replace(generator_scores=lambda apply: apply)
    for constraint in (game.recipe.constraint, apart):
        recipe = game.recipe._replace(constraint=constraint)
        update = functools.partial(generator_update, recipe, count=BATCH)
        state, metrics = jax.jit(update)(game.state, KEY)
        ways.append((state.generator.params, metrics))
    chex.assert_trees_all_close(*ways, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("step", "kept"),
    # min(decay, (1 + t) / (10 + t)): 1/10, 4/13, and from t = 26 on the decay itself.
    [(0, 0.1), (3, 4 / 13), (26, 0.75), (1000, 0.75)],
)
def test_the_average_follows_the_generator_and_its_statistics(step, kept):
    game = tiny_game("nsgan", "dcgan", ema_decay=0.75)
    update = functools.partial(generator_update, game.recipe, count=BATCH)
    before = game.state.replace(step=jnp.int32(step))
    state, _ = jax.jit(update)(before, KEY)
    old, new = game.state.generator, state.generator
    assert moved(old.stats, new.stats)
    for name in ("params", "stats"):
        expected = jax.tree.map(
            lambda a, b: kept * a + (1 - kept) * b,
            getattr(old, name),
            getattr(new, name),
        )
        chex.assert_trees_all_close(getattr(state.ema, name), expected, atol=1e-6)


def test_a_normalised_critic_sees_real_and_generated_samples_apart():
    # In one pass the halves would share their statistics, and scores would tell less.
    game, _ = solo("nsgan", "dcgan", critic_batch_norm=True)
    update = functools.partial(critic_update, game.recipe)
    real = jnp.asarray(game.data[:BATCH])
    fake = generate_fakes(game.recipe, game.state.generator, KEY, BATCH)
    _, metrics = jax.jit(update)(game.state, KEY, real, fake)
    critic, weights = game.recipe.critic, game.state.critic

    @jax.jit
    def score(samples):
        return critic.apply(
            weights.variables, samples, train=True, mutable=["batch_stats"]
        )[0]

    expected = score(to_floats(real)).mean() - score(fake).mean()
    estimate = float(metrics["wasserstein_estimate"])
    assert estimate == pytest.approx(float(expected), rel=1e-3, abs=1e-6)


def test_a_recipe_by_hand_takes_any_objective():
    _, _, metrics = played(by_hand(unconstrained(), objective=hinge()), "critic")
    assert float(metrics["critic_loss"]) >= 1


def test_the_statistics_of_a_normalised_critic_are_of_the_weights_that_score():
    class Normed(nn.Module):
        axis_name: str | None = None

        @nn.compact
        def __call__(self, x, train):
            norm = nn.BatchNorm(use_running_average=not train, momentum=0.0)
            hidden = nn.Dense(4, use_bias=False, name="hidden")(x)
            return nn.Dense(1)(norm(hidden))[:, 0]

    def tenfold(params, state):
        wide = {**params, "hidden": jax.tree.map(lambda w: 10 * w, params["hidden"])}
        return wide, state

    recipe = by_hand(Constraint("tenfold", constrain_params=tenfold))
    recipe = recipe._replace(critic=Normed())
    state = init_state(recipe, KEY, (2,))
    real, fake = jax.random.normal(KEY, (2, 64, 2))
    after, _ = critic_update(recipe, state, KEY, real, fake)
    hidden = 10 * fake @ state.critic.params["hidden"]["kernel"]  # the last ones seen
    chex.assert_trees_all_close(
        after.critic.stats["BatchNorm_0"]["var"], hidden.var(0), rtol=1e-4
    )
