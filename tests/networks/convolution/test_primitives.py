"""The convolution primitives against XLA's own, in value and in every derivative."""

import functools
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from wgan_jax.networks.convolution import conv, conv_input_transpose
from wgan_jax.networks.dcgan import DCGANCritic
from wgan_jax.networks.resnet import ResNetCritic

# size, inputs, outputs, window, strides, padding
CASES = {
    "dcgan": ((8, 8), 9, 5, (4, 4), (2, 2), ((1, 1), (1, 1))),
    "dcgan, first layer": ((8, 8), 1, 6, (4, 4), (2, 2), ((1, 1), (1, 1))),
    "resnet": ((6, 6), 9, 4, (3, 3), (1, 1), ((1, 1), (1, 1))),
    "pointwise": ((5, 4), 3, 4, (1, 1), (1, 1), ((0, 0), (0, 0))),
    "odd size": ((7, 7), 9, 3, (4, 4), (2, 2), ((1, 2), (1, 2))),
    "rows left over": ((8, 7), 2, 3, (3, 3), (2, 2), ((0, 0), (1, 0))),
    "uneven": ((9, 7), 8, 3, (5, 2), (3, 1), ((2, 1), (0, 1))),
    "winograd": ((8, 8), 33, 32, (4, 4), (2, 2), ((1, 1), (1, 1))),
    "winograd, odd size": ((7, 9), 32, 34, (4, 4), (2, 2), ((1, 2), (1, 2))),
    "winograd, stride 1": ((5, 6), 32, 32, (2, 2), (1, 1), ((0, 1), (1, 0))),
    "winograd, half blocks": ((8, 7), 32, 33, (3, 3), (2, 2), ((0, 1), (2, 0))),
    "winograd, rows left over": ((7, 11), 32, 32, (4, 4), (2, 2), ((0, 0), (0, 0))),
    "winograd, uneven": ((8, 6), 32, 32, (6, 2), (3, 1), ((1, 2), (0, 1))),
    "gaps": ((7, 6), 9, 2, (2, 1), (3, 2), ((0, 0), (0, 0))),
}


def native(x, w, strides, padding):
    return lax.conv_general_dilated(
        x, w, strides, padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def operands(case, batch=3, dtype="float64"):
    size, inputs, outputs, window, strides, padding = CASES[case]
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.standard_normal((batch, *size, inputs)), dtype)
    w = jnp.asarray(rng.standard_normal((*window, inputs, outputs)), dtype)
    bound = {"strides": strides, "padding": padding}
    return x, w, functools.partial(conv, **bound), functools.partial(native, **bound)


def assert_close(ours, theirs, tolerance=1e-9):
    compare = functools.partial(np.testing.assert_allclose, rtol=tolerance)
    jax.tree.map(functools.partial(compare, atol=tolerance), ours, theirs)


def curved(f, x, w):
    """A scalar whose derivatives of every order are full."""
    return jnp.sum(jnp.sin(f(x, w)))


def norms(f, x, w):
    """Sum of squared per-sample input-gradient norms, through `vmap(grad(...))`."""
    per_sample = jax.vmap(jax.grad(lambda one: curved(f, one[None], w)))
    return jnp.sum(per_sample(x) ** 2)


@pytest.fixture(params=CASES)
def both(request):
    with jax.enable_x64(True):
        yield operands(request.param)


def test_value_and_both_gradients(both):
    x, w, ours, theirs = both
    assert_close(ours(x, w), theirs(x, w))
    for f in (ours, theirs):
        assert f(x, w).dtype == np.float64

    def derive(f):
        return jax.jit(jax.grad(functools.partial(curved, f), (0, 1)))(x, w)

    assert_close(derive(ours), derive(theirs))


def test_second_derivative_through_vmap_of_grad(both):
    x, w, ours, theirs = both

    def derive(f):
        return jax.jit(jax.grad(functools.partial(norms, f), (0, 1)))(x, w)

    assert_close(derive(ours), derive(theirs))


