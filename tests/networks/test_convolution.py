"""The convolution primitives against XLA's own, in value and in every derivative."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from wgan_jax.networks.convolution import conv, conv_input_transpose

# size, inputs, outputs, window, strides, padding
CASES = {
    "dcgan": ((8, 8), 9, 5, (4, 4), (2, 2), ((1, 1), (1, 1))),
    "dcgan first layer": ((8, 8), 1, 6, (4, 4), (2, 2), ((1, 1), (1, 1))),
    "resnet": ((6, 6), 9, 4, (3, 3), (1, 1), ((1, 1), (1, 1))),
    "pointwise": ((5, 4), 3, 4, (1, 1), (1, 1), ((0, 0), (0, 0))),
    "odd size": ((7, 7), 9, 3, (4, 4), (2, 2), ((1, 2), (1, 2))),
    "rows left over": ((8, 7), 2, 3, (3, 3), (2, 2), ((0, 0), (1, 0))),
    "uneven": ((9, 7), 8, 3, (5, 2), (3, 1), ((2, 1), (0, 1))),
    "gaps": ((7, 6), 3, 2, (2, 1), (3, 2), ((0, 0), (0, 0))),
}


def native(x, w, strides, padding):
    return lax.conv_general_dilated(
        x, w, strides, padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def operands(case, dtype=np.float64, batch=3):
    size, inputs, outputs, window, strides, padding = CASES[case]
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.standard_normal((batch, *size, inputs)), dtype)
    w = jnp.asarray(rng.standard_normal((*window, inputs, outputs)), dtype)
    bound = {"strides": strides, "padding": padding}
    return x, w, functools.partial(conv, **bound), functools.partial(native, **bound)


def close(ours, theirs, tolerance=1e-10):
    jax.tree.map(
        functools.partial(np.testing.assert_allclose, rtol=tolerance, atol=tolerance),
        ours,
        theirs,
    )


def curved(f):
    """A scalar whose derivatives of every order are full."""
    return lambda x, w: jnp.sum(jnp.sin(f(x, w)))


def norms(f):
    """Sum of squared per-sample input-gradient norms, through `vmap(grad(...))`."""

    def total(x, w):
        score = curved(f)
        gradients = jax.vmap(jax.grad(lambda one: score(one[None], w)))(x)
        return jnp.sum(gradients**2)

    return total


@pytest.fixture(params=CASES)
def both(request):
    with jax.enable_x64(True):
        yield operands(request.param)


def test_value_and_both_gradients(both):
    x, w, ours, theirs = both
    close(ours(x, w), theirs(x, w))
    derive = lambda f: jax.jit(jax.grad(curved(f), (0, 1)))(x, w)  # noqa: E731
    close(derive(ours), derive(theirs))


def test_second_derivative_through_vmap_of_grad(both):
    x, w, ours, theirs = both
    derive = lambda f: jax.jit(jax.grad(norms(f), (0, 1)))(x, w)  # noqa: E731
    close(derive(ours), derive(theirs), 1e-9)


def test_third_derivative(both):
    x, w, ours, theirs = both

    def third(f):
        once = jax.grad(norms(f), (0, 1))
        return jax.jit(jax.grad(lambda x, w: sum(jnp.sum(g**2) for g in once(x, w)), 1))

    close(third(ours)(x, w), third(theirs)(x, w), 1e-8)
