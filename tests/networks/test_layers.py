"""Layers: biases, initialisation, batch norm over devices."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from wgan_jax.networks.initializers import he, normal, uniform_fan_in
from wgan_jax.networks.layers import Conv, ConvTranspose, Dense
from wgan_jax.networks.mlp import MLPGenerator
from wgan_jax.networks.resnet import ConvMeanPool, UpsampleConv, mean_pool, upsample

pytestmark = pytest.mark.usefixtures("several_devices")

KEY = jax.random.key(3)
IMAGES = jax.random.normal(KEY, (4, 8, 8, 5))
LAYERS = {
    "dense": (Dense(6), IMAGES.reshape(4, -1)),
    "conv": (Conv(6, 4, 2), IMAGES),
    "pointwise": (Conv(6, 1, padding=(0, 0)), IMAGES),
    "transpose": (ConvTranspose(6, 4, 16), IMAGES),
    "conv and pool": (ConvMeanPool(6), IMAGES),
    "upsample and conv": (UpsampleConv(6), IMAGES),
}


def start(layer, x):
    """Parameters of the layer's own structure, without compiling its initialisation."""
    rng = np.random.default_rng(0)
    shapes = jax.eval_shape(layer.init, KEY, x)["params"]
    return {n: rng.standard_normal(a.shape, np.float32) for n, a in shapes.items()}


def run(layer, params, x) -> jax.Array:
    return jnp.asarray(jax.jit(layer.apply)({"params": params}, x))


@pytest.mark.parametrize("name", LAYERS)
def test_a_bias_is_added_to_its_own_feature_at_every_place(name):
    layer, x = LAYERS[name]
    params = start(layer, x)
    bias = np.asarray([0.0, 0, 5, 0, 0, 0], np.float32)
    zero = run(layer, params | {"bias": np.zeros_like(bias)}, x)
    moved = run(layer, params | {"bias": bias}, x)
    expected = np.broadcast_to(bias, zero.shape)
    np.testing.assert_allclose(moved - zero, expected, atol=1e-4)


def test_convolution_layers_agree_with_flax():
    ours, flax = Conv(6, 3), nn.Conv(6, (3, 3))
    params = start(flax, IMAGES)
    assert jax.tree.map(np.shape, params) == jax.tree.map(np.shape, start(ours, IMAGES))
    np.testing.assert_allclose(
        run(ours, params, IMAGES), run(flax, params, IMAGES), atol=1e-4
    )


def test_folded_resampling_equals_its_two_steps():
    plain = Conv(6, 3)
    params = start(plain, IMAGES)
    pooled = mean_pool(run(plain, params, IMAGES))
    folded = run(ConvMeanPool(6), params, IMAGES)
    np.testing.assert_allclose(folded, pooled, atol=1e-4)
    enlarged = run(plain, params, upsample(IMAGES))
    folded = run(UpsampleConv(6), params, IMAGES)
    np.testing.assert_allclose(folded, enlarged, atol=1e-4)


def test_resampling_averages_and_repeats_blocks():
    x = jnp.arange(16.0).reshape(1, 4, 4, 1)
    np.testing.assert_array_equal(mean_pool(x)[0, :, :, 0], [[2.5, 4.5], [10.5, 12.5]])
    np.testing.assert_array_equal(mean_pool(upsample(x)), x)
    np.testing.assert_array_equal(upsample(x)[0, :2, :4, 0], [[0, 0, 1, 1]] * 2)


def test_uniform_rule_stays_within_pytorch_bounds_and_fills_them():
    kernel, bias = uniform_fan_in()
    for rule in (kernel, bias):
        sample = rule(KEY, (100, 100), 25)
        assert jnp.max(jnp.abs(sample)) <= 0.2
        np.testing.assert_allclose(jnp.std(sample), 0.2 / 3**0.5, rtol=0.02)


@pytest.mark.parametrize(
    ("rules", "std"),
    [(he(), (2 / 50) ** 0.5), (he(1.0), 50**-0.5), (normal(0.02), 0.02)],
)
def test_normal_rules_have_their_spread_and_zero_biases(rules, std):
    sample = rules.kernel(KEY, (100, 100), 50)
    np.testing.assert_allclose(jnp.std(sample), std, rtol=0.03)
    np.testing.assert_allclose(jnp.mean(sample), 0, atol=4 * std / 100)
    assert not rules.bias(KEY, (7,), 50).any()


@pytest.mark.parametrize(
    ("layer", "fan_in"),
    [
        (Dense(400, he()), 320),
        (Conv(400, 3, initializer=he()), 45),
        (ConvTranspose(400, 4, 16, initializer=he()), 20),
        (UpsampleConv(400), 45),
    ],
)
def test_layers_count_their_fan_in(layer, fan_in):
    x = IMAGES.reshape(4, -1) if isinstance(layer, Dense) else IMAGES
    kernel = jnp.asarray(layer.init(KEY, x)["params"]["kernel"])
    np.testing.assert_allclose(jnp.std(kernel), (2 / fan_in) ** 0.5, rtol=0.05)


def test_batch_norm_over_devices_sees_the_global_batch():
    whole = MLPGenerator((4, 4, 1))
    z = jax.random.normal(KEY, (16, 7))
    variables = jax.jit(whole.init, static_argnums=2)(KEY, z, True)
    expected, stats = whole.apply(variables, z, True, mutable=["batch_stats"])
    split = whole.clone(axis_name="devices")
    parts, part_stats = jax.pmap(
        lambda v, z: split.apply(v, z, True, mutable=["batch_stats"]),
        axis_name="devices",
        in_axes=(None, 0),
    )(variables, z.reshape(8, 2, 7))
    np.testing.assert_allclose(parts.reshape(expected.shape), expected, atol=1e-5)
    for device in (0, 5):
        jax.tree.map(
            lambda part, full, d=device: np.testing.assert_allclose(
                part[d], full, rtol=1e-4, atol=1e-6
            ),
            part_stats,
            stats,
        )


def test_batch_norm_moves_its_statistics_by_a_tenth_in_training_only():
    generator = MLPGenerator((4, 4, 1))
    z = jax.random.normal(KEY, (32, 7))
    variables = jax.jit(generator.init, static_argnums=2)(KEY, z, True)
    _, moved = generator.apply(variables, z, True, mutable=["batch_stats"])
    means = jax.tree.leaves_with_path(moved["batch_stats"])
    assert len(means) == 6
    for path, leaf in means:
        if path[-1].key == "var":
            # .9 of the initial 1 and .1 of a variance well below 1.
            assert jnp.all((leaf > 0.9) & (leaf < 1.0))
    _, still = generator.apply(variables, z, False, mutable=["batch_stats"])
    assert not still or jax.tree.all(
        jax.tree.map(jnp.array_equal, still["batch_stats"], variables["batch_stats"])
    )
