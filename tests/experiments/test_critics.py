"""A critic alone between two distributions that do not move."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.critics import (
    DenseCritic,
    critic_recipe,
    init_critic,
    train_critic,
)
from wgan_jax.constraints import clipping, normalization, penalty, spectral
from wgan_jax.objectives import wasserstein
from wgan_jax.training.optimizers import adam
from wgan_jax.training.updates import critic_update

KEY = jax.random.key(3)


def _line(place: float, key: jax.Array, count: int) -> jax.Array:
    heights = jax.random.uniform(key, (count,))
    return jnp.stack([jnp.full(count, place), heights], 1)


LEFT, RIGHT = (functools.partial(_line, place) for place in (0.0, 1.0))


def _recipe(constraint, widths=(8,)):
    return critic_recipe(
        DenseCritic(widths), wasserstein(), constraint, adam(1e-2, 0.5, 0.9)
    )


@functools.cache
def _spectral():
    recipe = _recipe(spectral(), (16, 16))
    return train_critic(recipe, RIGHT, LEFT, KEY, steps=200, batch=64, every=100)


def test_a_spectral_critic_finds_the_distance_of_two_lines():
    trained = _spectral()
    points = jax.random.key(8), 500
    gap = trained.scores(RIGHT(*points)).mean() - trained.scores(LEFT(*points)).mean()
    np.testing.assert_allclose(gap, 1, atol=0.02)
    np.testing.assert_allclose(
        trained.slopes(jnp.array([[0.5, 0.5]])), [[1, 0]], atol=0.1
    )


def test_the_first_update_is_the_packages_own():
    recipe = _recipe(penalty(10.0))
    start = init_critic(recipe, KEY, 2)
    once = train_critic(recipe, RIGHT, LEFT, KEY, steps=1, batch=4, start=start)
    keys = jax.random.split(jax.random.fold_in(jax.random.split(KEY)[1], 0), 3)
    wanted, metrics = critic_update(
        recipe, start, keys[2], RIGHT(keys[0], 4), LEFT(keys[1], 4)
    )
    chex.assert_trees_all_close(once.state, wanted, atol=1e-6)
    assert set(once.metrics) == set(metrics)


def test_pieces_do_not_change_the_result():
    recipe = _recipe(clipping(0.1))
    pieces, whole = (
        train_critic(recipe, RIGHT, LEFT, KEY, steps=6, batch=4, every=every)
        for every in (2, 6)
    )
    chex.assert_trees_all_close(pieces.state, whole.state, atol=1e-7)
    assert list(pieces.kept) == [2, 4, 6]
    assert pieces.metrics["critic_loss"].shape == (6,)
    early = pieces.scores(jnp.ones((1, 2)), pieces.kept[2])
    assert early != pieces.scores(jnp.ones((1, 2)))


def test_scores_are_those_of_the_constraint_and_raw_scores_are_not():
    recipe = _recipe(normalization())
    trained = train_critic(recipe, RIGHT, LEFT, KEY, steps=2, batch=4)
    points = jax.random.normal(KEY, (50, 2))
    raw = trained.raw_scores(points)
    slopes = jax.grad(lambda x: trained.raw_scores(x).sum())(points)
    norms = jnp.linalg.norm(slopes, axis=1)
    np.testing.assert_allclose(
        trained.scores(points), raw / (norms + jnp.abs(raw)), atol=1e-6
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_a_key_says_everything(seed):
    recipe = _recipe(spectral())
    key = jax.random.key(seed)
    first, again = (
        train_critic(recipe, RIGHT, LEFT, key, steps=2, batch=4) for _ in range(2)
    )
    chex.assert_trees_all_equal(first.state.critic, again.state.critic)
    other = train_critic(recipe, RIGHT, LEFT, KEY, steps=2, batch=4)
    assert not np.array_equal(
        first.metrics["critic_loss"], other.metrics["critic_loss"]
    )
