"""What every member promises on every network and every kind of sample.

The whole product is built and traced; a part that holds every member, every network and
every kind of critic is compiled and played.
"""

import functools
from typing import Any

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.games import (
    BATCH,
    CLASSES,
    LATENTS,
    goes_with,
    indices,
    play,
    solo,
    tiny_config,
)
from tests.games import SHAPES as SMALLEST
from wgan_jax.config import Config, resolve
from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.data import DATASETS
from wgan_jax.networks import networks_for
from wgan_jax.training.check import check_promises, check_recipe
from wgan_jax.training.labelled import Labelled
from wgan_jax.training.recipe import make_recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step
from wgan_jax.variants import VARIANTS

ALWAYS = {"critic_loss", "generator_loss", "wasserstein_estimate"}
SHAPES = {row.sample_shape: name for name, row in DATASETS.items()}
PRODUCT = [
    (variant, network, dataset)
    for variant in VARIANTS
    for shape, dataset in SHAPES.items()
    for network in networks_for(shape)
    if goes_with(variant, network)
]
# Tracing is what costs: each member meets each network once, on one of its datasets.
# Of networks these ask what `gp` asks, which meets them all.
LIKE_GP = ("r3gan", "dragan", "wgan_div")
TRACED = {
    (variant, network): dataset
    for variant, network, dataset in PRODUCT
    if variant not in LIKE_GP or network == "toy"
}
PLAYED = [(variant, "toy") for variant in VARIANTS] + [
    ("gn", "mlp"),
    ("ebgan", "dcgan"),
    ("nsgan", "resnet"),
    ("wgan", "lipschitz_mlp"),
]


def test_the_product_holds_every_member_network_and_dataset():
    assert {variant for variant, _, _ in PRODUCT} == set(VARIANTS)
    networks = {"mlp", "toy", "dcgan", "resnet", "lipschitz_mlp"}
    assert {network for _, network, _ in PRODUCT} == networks
    shapes = {DATASETS[dataset].sample_shape for _, _, dataset in PRODUCT}
    assert shapes == {row.sample_shape for row in DATASETS.values()}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_every_pair_has_defaults_that_build(variant, dataset):
    fitting = networks_for(DATASETS[dataset].sample_shape)
    for network in (None, *(n for n in fitting if goes_with(variant, n))):
        config = resolve(Config(variant=variant, dataset=dataset, network=network))
        assert resolve(config) == config
        recipe = make_recipe(config, DATASETS[dataset].sample_shape)
        assert recipe.n_critic == VARIANTS[variant].n_critic


@functools.cache
def build(variant, network, dataset):
    shape = DATASETS[dataset].sample_shape
    config = tiny_config(variant, network, shape)
    recipe = make_recipe(config, shape)
    state = jax.eval_shape(
        lambda key: init_state(recipe, key, shape), jax.random.key(0)
    )
    return config, recipe, state


@pytest.mark.parametrize(("variant", "network"), TRACED)
def test_a_step_keeps_the_shape_of_its_state_and_logs_its_metrics(variant, network):
    dataset = TRACED[variant, network]
    config, recipe, state = build(variant, network, dataset)
    shape = DATASETS[dataset].sample_shape
    dtype = jnp.float32 if len(shape) == 1 else jnp.uint8
    batch = jax.ShapeDtypeStruct((2, BATCH, *shape), dtype)
    after, metrics = jax.eval_shape(
        make_train_step(recipe), state, jax.random.key(0), batch
    )
    chex.assert_trees_all_equal_shapes_and_dtypes(after, state)
    assert set(metrics) == ALWAYS | set(CONSTRAINTS[config.constraint].metrics)
    assert {(leaf.shape, leaf.dtype) for leaf in metrics.values()} == {
        ((), jnp.dtype("float32"))
    }


SCORING = [name for name, row in VARIANTS.items() if row.objective != "energy_based"]
CONDITIONAL = [(variant, "mlp") for variant in SCORING]
CONDITIONAL += [("gn", "dcgan"), ("gn", "resnet"), ("sn", "dcgan"), ("gan", "dcgan")]
CONDITIONAL += [("gp", "toy"), ("sn", "toy")]
# What else a part may do to samples, on the way in and between the networks.
BESIDES: dict[tuple[str, str], dict[str, Any]] = {
    ("sn", "dcgan"): {"precision": "bf16", "augment": "translation"},
    ("gan", "dcgan"): {"critic_batch_norm": True},
}


