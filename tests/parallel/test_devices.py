"""N devices make the step of one, for every member; wrong reductions are caught.

All comparisons run under plain gradient descent: Adam is nearly blind to an N-fold
error. What devices may differ by is the rounding of float32 sums in another order: a
thousandth of what the step itself moves. An N-fold error differs by N - 1 steps.
"""

import functools
from typing import Any

import chex
import jax
import numpy as np
import pytest
from jax import lax

from tests.games import KEY, SGD, Game, by_hand, indices, play, samples, solo, tiny_game
from wgan_jax import parallel
from wgan_jax.config import Config
from wgan_jax.constraints import penalty
from wgan_jax.errors import UserError
from wgan_jax.parallel.collective import Collective
from wgan_jax.training.dispatch import Work, make_dispatch
from wgan_jax.training.passes import generate
from wgan_jax.training.state import init_state
from wgan_jax.variants import VARIANTS

pytestmark = pytest.mark.usefixtures("several_devices")

ROUNDING = 1e-3  # of a step


def devices(size: int) -> list[Any]:
    return jax.devices()[:size]


def spread(
    game: Game, size: int, collective: Collective | None = None, *, ahead: bool = False
):
    """One step on `size` devices, and the states that they end in.

    `ahead` makes the fakes of all critic updates at once, where the network asks.
    """
    row = devices(size)
    dispatch = make_dispatch(game.recipe, collective or parallel.collective_for(row))
    program = parallel.compile_pmap(dispatch, row)
    state, data = (parallel.replicate(x, row) for x in (game.state, game.data))
    reads = indices(3, game.recipe.n_critic)
    counts = None if ahead else np.full(3, game.recipe.n_critic, np.int32)
    work = Work(jax.random.key(KEY), reads, counts, np.int32(1))
    return program(state, data, parallel.host_flags([0, 0], row), work)


def distance(one, other) -> float:
    """The largest difference between two trees of the same shapes."""
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return max(float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in pairs)


def learned(state) -> Any:
    """What training changes, apart for each network: weights and statistics."""
    return [(p.params, p.stats) for p in (state.generator, state.critic)]


def gap(state, alone, start) -> float:
    """How far a step is from that of one device, as a part of the step; the worst."""
    ends, expected, begins = learned(state), learned(alone), learned(start)
    return max(
        distance(end, right) / distance(right, begin)
        for end, right, begin in zip(ends, expected, begins, strict=True)
    )


def assert_agrees(
    variant: str, size: int, network: str = "toy", *, ahead: bool = False, **fields: Any
) -> None:
    game, program = solo(variant, network, **fields)
    alone = play(program, game, 1)
    together = spread(game, size, ahead=ahead)
    copies = jax.device_get(together.state)
    for rank in range(size):
        mine = jax.tree.map(lambda x, rank=rank: x[rank], copies)
        assert gap(mine, alone.state, game.state) < ROUNDING
        chex.assert_trees_all_close(
            mine.constraint, jax.device_get(alone.state.constraint), atol=1e-5
        )
    first = parallel.fetch(together.metrics)
    for name, values in alone.metrics.items():
        expected = float(values[0])
        assert float(first[name][0]) == pytest.approx(expected, rel=1e-4, abs=1e-5)


# Every member on two devices; on eight those that reduce something of their own, and on
# one and four a plain one.
SIZES = [(variant, 2) for variant in VARIANTS if variant != "wgan_div"]  # it is gp's
SIZES += [(variant, 8) for variant in ("gp", "gn", "sn", "ebgan")]
SIZES += [("nsgan", 1), ("nsgan", 4)]


@pytest.mark.parametrize(("variant", "size"), SIZES)
def test_any_number_of_devices_makes_the_step_of_one(variant, size):
    assert_agrees(variant, size)


def test_fakes_made_ahead_and_augmented_are_those_of_the_global_batch():
    augment = "translation,cutout,brightness"
    assert_agrees("nsgan", 2, "mlp", ahead=True, augment=augment, **dict(SGD))


def test_batch_norm_in_both_networks_reduces_over_the_devices():
    fields: dict[str, Any] = {"critic_batch_norm": True, "optimizer": "sgd"}
    fields |= {"generator_learning_rate": 0.5, "critic_learning_rate": 0.5}
    assert_agrees("nsgan", 2, "dcgan", **fields)


