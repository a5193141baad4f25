"""Many steps in one program: batches are gathered on the device and metrics collected.

How many of the steps to make is an argument of the program and not a part of it, so
that one compilation serves every length and the numbers do not depend on how a run is
cut into dispatches. Pure, like the step.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from wgan_jax.parallel.collective import ALONE, Collective
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState
from wgan_jax.training.step import Metrics, make_train_step


class Dispatched(NamedTuple):
    """What a dispatch leaves.

    Attributes:
        state: after the last step made.
        metrics: name -> [K], of which the first `length` count.
        finite: player -> whether all its parameters are finite at the end.
        notes: the elementwise maximum of the hosts' notes, so that all of them act
            alike.
    """

    state: TrainState
    metrics: Metrics
    finite: dict[str, jax.Array]
    notes: jax.Array


def make_dispatch(recipe: Recipe, collective: Collective = ALONE):
    """Builds the program that makes up to K steps.

    Args:
        recipe: the parts of the game.
        collective: the mapped device axis that it will run under.

    Returns:
        dispatch(state, key, data, indices, counts, length, notes) -> Dispatched.
        `data` is the whole training set on the device, [N, ...]; `indices` [K, n, B]
        are the samples of every critic update of every step, for the global batch;
        `counts` [K] how many of the n updates each step makes, or None for all;
        `length` <= K how many steps to make; `notes` integers of this device's host.
    """
    train_step = make_train_step(recipe, collective)

    def dispatch(
        state: TrainState,
        key: jax.Array,
        data: jax.Array,
        indices: jax.Array,
        counts: jax.Array | None,
        length: jax.Array,
        notes: jax.Array,
    ) -> Dispatched:
        # Inlined, but traced once: the shapes and the loop both ask for it.
        @functools.partial(jax.jit, inline=True)
        def one(t, state: TrainState) -> tuple[TrainState, Metrics]:
            batch = data[collective.share(indices[t], axis=1)]
            return train_step(state, key, batch, None if counts is None else counts[t])

        def body(t, carry):
            state, metrics = one(t, carry[0])
            write = jax.tree.map(
                lambda log, value: log.at[t].set(value), carry[1], metrics
            )
            return state, write

        _, shapes = jax.eval_shape(one, 0, state)
        empty = {name: jnp.zeros(len(indices), s.dtype) for name, s in shapes.items()}
        state, metrics = lax.fori_loop(0, length, body, (state, empty))
        agreed = collective.largest(notes)
        return Dispatched(state, metrics, finite_players(state), agreed)

    return dispatch


def finite_players(state: TrainState) -> dict[str, jax.Array]:
    """Tells of each player whether all its parameters are finite."""
    players = {"generator": state.generator, "critic": state.critic}
    return {name: _all_finite(player.params) for name, player in players.items()}


def _all_finite(tree: Any) -> jax.Array:
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(x)) for x in jax.tree.leaves(tree)]))
