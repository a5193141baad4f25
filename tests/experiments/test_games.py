"""A game on points is the public API's own, step by step."""

import chex
import jax
import numpy as np
import pytest

from experiments.games import generate, make_game, play, side_by_side
from wgan_jax import init_state, make_train_step
from wgan_jax.data import load

SMALL = {"width": 8, "batch_size": 4}


def test_the_first_step_is_the_packages_own():
    game = make_game("wgan", "ring8", **SMALL)
    train = load("ring8").train
    init_key, run_key = jax.random.split(jax.random.key(5))
    data_key, step_key = jax.random.split(run_key)
    shape = (game.recipe.n_critic, 4)
    drawn = jax.random.fold_in(data_key, 0)
    places = jax.random.randint(drawn, shape, 0, len(train))
    start = init_state(game.recipe, init_key, (2,))
    wanted, _ = make_train_step(game.recipe)(start, step_key, train[places])
    seen = play(game, 5, 1, 1)[0]
    assert seen.step == 1
    chex.assert_trees_all_close(seen.state.critic, wanted.critic, atol=1e-6)
    chex.assert_trees_all_close(seen.state.generator, wanted.generator, atol=1e-6)


def test_looks_do_not_change_a_game():
    game = make_game("gan", "ring8", **SMALL)
    often, once = play(game, 0, 4, 2), play(game, 0, 4, 4)
    assert [look.step for look in often] == [2, 4]
    chex.assert_trees_all_close(often[-1].state, once[-1].state, atol=1e-6)
    halves = np.mean([look.metrics["critic_loss"] for look in often])
    assert once[0].metrics["critic_loss"] == pytest.approx(halves, abs=1e-5)
    points = generate(game, often[-1].state, 1, 7)
    assert points.shape == (7, 2)
    assert not np.array_equal(points, generate(game, often[-1].state, 2, 7))


def test_results_keep_the_order_of_their_items():
    assert side_by_side(lambda n: n * n, range(5)) == [0, 1, 4, 9, 16]