@pytest.mark.parametrize("case", ["dcgan", "winograd", "resnet"])
def test_third_derivative(case):
    def third(f, x, w):
        once = jax.grad(functools.partial(norms, f), (0, 1))
        total = lambda w: sum(jnp.sum(g**2) for g in once(x, w))  # noqa: E731
        return jax.jit(jax.grad(total))(w)

    with jax.enable_x64(True):
        x, w, ours, theirs = operands(case, batch=2)
        assert_close(third(ours, x, w), third(theirs, x, w), 1e-8)


@pytest.mark.parametrize("case", ["dcgan", "winograd", "winograd, odd size"])
def test_single_precision_errs_no_more_than_the_native_form(case):
    with jax.enable_x64(True):
        x, w, ours, theirs = operands(case)
        w = w / np.sqrt(w[..., 0].size)

        def derive(f, dtype):
            gradient = jax.jit(jax.grad(functools.partial(norms, f), 1))
            return gradient(x.astype(dtype), w.astype(dtype)).astype("float64")

        exact = derive(theirs, "float64")

        def error(f):
            return jnp.linalg.norm(derive(f, "float32") - exact)

        assert 0 < error(ours) < 2 * error(theirs)
        assert error(ours) < 1e-6 * jnp.linalg.norm(exact)


def counted(f, *operands):
    cost = jax.jit(f).lower(*operands).compile().cost_analysis()
    assert cost is not None
    return cost["flops"]


@pytest.mark.usefixtures("full_compiles")
def test_wide_blocks_of_two_by_two_save_multiplications():
    x, w = jnp.ones((8, 16, 16, 64)), jnp.ones((4, 4, 64, 128))
    bound = {"strides": (2, 2), "padding": ((1, 1), (1, 1))}
    direct = 2 * 8 * 8 * 8 * 16 * 64 * 128
    y = jnp.ones((8, 8, 8, 128))
    ours = functools.partial(conv, **bound)
    pull = lambda x, w, y: jax.vjp(ours, x, w)[1](y)  # noqa: E731
    for f, operands, maps in ((ours, (x, w), 1), (pull, (x, w, y), 2)):
        assert 9 / 16 < counted(f, *operands) / (maps * direct) < 11 / 16


@pytest.mark.parametrize("axes", [(0, None), (None, 0), (0, 0), (3, 1), (None, 2)])
@pytest.mark.parametrize("case", ["dcgan", "winograd", "uneven"])
def test_any_operand_can_be_mapped_along_any_axis(case, axes):
    with jax.enable_x64(True):
        x, w, ours, theirs = operands(case)
        stack = lambda a, axis: jnp.stack([a, 2 * a - 1], axis)  # noqa: E731
        x = x if axes[0] is None else stack(x, axes[0])
        w = w if axes[1] is None else stack(w, axes[1])

        def derive(f):
            one = jax.grad(functools.partial(curved, f), (0, 1))
            both = lambda x, w: (f(x, w), one(x, w))  # noqa: E731
            return jax.jit(jax.vmap(both, axes))(x, w)

        assert_close(derive(ours), derive(theirs))


@pytest.mark.parametrize("case", ["dcgan", "odd size", "winograd, odd size", "uneven"])
def test_input_transpose_is_the_adjoint(case):
    size, *_, strides, padding = CASES[case]
    with jax.enable_x64(True):
        x, w, ours, _ = operands(case)
        y = jnp.cos(ours(x, w))
        back = conv_input_transpose(y, w, size, strides, padding)
        np.testing.assert_allclose(jnp.vdot(y, ours(x, w)), jnp.vdot(back, x))


