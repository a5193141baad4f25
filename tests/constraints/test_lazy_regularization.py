"""Lazy regularisation: k updates together weigh the penalty as k plain ones do."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from tests.games import by_hand
from wgan_jax.constraints import Constraint, lazy_penalty, penalty, r1, unconstrained
from wgan_jax.errors import UserError
from wgan_jax.training.check import check_recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step
from wgan_jax.training.updates import critic_update

KEY = jax.random.key(2)
REAL, FAKE = jax.random.normal(jax.random.key(4), (2, 8, 2))


def gradients(constraint: Constraint, updates: int, n_critic: int = 1) -> np.ndarray:
    """The critic's gradient of every update, at parameters that stand still."""
    still = optax.trace(0.0)  # keeps the gradient as its state
    frozen = optax.chain(still, optax.set_to_zero())
    recipe = by_hand(constraint, critic_optimizer=frozen, n_critic=n_critic)
    state = init_state(recipe, KEY, (2,))
    seen = []
    update = jax.jit(functools.partial(critic_update, recipe))
    for number in range(updates):
        step, index = divmod(number, n_critic)
        at = state.replace(step=jnp.asarray(step, jnp.int32))
        after, _ = update(at, KEY, REAL, FAKE, index=index)
        seen.append(jax.tree.leaves(after.critic.optimizer)[0])
    return np.stack(seen)


@pytest.mark.parametrize("n_critic", [1, 2])
def test_the_mean_gradient_of_k_updates_is_the_plain_one(n_critic):
    free = gradients(unconstrained(), 1)[0]
    plain = gradients(r1(3.0), 1)[0]
    lazy = gradients(lazy_penalty(r1(3.0), 4), 8, n_critic)
    for first in (0, 4):
        np.testing.assert_allclose(lazy[first : first + 4].mean(0), plain, rtol=1e-5)
        # The fourth carries four times the penalty, the others nothing of it.
        for number in range(3):
            np.testing.assert_array_equal(lazy[first + number], free)
        np.testing.assert_allclose(
            lazy[first + 3] - free, 4 * (plain - free), rtol=1e-4
        )


def test_at_1_it_is_the_very_constraint():
    constraint = penalty(10.0)
    assert lazy_penalty(constraint, 1) is constraint


def test_idle_updates_log_zero_and_make_no_pass():
    recipe = by_hand(lazy_penalty(penalty(1.0), 2))
    state = init_state(recipe, KEY, (2,))
    step = jax.jit(make_train_step(recipe))
    logged = []
    for _ in range(4):
        state, metrics = step(state, KEY, REAL[None])
        logged.append(float(metrics["gradient_norm"]))
    assert logged[0] == logged[2] == 0
    assert min(logged[1], logged[3]) > 1
    text = str(jax.make_jaxpr(make_train_step(recipe))(state, KEY, REAL[None]))
    assert "cond[" in text


def test_a_penalty_is_told_the_step_and_the_update():
    def spy(apply, params, real, fake, noise):
        seen = {"at": noise.step, "index": noise.index, "update": noise.update}
        floats = {n: jnp.asarray(v).astype(jnp.float32) for n, v in seen.items()}
        return 0 * apply(params, real).sum(), floats

    recipe = by_hand(Constraint("spy", penalty=spy), n_critic=3)
    state = init_state(recipe, KEY, (2,)).replace(step=jnp.asarray(5, jnp.int32))
    step = jax.jit(make_train_step(recipe))
    for made, index in ((3, 2), (1, 0)):
        _, metrics = step(state, KEY, jnp.stack([REAL] * 3), made)
        seen = {name: int(metrics[name]) for name in ("at", "index", "update")}
        assert seen == {"at": 5, "index": index, "update": 15 + index}


def test_what_cannot_be_lazy_is_refused():
    with pytest.raises(UserError, match="every is 0, but needs to be at least 1"):
        lazy_penalty(penalty(1.0), 0)
    with pytest.raises(UserError, match="'none' has no penalty"):
        lazy_penalty(unconstrained(), 2)


def test_a_penalty_of_ones_own_stays_ones_own():
    def mine(apply, params, real, fake, noise):
        return jnp.mean(apply(params, fake)), {"critic_loss": jnp.float32(0)}

    lazy = lazy_penalty(Constraint("mine", penalty=mine), 4)
    with pytest.raises(UserError, match="critic_loss"):
        check_recipe(by_hand(lazy), (2,))
