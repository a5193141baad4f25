"""The first state: a plain pytree, a function of its key, and of nothing else."""

import chex
import jax
import jax.numpy as jnp
import numpy as np

from tests.games import tiny_game
from wgan_jax.training.state import critic_optimizer, init_state


def test_the_same_key_gives_the_same_state_and_another_key_another():
    game = tiny_game("sn")
    make = jax.jit(lambda key: init_state(game.recipe, key, (2,)))
    chex.assert_trees_all_equal(make(jax.random.key(0)), game.state)
    other = make(jax.random.key(1))
    for network in ("generator", "critic"):
        ours, theirs = getattr(game.state, network), getattr(other, network)
        kernels = [p.params["Dense_0"]["kernel"] for p in (ours, theirs)]
        assert not np.array_equal(*kernels)
    first = next(iter(game.state.constraint))
    vectors = [s.constraint[first]["u"] for s in (game.state, other)]
    assert not np.array_equal(*vectors)


def test_the_networks_do_not_start_alike():
    game = tiny_game("gp")
    kernels = [
        network.params["Dense_1"]["kernel"]
        for network in (game.state.generator, game.state.critic)
    ]
    chex.assert_equal_shape(kernels)
    assert not np.array_equal(*kernels)


def test_it_starts_at_step_zero_in_single_precision():
    state = tiny_game("nsgan", "dcgan").state
    assert int(state.step) == 0
    floats = (state.generator.params, state.generator.stats, state.critic.params)
    assert {leaf.dtype for leaf in jax.tree.leaves(floats)} == {jnp.dtype("float32")}


def test_a_flattened_state_is_rebuilt_as_it_was():
    state = tiny_game("sn").state
    leaves, structure = jax.tree.flatten(state)
    chex.assert_trees_all_equal(jax.tree.unflatten(structure, leaves), state)


def test_there_is_an_average_only_where_one_is_asked_for():
    assert tiny_game("nsgan", "dcgan").state.ema is None
    state = tiny_game("nsgan", "dcgan", ema_decay=0.75).state
    assert state.ema is not None
    chex.assert_trees_all_equal(state.ema.params, state.generator.params)
    chex.assert_trees_all_equal(state.ema.stats, state.generator.stats)


def test_no_two_leaves_share_a_buffer_so_that_the_state_can_be_donated():
    game = tiny_game("nsgan", "dcgan", ema_decay=0.75)
    leaves = jax.tree.leaves(game.state)
    assert len({leaf.unsafe_buffer_pointer() for leaf in leaves}) == len(leaves)


def test_the_projection_is_the_last_link_of_the_critics_chain():
    game = tiny_game("wgan", optimizer="sgd", critic_learning_rate=100.0)
    params, optimizer = game.state.critic.params, game.state.critic.optimizer
    gradients = jax.tree.map(jnp.ones_like, params)
    updates, _ = critic_optimizer(game.recipe).update(gradients, optimizer, params)
    # Gradient descent by 100 everywhere ends at the lower bound, exactly.
    ends = jax.tree.map(lambda p, u: p + u, params, updates)
    bound = jnp.float32(game.config.clip_limit)
    for leaf in jax.tree.leaves(ends):
        assert float(jnp.abs(leaf).max()) <= bound
        np.testing.assert_allclose(leaf, -bound, rtol=1e-4)