def test_classes_are_shared_among_devices_with_their_samples():
    # Batch norm by class over the global batch; a penalty between samples of a class.
    fields: dict[str, Any] = {"conditional": True} | dict(SGD)
    assert_agrees("gp", 2, "dcgan", **fields)


def test_a_generator_that_makes_more_than_it_is_shown_keeps_its_classes_and_pairs():
    assert_agrees("r3gan", 2, conditional=True, generator_batch=2)


@pytest.mark.parametrize("network", ["mlp", "dcgan", "resnet"])
def test_generators_normalise_over_the_global_batch(network):
    game = tiny_game("nsgan", network)
    weights, latents = (
        game.state.generator,
        jax.random.normal(jax.random.key(3), (8, 4)),
    )
    run = functools.partial(generate, game.recipe, weights)
    whole, stats = jax.jit(run)(latents)

    def on_four(axis_name: str | None):
        generator = game.recipe.generator.clone(axis_name=axis_name)
        recipe = game.recipe._replace(generator=generator)
        share = functools.partial(generate, recipe, weights)
        mapped = jax.pmap(share, axis_name="i", devices=devices(4))
        shares, stats = mapped(latents.reshape(4, 2, 4))
        return shares.reshape(whole.shape), jax.tree.map(lambda x: x[3], stats)

    right, wrong = on_four("i"), on_four(None)
    assert distance(right[0], whole) < 1e-4
    assert distance(right[1], stats) < 1e-5
    # The very comparison that tells a batch norm that forgot the device axis.
    assert distance(wrong[0], whole) > 1e-3
    assert distance(wrong[1], stats) > 1e-4


class Summing(Collective):
    """pmean mistaken for psum: N times too large."""

    def mean(self, tree):
        return lax.psum(tree, self.axis_name)


class Lonely(Collective):
    """Gradients that are never reduced."""

    def mean(self, tree):
        return tree


class Echoing(Collective):
    """The same noise and the same samples on every device."""

    def shard(self, array, axis=0):
        return lax.slice_in_dim(array, 0, array.shape[axis] // self.size, axis=axis)


@pytest.fixture(scope="module")
def linear_game() -> Game:
    recipe = by_hand(penalty(1.0))
    state = init_state(recipe, jax.random.key(0), (2,))
    return Game(Config(), recipe, state, samples((2,)))


@pytest.mark.parametrize("kind", [Collective, Summing, Lonely, Echoing])
def test_only_the_right_collective_agrees_with_one_device(linear_game, kind):
    alone = play(jax.jit(make_dispatch(linear_game.recipe)), linear_game, 1).state
    wrong = spread(linear_game, 4, kind(parallel.AXIS, 4)).state
    off = gap(parallel.fetch(wrong), alone, linear_game.state)
    assert off < ROUNDING if kind is Collective else off > 100 * ROUNDING


def test_every_device_holds_the_same_bits(linear_game):
    state = jax.device_get(spread(linear_game, 4).state)
    for leaf in jax.tree.leaves(state):
        for copy in leaf:
            np.testing.assert_array_equal(copy, leaf[0])


def test_replicated_trees_come_back_as_they_were():
    tree = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.int32(3)}
    row = devices(4)
    copies = parallel.replicate(tree, row)
    assert copies["a"].shape == (4, 2, 3)
    chex.assert_trees_all_equal(parallel.fetch(copies), tree)
    assert {s.device for s in copies["a"].addressable_shards} == set(row)


def test_host_flags_are_the_same_row_for_every_local_device():
    np.testing.assert_array_equal(
        parallel.host_flags([3, 0], devices(2)), [[3, 0], [3, 0]]
    )


def test_devices_are_chosen_in_order():
    assert parallel.choose_devices(2, 64) == devices(2)
    assert parallel.choose_devices(None, 64) == devices(8)
    assert parallel.collective_for(devices(2)) == Collective(parallel.AXIS, 2)
    assert parallel.describe(devices(2)) == "2 x cpu"


def test_more_devices_than_there_are_are_refused():
    with pytest.raises(UserError, match="has 8 .cpu.*at most 8"):
        parallel.choose_devices(9, 64)


def test_a_batch_that_does_not_divide_is_refused_with_those_that_do():
    with pytest.raises(UserError, match="64 and 72"):
        parallel.choose_devices(None, 65)
    with pytest.raises(UserError, match="nearest that do: 8[.]"):
        parallel.choose_devices(8, 3)
