"""Conditional layers beside numbers worked out by hand."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.constraints import spectral
from wgan_jax.networks import NetworkSpec, build_networks
from wgan_jax.networks.conditional import (
    Condition,
    ConditionalBatchNorm,
    Projection,
)
from wgan_jax.networks.initializers import normal

X = jnp.asarray([[1.0], [3.0]])  # mean 2, deviation 1


def test_batch_norm_scales_and_shifts_by_class_over_statistics_of_all():
    params = {"scale": jnp.asarray([[2.0], [5.0]]), "bias": jnp.asarray([[0.5], [-1]])}
    stats = {"BatchNorm_0": {"mean": jnp.ones(1), "var": jnp.asarray([4.0])}}
    variables = {"params": params, "batch_stats": stats}
    for labels, expected in (([0, 1], [-1.5, 4]), ([1, 1], [-6, 4])):
        condition = Condition(jnp.asarray(labels), 2)
        layer: Any = ConditionalBatchNorm(train=True)
        found, after = layer.apply(variables, X, condition, mutable=["batch_stats"])
        np.testing.assert_allclose(found[:, 0], expected, atol=1e-4)
        # One set of running statistics, at momentum .9, whatever the classes.
        running = after["batch_stats"]["BatchNorm_0"]
        np.testing.assert_allclose(running["mean"], [1.1], atol=1e-5)
    # Afterwards by the running ones, mean 1 and deviation 2: (0, 1) before scaling.
    layer: Any = ConditionalBatchNorm(train=False)
    used = layer.apply(variables, X, Condition(jnp.asarray([1, 0]), 2))
    np.testing.assert_allclose(used[:, 0], [-1, 2.5], atol=1e-4)


def test_the_projection_is_the_product_with_the_vector_of_the_class():
    params = {"params": {"kernel": jnp.asarray([[1.0, 0.0], [2.0, -1.0]])}}
    features = jnp.asarray([[1.0, 2.0], [3.0, 4.0], [3.0, 4.0]])
    condition = Condition(jnp.asarray([1, 0, 1]), 2)
    layer: Any = Projection(normal(1.0))
    found = layer.apply(params, features, condition)
    np.testing.assert_allclose(found, [0, 3, 2], atol=1e-6)


def test_the_score_of_a_projection_critic_is_worked_out_by_hand():
    critic: Any = build_networks("mlp", NetworkSpec((2, 2, 1), num_classes=3))[1]
    x, labels = jax.random.normal(jax.random.key(1), (4, 2, 2, 1)), jnp.arange(4) % 3
    params = critic.init(jax.random.key(0), x, train=True, labels=labels)["params"]
    hidden = np.asarray(x).reshape(4, 4)
    for layer in (params["Dense_0"], params["Dense_1"]):
        hidden = hidden @ layer["kernel"] + layer["bias"][None]
        hidden = np.where(hidden > 0, hidden, 0.2 * hidden)
    psi = hidden @ params["Dense_2"]["kernel"] + params["Dense_2"]["bias"][None]
    vectors = np.asarray(params["Projection_0"]["kernel"])[np.asarray(labels)]
    expected = psi[:, 0] + (vectors * hidden).sum(1)
    found = critic.apply({"params": params}, x, train=True, labels=labels)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_toy_generator_reads_its_class_as_one_hot_inputs_beside_the_latent():
    spec = NetworkSpec((2,), width=5, num_classes=3)
    generator: Any = build_networks("toy", spec)[0]
    z, labels = jax.random.normal(jax.random.key(1), (4, 6)), jnp.asarray([2, 0, 2, 1])
    params = generator.init(jax.random.key(0), z, train=True, labels=labels)["params"]
    rows = params["ClassInput_0"]["kernel"]
    assert rows.shape == (3, 5)
    hidden = np.concatenate([z, np.eye(3)[np.asarray(labels)]], axis=1)
    kernel = np.concatenate([params["Dense_0"]["kernel"], rows])
    layers = [(kernel, params["Dense_0"]["bias"])]
    layers += [
        tuple(params[f"Dense_{i}"][n] for n in ("kernel", "bias")) for i in (1, 2)
    ]
    for weight, bias in layers:
        hidden = np.maximum(hidden @ weight + np.asarray(bias)[None], 0)
    expected = hidden @ params["Dense_3"]["kernel"] + params["Dense_3"]["bias"][None]
    found = generator.apply({"params": params}, z, train=True, labels=labels)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


SHAPES = {"mlp": (32, 32, 1), "dcgan": (32, 32, 1), "resnet": (32, 32, 1), "toy": (2,)}


@pytest.mark.parametrize("network", SHAPES)
def test_spectral_normalisation_divides_the_vectors_of_the_classes(network):
    shape = SHAPES[network]
    _, critic = build_networks(network, NetworkSpec(shape, num_classes=3))

    def normalized(key):
        x, labels = jnp.zeros((2, *shape)), jnp.zeros(2, jnp.int32)
        params = critic.init(key, x, train=True, labels=labels)["params"]
        constraint = spectral(steps=30)
        params, _ = constraint.constrain_params(params, constraint.init(params, key))
        return params["Projection_0"]["kernel"]

    found = np.asarray(jax.jit(normalized)(jax.random.key(0)))
    assert np.linalg.svd(found, compute_uv=False)[0] == pytest.approx(1, abs=1e-2)


def test_a_conditional_network_asks_for_labels():
    generator, critic = build_networks("mlp", NetworkSpec((4, 4, 1), num_classes=3))
    for network, shape in ((generator, (2, 8)), (critic, (2, 4, 4, 1))):
        with pytest.raises(ValueError, match="conditional on 3 classes: give labels"):
            network.init(jax.random.key(0), jnp.zeros(shape), train=True)
