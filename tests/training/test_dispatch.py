"""Many steps in one program are the steps, one by one, to the last bit."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.games import KEY, by_hand, indices, play, samples, solo, tiny_game
from wgan_jax.constraints import unconstrained
from wgan_jax.training.dispatch import Work, finite_networks, make_dispatch
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step


@pytest.fixture(scope="module")
def gp():
    return solo("gp")


def test_three_steps_at_once_are_three_dispatches_of_one(gp):
    game, program = gp
    reads = indices(3, 2)
    at_once = play(program, game, 3, reads=reads)
    state = game.state
    for t in range(3):
        # The first row is what a dispatch of one step reads.
        one = play(program, game, 1, state, np.roll(reads, -t, axis=0))
        for name, values in one.metrics.items():
            assert float(values[0]) == float(at_once.metrics[name][t])
        state = one.state
    chex.assert_trees_all_equal(state, at_once.state)
    assert int(state.step) == 3


def test_a_dispatch_is_the_step_on_the_samples_it_names(gp):
    game, program = gp
    reads = indices(3, 2)
    state, logs = game.state, []
    train_step = jax.jit(make_train_step(game.recipe))
    for t in range(2):
        batch = jnp.asarray(game.data[reads[t]])
        state, metrics = train_step(state, jax.random.key(KEY), batch)
        logs.append(metrics)
    dispatched = play(program, game, 2, reads=reads)
    # Two programs: XLA may fuse them differently.
    chex.assert_trees_all_close(dispatched.state, state, atol=1e-6)
    for t, metrics in enumerate(logs):
        rows = {name: values[t] for name, values in dispatched.metrics.items()}
        chex.assert_trees_all_close(rows, metrics, rtol=1e-4, atol=1e-6)


def test_lengths_and_counts_are_arguments_that_never_trace_anew():
    recipe = by_hand(unconstrained())
    state = init_state(recipe, jax.random.key(0), (2,))
    program = jax.jit(chex.assert_max_traces(make_dispatch(recipe), n=1))
    data, reads, flags = samples((2,)), indices(3, 2), np.zeros(2, np.int32)
    for length, counts in ((1, [2, 2, 2]), (3, [1, 2, 5]), (0, [0, 0, 1])):
        counts = np.asarray(counts, np.int32)
        work = Work(jax.random.key(KEY), reads, counts, np.int32(length))
        done = program(state, data, flags, work)
        assert int(done.state.step - state.step) == length
        state = done.state


def test_no_step_is_no_change(gp):
    game, program = gp
    chex.assert_trees_all_equal(play(program, game, 0).state, game.state)


def test_counts_say_how_many_critic_updates_a_step_makes(gp):
    game, program = gp
    none = play(program, game, 1, counts=np.zeros(3, np.int32)).state
    chex.assert_trees_all_equal(none.critic, game.state.critic)
    assert int(none.step) == 1
    reads, counts = indices(3, 2), np.ones(3, np.int32)
    one = play(program, game, 1, reads=reads, counts=counts)
    other = reads.copy()
    other[:, 1] = 0  # the second update is not made: what it would read is nothing
    same = play(program, game, 1, reads=other, counts=counts)
    chex.assert_trees_all_equal(one.state, same.state)


def test_counts_of_none_mean_all_and_host_flags_come_back():
    recipe = by_hand(unconstrained(), n_critic=2)
    state = init_state(recipe, jax.random.key(0), (2,))
    program = jax.jit(make_dispatch(recipe))
    flags, key, reads = (
        np.asarray([3, -1], np.int32),
        jax.random.key(KEY),
        indices(3, 2),
    )
    done = [
        program(state, samples((2,)), flags, Work(key, reads, counts, np.int32(3)))
        for counts in (None, np.full(3, 2, np.int32))
    ]
    chex.assert_trees_all_close(done[0].state, done[1].state, atol=1e-6)
    chex.assert_trees_all_equal(np.asarray(done[0].host_flags), flags)


@pytest.mark.parametrize("network", ["generator", "critic"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_parameter_that_is_not_finite_is_laid_at_its_networks_door(network, value):
    state = tiny_game("gp").state
    broken = getattr(state, network)
    params = jax.tree.map(jnp.copy, broken.params)
    bias = params["Dense_1"]["bias"]
    params["Dense_1"]["bias"] = bias.at[3].set(value)
    state = state.replace(**{network: broken.replace(params=params)})
    finite = finite_networks(state)
    assert {name for name, flag in finite.items() if not bool(flag)} == {network}
