"""Keys, shapes, batches and states that are none are refused while a step is traced."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.games import by_hand
from wgan_jax.constraints import unconstrained
from wgan_jax.errors import UserError
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step

GAME = by_hand(unconstrained())
KEY = jax.random.key(0)
STEP = make_train_step(GAME)
BATCH = np.zeros((1, 4, 2), np.float32)


@pytest.fixture
def state():
    return jax.eval_shape(lambda: init_state(GAME, KEY, (2,)))


def shapes_of_step(state: Any, key: Any, batch: Any, *rest: Any) -> Any:
    """Traces a step; what is no array is closed over, as an eager caller has it."""
    return jax.eval_shape(lambda s: STEP(s, key, batch, *rest), state)


NO_KEYS = [None, 0, "k", 0.5, np.zeros(3, np.float32)]


@pytest.mark.parametrize("bad", NO_KEYS)
def test_what_is_no_key_is_refused(bad, state):
    for ask in (
        lambda: init_state(GAME, bad, (2,)),
        lambda: shapes_of_step(state, bad, BATCH),
    ):
        with pytest.raises(UserError, match=r"key is .*jax\.random\.key\(0\)"):
            ask()


def test_several_keys_are_no_key_and_a_raw_key_is_one(state):
    with pytest.raises(UserError, match="one PRNG key"):
        init_state(GAME, jax.random.split(KEY), (2,))
    after, _ = shapes_of_step(state, jax.random.PRNGKey(0), BATCH)
    assert jax.tree.structure(after) == jax.tree.structure(state)


@pytest.mark.parametrize("shape", [None, 2, "ab", (), (0,), (2.5,), (-1,), (3, 4)])
def test_what_is_no_shape_of_a_sample_is_refused(shape):
    with pytest.raises(UserError, match="sample_shape"):
        init_state(GAME, KEY, shape)


@pytest.mark.parametrize(
    "batch",
    [
        None,
        "x",
        [[[0.0, 0.0]]],
        BATCH[0],
        BATCH.astype(np.int32),
        BATCH.astype(np.uint8),
        BATCH.astype(np.float16),
        BATCH[:, :0],
        BATCH[:, :, :1],
        np.zeros((2, 4, 2), np.float32),
    ],
)
def test_what_is_no_batch_is_refused(batch, state):
    with pytest.raises(UserError, match="batch"):
        shapes_of_step(state, KEY, batch)


@pytest.mark.parametrize("n_critic", [-1, 2, 1.5, "1", np.int32(2), jnp.int32(2)])
def test_more_updates_than_the_batch_has_are_refused(n_critic, state):
    with pytest.raises(UserError, match="n_critic"):
        shapes_of_step(state, KEY, BATCH, n_critic)


def test_what_is_no_state_or_has_no_average_is_refused(state):
    with pytest.raises(UserError, match="state is a dict.*TrainState"):
        STEP({}, KEY, jnp.asarray(BATCH))
    averaged = make_train_step(GAME._replace(ema_decay=0.5))
    with pytest.raises(UserError, match="no moving average"):
        jax.eval_shape(lambda s: averaged(s, KEY, jnp.asarray(BATCH)), state)
