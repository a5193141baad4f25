"""The least work is derived by hand; here it meets counts made another way."""

import dataclasses

import jax
import numpy as np
import pytest

from experiments.benchmark.cases import SHAPES, make_case
from experiments.benchmark.least_work import (
    critic_layers,
    generator_layers,
    least_work,
)
from wgan_jax.config import Config, resolve
from wgan_jax.training.recipe import make_recipe
from wgan_jax.training.state import init_state
from wgan_jax.variants import VARIANTS


@pytest.mark.parametrize("network", SHAPES)
@pytest.mark.parametrize("variant", ["gn", "ebgan"])
def test_layers_are_those_of_the_networks(variant: str, network: str) -> None:
    case = make_case(variant, network)
    recipe = make_recipe(resolve(Config(**case.config)), case.shape)
    state = jax.eval_shape(
        lambda key: init_state(recipe, key, case.shape), jax.random.key(0)
    )
    for layers, network_state in (
        (critic_layers(case), state.critic),
        (generator_layers(case), state.generator),
    ):
        leaves = jax.tree_util.tree_leaves_with_path(network_state.params)
        sizes = [x.size for path, x in leaves if "kernel" in jax.tree_util.keystr(path)]
        assert sorted(sizes) == sorted(layer.kernel for layer in layers)


def test_padding_counts_as_no_work() -> None:
    down = critic_layers(make_case("gan", "dcgan"))[-2]
    taps = np.zeros((10, 10))
    taps[1:9, 1:9] = 1  # an 8 x 8 map with its padding
    counted = sum(
        taps[i : i + 4, j : j + 4].sum() for i in range(0, 8, 2) for j in range(0, 8, 2)
    )
    assert down.work == 2 * counted * 128 * 256


def test_the_folded_form_of_a_resnet_is_the_least_work() -> None:
    case = make_case("gan", "resnet")
    layers = critic_layers(case)
    assert len(layers) == 11
    taps = np.zeros((34, 34))
    taps[1:33, 1:33] = 1  # the image with its padding
    counted, folded = (
        sum(
            taps[i : i + k, j : j + k].sum()
            for i in range(0, 32, stride)
            for j in range(0, 32, stride)
        )
        for k, stride in ((3, 1), (4, 2))
    )
    assert layers[0].work == 2 * counted * 3 * 128
    assert layers[2].work == 2 * folded * 128 * 128
    assert layers[2].kernel == 9 * 128 * 128
    # The convolution and the shortcut that read the image need no gradient by it.
    critic, making = (
        sum(layer.work for layer in side) for side in (layers, generator_layers(case))
    )
    update = making + 2 * (3 * critic - 2 * counted * 3 * 128 - 2 * 16**2 * 3 * 128)
    generator = 3 * making - 2 * 128 * 16 * 128 + 2 * critic
    assert least_work(case) == 64 * (update + generator)


def test_mlp_by_hand() -> None:
    critic = 2 * (784 * 512 + 512 * 256 + 256)
    first = 2 * 784 * 512
    making = 2 * (100 * 128 + 128 * 256 + 256 * 512 + 512 * 1024 + 1024 * 784)
    generator = 3 * making - 2 * 100 * 128 + 2 * critic
    update = making + 2 * (3 * critic - first)
    assert least_work(make_case("gan", "mlp")) == 64 * (update + generator)
    head = 2 * 256
    penalty = 3 * (critic - head) + critic
    expected = 64 * (5 * (update + penalty) + generator)
    assert least_work(make_case("gp", "mlp")) == expected


@pytest.mark.parametrize("network", SHAPES)
def test_constraints_order_the_members_by_cost(network: str) -> None:
    work = {v: least_work(make_case(v, network, n_critic=5)) for v in VARIANTS}
    assert work["wgan"] < work["sn"] < work["gn"] < work["gp"] == work["lp"]
    assert work["gp"] == work["dragan"] == work["wgan_div"] < work["r3gan"]


def test_cases_differ_by_what_was_asked() -> None:
    usual, wide = make_case("gn", "toy"), make_case("gn", "toy", width=64)
    assert wide.config == usual.config | {"width": 64}
    assert set(usual.config) == {field.name for field in dataclasses.fields(Config)}