@pytest.mark.parametrize(("variant", "network"), CONDITIONAL)
def test_a_conditional_step_keeps_its_shapes_and_logs_the_same(variant, network):
    shape = SMALLEST[network]
    besides = BESIDES.get((variant, network), {})
    config = tiny_config(variant, network, shape, conditional=True, **besides)
    recipe = make_recipe(config, shape, CLASSES)
    init = functools.partial(init_state, recipe, sample_shape=shape)
    state = jax.eval_shape(init, jax.random.key(0))
    dtype = jnp.float32 if len(shape) == 1 else jnp.uint8
    batch = Labelled(
        jax.ShapeDtypeStruct((2, BATCH, *shape), dtype),  # pyright: ignore
        jax.ShapeDtypeStruct((2, BATCH), jnp.int32),  # pyright: ignore
    )
    step = make_train_step(recipe)
    after, metrics = jax.eval_shape(step, state, jax.random.key(0), batch)
    chex.assert_trees_all_equal_shapes_and_dtypes(after, state)
    assert set(metrics) == ALWAYS | set(CONSTRAINTS[config.constraint].metrics)


# Networks know two kinds of critics: those that score, and those of energies.
CERTIFIED = ("wgan", "lipschitz_mlp")
KINDS = [row for row in PRODUCT if row[0] in ("gn", "ebgan") or row[:2] == CERTIFIED]


@pytest.mark.parametrize(("variant", "network", "dataset"), KINDS)
def test_networks_fit_each_other_and_the_samples(variant, network, dataset):
    _, recipe, state = build(variant, network, dataset)
    shape = DATASETS[dataset].sample_shape

    def both(state, latents):
        generator, critic = (
            network.variables for network in (state.generator, state.critic)
        )
        fake = recipe.generator.apply(generator, latents, train=False)
        return fake, recipe.critic.apply(critic, fake, train=False)

    latents = jax.ShapeDtypeStruct((3, LATENTS), jnp.float32)
    fake, scores = jax.eval_shape(both, state, latents)
    assert (fake.shape, scores.shape) == ((3, *shape), (3,))


@pytest.mark.parametrize(("variant", "network"), PLAYED)
def test_two_steps_are_finite_repeatable_and_two_single_ones(variant, network):
    game, program = solo(variant, network)
    reads = indices(3, 2)
    at_once = play(program, game, 2, reads=reads)
    chex.assert_tree_all_finite(at_once.state)
    logged = {name: values[:2] for name, values in at_once.metrics.items()}
    chex.assert_tree_all_finite(logged)
    assert all(bool(flag) for flag in at_once.finite.values())
    again = play(program, game, 2, reads=reads)
    chex.assert_trees_all_equal(again, at_once)
    first = play(program, game, 1, reads=reads)
    second = play(program, game, 1, first.state, np.roll(reads, -1, axis=0))
    chex.assert_trees_all_equal(second.state, at_once.state)
    idle = play(program, game, 1, reads=reads, counts=np.zeros(3, np.int32)).state
    chex.assert_trees_all_equal(idle.critic, game.state.critic)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_constraint_is_what_its_row_says(name):
    row = CONSTRAINTS[name]
    config = tiny_config("nsgan", "toy", constraint=name)
    constraint = make_recipe(config, (2,)).constraint
    assert constraint.per_sample == row.per_sample
    assert constraint.per_layer == row.per_layer
    for option in row.options:
        assert getattr(config, option.name) == option.default


# All critics of the registry: those that score, and those of energies.
PROMISING = [pair for pair in TRACED if pair[0] in ("gn", "ebgan")] + [CERTIFIED]


@pytest.mark.parametrize(("variant", "network"), PROMISING)
def test_every_critic_keeps_what_it_promises(variant, network):
    """Tried with numbers: `check_recipe` takes the package's own critics on trust."""
    shape = SMALLEST[network]
    recipe = make_recipe(tiny_config(variant, network, shape), shape)
    check_recipe(recipe, shape, devices=2)
    check_promises(recipe, shape)


@pytest.mark.parametrize("network", ["mlp", "dcgan", "toy"])
def test_a_projection_keeps_what_its_critic_promises(network):
    """Euler's identity of the shortcut holds for every class that is held."""
    shape = SMALLEST[network]
    config = tiny_config("gn", network, shape, conditional=True)
    recipe = make_recipe(config, shape, CLASSES)
    assert recipe.critic.piecewise_linear
    check_promises(recipe, shape)
