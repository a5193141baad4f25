"""The optimisers are optax's own, and change their moments in place."""

import re

import chex
import jax
import jax.numpy as jnp
import optax
import pytest
from jax import lax

from wgan_jax.training.optimizers import adam, rmsprop

PARAMS = {"kernel": jnp.linspace(-1, 1, 12).reshape(3, 4), "bias": jnp.zeros(4)}
SCHEDULE = optax.linear_schedule(0.1, 0.0, 4)
PAIRS = {
    "adam": (adam(1e-2, 0.5, 0.9), optax.adam(1e-2, 0.5, 0.9)),
    "adam, no first moment": (adam(1e-2, 0.0, 0.9), optax.adam(1e-2, 0.0, 0.9)),
    "adam, decaying": (adam(SCHEDULE, 0.9, 0.99), optax.adam(SCHEDULE, 0.9, 0.99)),
    "rmsprop": (rmsprop(1e-2, 0.9), optax.rmsprop(1e-2, 0.9, eps_in_sqrt=False)),
    "rmsprop, decaying": (
        rmsprop(SCHEDULE, 0.99),
        optax.rmsprop(SCHEDULE, 0.99, eps_in_sqrt=False),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_updates_are_those_of_optax(name):
    ours, theirs = PAIRS[name]
    state, expected_state = ours.init(PARAMS), theirs.init(PARAMS)
    for step in range(5):
        gradients = jax.tree.map(lambda p, i=step: jnp.sin(7 * p + i), PARAMS)
        updates, state = ours.update(gradients, state, PARAMS)
        with jax.numpy_dtype_promotion("standard"):
            expected, expected_state = theirs.update(gradients, expected_state, PARAMS)
        chex.assert_trees_all_close(updates, expected, rtol=2e-5, atol=1e-9)


@pytest.mark.parametrize(
    "make", [lambda: adam(0.1, 0.5, 0.9), lambda: rmsprop(0.1, 0.9)]
)
def test_double_precision_is_kept(make):
    with jax.enable_x64(True):
        params = jnp.ones(3, jnp.float64)
        updates, _ = make().update(params, make().init(params), params)
        assert updates.dtype == jnp.float64


@pytest.mark.usefixtures("full_compiles")
@pytest.mark.skipif(
    jax.__version_info__ < (0, 12), reason="older XLA removes the barrier too early"
)
@pytest.mark.parametrize("optimizer", [adam(0.1, 0.5, 0.9), rmsprop(0.1, 0.9)])
def test_no_parameter_is_copied_inside_a_loop(optimizer):
    def run(params, state, samples):
        def body(_, carry):
            params, state = carry
            gradient = jax.grad(lambda p: jnp.sum(jnp.tanh(samples @ p) ** 2))(params)
            updates, state = optimizer.update(gradient, state, params)
            return optax.apply_updates(params, updates), state

        return lax.fori_loop(0, 3, body, (params, state))

    params, samples = jnp.ones((96, 96)), jnp.ones((8, 96))
    program = jax.jit(run, donate_argnums=(0, 1))
    text = program.lower(params, optimizer.init(params), samples).compile().as_text()
    assert text is not None
    copies = re.findall(r"f32\[96,96\]\S* copy\(", text)
    assert not copies
