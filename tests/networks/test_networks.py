"""Every network: shapes, ranges, counts, and what the critics promise."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.networks import (
    NETWORKS,
    NetworkSpec,
    build_networks,
)
from wgan_jax.networks.interface import scores_alone

KEY = jax.random.key(1)
CASES = [
    ("mlp", (28, 28, 1)),
    ("toy", (2,)),
    ("dcgan", (8, 8, 1)),
    ("dcgan", (28, 28, 3)),
    ("dcgan", (64, 64, 3)),
    ("resnet", (32, 32, 3)),
]


def build(name, shape, **rest):
    width = 6 if NETWORKS[name].default_width else 0
    return build_networks(name, NetworkSpec(shape, width, **rest))


@functools.cache
def samples(shape):
    return jnp.tanh(jax.random.normal(KEY, (4, *shape)))


def start(module, x):
    """Variables of the module's own structure, without compiling its initialisation."""
    init = functools.partial(module.init, train=True)
    rng = np.random.default_rng(0)

    def fill(path, leaf):
        if path[-1].key != "kernel":
            ones = path[-1].key in ("scale", "var")
            return jnp.full(leaf.shape, float(ones), jnp.float32)
        values = rng.standard_normal(leaf.shape) / np.prod(leaf.shape[:-1]) ** 0.5
        return jnp.asarray(values, jnp.float32)

    return jax.tree_util.tree_map_with_path(fill, jax.eval_shape(init, KEY, x))


@functools.cache
def started(name, shape, energies=False):
    """A critic, its parameters and its scores as a compiled function."""
    _, critic = build(name, shape, energies=energies)
    variables = start(critic, samples(shape))
    scores = jax.jit(lambda params, x: critic.apply({"params": params}, x, True))
    return critic, variables["params"], scores


def with_biases(params):
    """Moves every bias off zero, so that a term that forgets one shows."""
    rng = np.random.default_rng(1)

    def move(path, leaf):
        value = 0.3 * rng.standard_normal(leaf.shape).astype(np.float32)
        return value if path[-1].key == "bias" else leaf

    return jax.tree_util.tree_map_with_path(move, params)


def count(module, shape):
    """Number of parameters, without making them."""
    init = functools.partial(module.init, train=True)
    params = jax.eval_shape(init, KEY, jnp.zeros((2, *shape)))["params"]
    return sum(leaf.size for leaf in jax.tree.leaves(params))


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_generators_make_samples_of_the_right_shape_and_range(name, shape):
    generator, _ = build(name, shape)
    z = 5 * jax.random.normal(KEY, (4, 5))
    variables = start(generator, z)
    run = jax.jit(generator.apply, static_argnums=2, static_argnames="mutable")
    x, _ = run(variables, z, True, mutable=("batch_stats",))
    assert x.shape == (4, *shape)
    assert x.dtype == jnp.float32
    if len(shape) == 3:
        assert jnp.max(jnp.abs(x)) <= 1
    assert run(variables, z, False).shape == x.shape