def test_transformations_do_not_change_the_second_derivative():
    x, w, f, _ = operands("dcgan", batch=8, dtype="float32")
    loss = lambda w, x=x: norms(f, x, w) / 8  # noqa: E731
    expected = jax.jit(jax.grad(loss))(w)
    scanned = lax.scan(lambda c, _: (c, jax.grad(loss)(w)), 0, None, length=2)[1][1]
    looped = lax.fori_loop(0, 2, lambda _, c: jax.grad(loss)(w), w)
    remade = jax.jit(jax.grad(jax.checkpoint(loss)))(w)
    linear = jax.jit(lambda w: jax.linearize(jax.grad(loss), w)[0])(w)
    for result in (scanned, looped, remade, linear):
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)
    assert jax.eval_shape(jax.grad(loss), w).shape == w.shape


def test_devices_share_a_second_derivative():
    x, w, f, _ = operands("dcgan", batch=16, dtype="float32")
    loss = lambda w, x: norms(f, x, w) / x.shape[0]  # noqa: E731
    sharded = jax.pmap(
        lambda w, x: lax.pmean(jax.grad(loss)(w, x), "devices"),
        axis_name="devices",
        in_axes=(None, 0),
    )(w, x.reshape(8, 2, *x.shape[1:]))
    expected = jax.jit(jax.grad(loss))(w, x)
    np.testing.assert_allclose(sharded[3], expected, rtol=1e-4, atol=1e-4)


def test_operands_of_different_types_are_refused():
    x, w, f, _ = operands("dcgan", dtype="float32")
    with pytest.raises(TypeError, match="dtype"):
        f(x.astype(jnp.float16), w)


def compiled_penalty_loop(critic, shape):
    """The optimised program of a scan over second derivatives, as text."""
    x = jnp.ones((4, *shape))
    shapes = jax.eval_shape(lambda: critic.init(jax.random.key(0), x, True))
    params = jax.tree.map(lambda leaf: np.ones(leaf.shape, leaf.dtype), shapes)

    def loss(params):
        score = lambda one: critic.apply(params, one[None], True)[0]  # noqa: E731
        return jnp.sum(jax.vmap(jax.grad(score))(x) ** 2)

    def loop(params):
        step = lambda p, _: (jax.tree.map(jnp.subtract, p, jax.grad(loss)(p)), None)  # noqa: E731
        return lax.scan(step, params, None, length=2)[0]

    return jax.jit(loop).lower(params).compile().as_text()


def slow_convolutions(program):
    """Convolutions for which XLA:CPU has no fast kernel inside a loop."""
    lines = re.findall(r"^.* convolution\(.*$", program, re.MULTILINE)
    assert lines
    slow = r"lhs_dilate|rhs_reversal|group_count"
    canonical = "dim_labels=b01f_01io->b01f"
    return [line for line in lines if canonical not in line or re.search(slow, line)]


@pytest.mark.usefixtures("full_compiles")
@pytest.mark.parametrize("critic", [DCGANCritic(8), ResNetCritic(8)])
def test_a_loop_over_second_derivatives_has_canonical_convolutions_only(critic):
    assert slow_convolutions(compiled_penalty_loop(critic, (32, 32, 3))) == []


@pytest.mark.usefixtures("full_compiles")
def test_the_search_for_slow_convolutions_finds_the_native_ones(monkeypatch):
    monkeypatch.setattr("wgan_jax.networks.layers.conv", native)
    program = compiled_penalty_loop(DCGANCritic(8), (32, 32, 3))
    assert len(slow_convolutions(program)) >= 6


@pytest.mark.parametrize(("platform", "dilated"), [("cpu", False), ("cuda", True)])
def test_the_platform_is_chosen_when_lowering(platform, dilated):
    x, w, f, _ = operands("dcgan", dtype="float32")
    gradient = jax.jit(jax.grad(lambda x: curved(f, x, w)))
    program = jax.export.export(gradient, platforms=(platform,))(x).mlir_module()
    assert ("lhs_dilate = [2, 2]" in program) == dilated
