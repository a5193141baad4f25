"""Samples and scores of a state: which weights, which statistics, which scores."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.games import solo, tiny_game
from wgan_jax.constraints import gradient_normalize
from wgan_jax.training.inference import critic_scores, generator_weights, sample


def latents(count: int, size: int = 4) -> jax.Array:
    return jax.random.normal(jax.random.key(3), (count, size))


def test_samples_come_from_the_average_where_there_is_one():
    game = tiny_game("nsgan", "dcgan", ema_decay=0.75)
    state = game.state
    shifted = jax.tree.map(lambda x: x + 0.1, state.ema)
    averaged = state.replace(ema=shifted)
    ours = sample(game.recipe, averaged, latents(3))
    variables = {"params": shifted.params, "batch_stats": shifted.stats}
    expected = game.recipe.generator.apply(variables, latents(3), train=False)
    chex.assert_trees_all_close(ours, expected, atol=1e-6)
    plain = sample(game.recipe, state.replace(ema=None), latents(3))
    assert not np.allclose(ours, plain)


def test_a_sample_does_not_depend_on_those_drawn_with_it():
    # Batch statistics would: running ones do not.
    game = tiny_game("nsgan", "dcgan")
    together = sample(game.recipe, game.state, latents(4))
    alone = sample(game.recipe, game.state, latents(4)[:1])
    chex.assert_trees_all_close(together[:1], alone, atol=1e-6)
    assert float(jnp.abs(together).max()) <= 1


def test_scores_are_those_of_the_constrained_critic():
    game, _ = solo("gn")
    points = jnp.asarray(game.data[:5])
    ours = critic_scores(game.recipe, game.state, points)
    normalized = gradient_normalize(
        lambda p, x: jnp.asarray(
            game.recipe.critic.apply({"params": p}, x, train=False)
        )
    )
    expected = normalized(game.state.critic.params, points)
    chex.assert_trees_all_close(ours, expected, atol=1e-6)
    assert float(jnp.abs(ours).max()) <= 1


def test_raw_and_averaged_weights_can_be_asked_for():
    game = tiny_game("nsgan", "dcgan", ema_decay=0.75)
    shifted = jax.tree.map(lambda x: x + 0.1, game.state.ema)
    state = game.state.replace(ema=shifted)
    auto, ema = (generator_weights(state, weights) for weights in ("auto", "ema"))
    assert auto is ema is shifted
    assert generator_weights(state, "raw") is state.generator
    plain = game.state.replace(ema=None)
    assert generator_weights(plain) is plain.generator
    with pytest.raises(ValueError, match="no moving average"):
        generator_weights(plain, "ema")
    with pytest.raises(ValueError, match="'best', but has to be raw, ema or auto"):
        sample(game.recipe, state, latents(1), weights="best")