@pytest.mark.parametrize("energies", [False, True])
@pytest.mark.parametrize(("name", "shape"), CASES)
def test_critics_give_one_score_per_sample_of_its_own(name, shape, energies):
    critic, params, f = started(name, shape, energies)
    x = samples(shape)
    assert scores_alone(critic)
    scores = f(params, x)
    assert scores.shape == (4,)
    assert scores.dtype == jnp.float32
    alone = f(params, x[1:2])
    np.testing.assert_allclose(alone[0], scores[1], rtol=1e-3, atol=1e-5)
    assert jnp.unique(scores).size == 4


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_energies_are_mean_squared_reconstruction_errors(name, shape):
    critic, params, f = started(name, shape, True)
    x = samples(shape)
    run = jax.jit(critic.apply, static_argnums=2, static_argnames="method")
    again = run({"params": params}, x, True, method="reconstruct")
    embedding = jax.eval_shape(
        functools.partial(critic.apply, train=True, method="encode"),
        {"params": params},
        x,
    )
    assert again.shape == x.shape
    assert embedding.shape[0] == 4
    assert embedding.ndim == 2
    squares = (np.asarray(again) - np.asarray(x)) ** 2
    expected = [np.mean(one) for one in squares]
    np.testing.assert_allclose(f(params, x), expected, rtol=1e-5)
    assert not hasattr(critic, "piecewise_linear")


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_euler_identity_holds_for_critics_that_claim_it(name, shape):
    """f(x) = <grad_x f, x> + sum over biases <grad_b f, b>, per sample."""
    critic, params, f = started(name, shape)
    assert critic.piecewise_linear
    x = samples(shape)
    params = with_biases(params)

    @jax.jit
    @functools.partial(jax.vmap, in_axes=(None, 0))
    def derive(params, point):
        one = lambda p, x: f(p, x[None])[0]  # noqa: E731
        return jax.value_and_grad(one, argnums=(0, 1))(params, point)

    scores, (by_params, by_input) = derive(params, x)
    total = np.sum(np.reshape(by_input * x, (4, -1)), 1)
    for path, gradient in jax.tree.leaves_with_path(by_params):
        if path[-1].key == "bias":
            bias = functools.reduce(lambda tree, key: tree[key.key], path, params)
            total += np.asarray(gradient) @ np.asarray(bias)
    scale = float(jnp.max(jnp.abs(scores)))
    np.testing.assert_allclose(total / scale, scores / scale, atol=2e-5)


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_critics_without_biases_are_positively_homogeneous(name, shape):
    _, params, f = started(name, shape)
    x = samples(shape)
    params = jax.tree_util.tree_map_with_path(
        lambda path, a: jnp.zeros_like(a) if path[-1].key == "bias" else a, params
    )
    expected = 3.0 * f(params, x)
    np.testing.assert_allclose(f(params, 3.0 * x), expected, rtol=1e-4, atol=1e-6)


def test_batch_norm_takes_the_claim_of_linearity_back():
    _, critic = build("dcgan", (16, 16, 1), critic_batch_norm=True)
    assert not critic.piecewise_linear
    assert not scores_alone(critic)
    x = samples((16, 16, 1))
    variables = start(critic, x)
    assert "batch_stats" in variables
    run = jax.jit(critic.apply, static_argnums=2, static_argnames="mutable")
    scores, _ = run(variables, x, True, mutable=("batch_stats",))
    alone, _ = run(variables, x[:2], True, mutable=("batch_stats",))
    assert jnp.max(jnp.abs(scores[:2] - alone)) > 1e-4


def test_baseline_mlp_has_the_published_number_of_parameters():
    generator, critic = build_networks("mlp", NetworkSpec((28, 28, 1)))
    layers = [100 * 128 + 128, 128 * 256 + 256, 256 * 512 + 512, 512 * 1024 + 1024]
    scales_and_biases = 2 * (256 + 512 + 1024)
    expected = sum(layers) + scales_and_biases + 1024 * 784 + 784
    assert count(generator, (100,)) == expected == 1510032
    assert count(critic, (28, 28, 1)) == 533505


def test_toy_and_dcgan_have_their_number_of_parameters():
    toy = build_networks("toy", NetworkSpec((2,)))
    hidden = 2 * (512 * 512 + 512)
    sizes = [(2 * 512 + 512) + hidden + 512 * 2 + 2, (2 * 512 + 512) + hidden + 513]
    assert [count(module, (2,)) for module in toy] == sizes
    _, critic = build_networks("dcgan", NetworkSpec((32, 32, 1), 64))
    layers = [16 * 1 * 64 + 64, 16 * 64 * 128 + 128, 16 * 128 * 256 + 256, 4096 + 1]
    assert count(critic, (32, 32, 1)) == sum(layers)


@pytest.mark.parametrize(("name", "shape"), [CASES[1], CASES[2]])
def test_parameters_are_a_function_of_the_key(name, shape):
    for module, x in zip(
        build(name, shape), (jnp.ones((2, 5)), samples(shape)), strict=True
    ):
        init = jax.jit(module.init, static_argnums=2)
        keys = (KEY, KEY, jax.random.key(2))
        once, again, other = (init(key, x, True)["params"] for key in keys)
        jax.tree.map(np.testing.assert_array_equal, once, again)
        moved = jax.tree.map(lambda a, b: not jnp.array_equal(a, b), once, other)
        for path, changed in jax.tree.leaves_with_path(moved):
            assert changed or path[-1].key != "kernel"
