"""Many steps in one program: batches are gathered on the device and metrics collected.

How many of the steps to make is an argument of the program and not a part of it, so
that one compilation serves every length and the numbers do not depend on how a run is
cut into dispatches. Pure, like the step.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from wgan_jax.constraints.interface import Metrics
from wgan_jax.parallel.collective import SINGLE_DEVICE, Collective
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState
from wgan_jax.training.step import TrainStep, make_train_step, trace_once


class Work(NamedTuple):
    """The steps that a dispatch makes, and their samples; the same on all devices.

    Attributes:
        key: the run's key.
        indices: [K, n, B] int32, the samples of every critic update of every step, for
            the global batch.
        counts: [K] int32, how many of the n updates each step makes; None for all.
        length: how many of the K steps to make, an int32 scalar.
    """

    key: jax.Array
    indices: jax.Array | np.ndarray
    counts: jax.Array | np.ndarray | None
    length: jax.Array | np.int32


class Dispatched(NamedTuple):
    """What a dispatch leaves.

    Attributes:
        state: after the last step made.
        metrics: name -> [K], of which the first `length` count.
        finite: network -> whether all its parameters are finite at the end.
        host_flags: the elementwise maximum of the hosts' flags, so that all of them act
            alike.
    """

    state: TrainState
    metrics: Metrics
    finite: dict[str, jax.Array]
    host_flags: jax.Array


Dispatch = Callable[[TrainState, Any, jax.Array, Work], Dispatched]


def make_dispatch(recipe: Recipe, collective: Collective = SINGLE_DEVICE) -> Dispatch:
    """Builds the program that makes up to K steps.

    Args:
        recipe: the parts of the game.
        collective: the mapped device axis that it will run under.

    Returns:
        dispatch(state, data, host_flags, work) -> Dispatched. `data` is the whole
        training set on the device, [N, ...], or `Labelled` for conditional networks,
        whose labels are read by the same indices; `host_flags` integers of this
        device's host, which ride along because the program is the one place where all
        hosts meet anyway.
    """
    train_step = make_train_step(recipe, collective)

    def dispatch(
        state: TrainState, data: Any, host_flags: jax.Array, work: Work
    ) -> Dispatched:
        def step(t: jax.Array, state: TrainState) -> tuple[TrainState, Metrics]:
            # [K, n, B] -> [n, B] of step t -> [n, B / size] -> samples [n, B/size, ...]
            reads = collective.shard(work.indices[t], axis=1)
            batch = jax.tree.map(lambda array: array[reads], data)
            updates = None if work.counts is None else work.counts[t]
            return train_step(state, work.key, batch, updates)

        state, logs = _make_steps(step, state, work)
        agreed = collective.max(host_flags)
        return Dispatched(state, logs, finite_networks(state), agreed)

    return dispatch


def _make_steps(
    step: TrainStep, state: TrainState, work: Work
) -> tuple[TrainState, Metrics]:
    """Makes `work.length` steps; each metric comes back as [K]."""
    step, shapes = trace_once(step, state)
    # The metrics of all steps stay on the device until the host asks: a callback or a
    # transfer for each step would stop the loop.

    def body(t: jax.Array, carry: Any) -> Any:
        state, metrics = step(t, carry[0])
        # carry[1] is [K] for each metric; XLA updates it in place inside the loop.
        logs = jax.tree.map(lambda log, value: log.at[t].set(value), carry[1], metrics)
        return state, logs

    steps = len(work.indices)
    logs = {name: jnp.zeros(steps, leaf.dtype) for name, leaf in shapes.items()}
    # A traced length: while_loop instead of scan, one program for every length.
    return lax.fori_loop(0, work.length, body, (state, logs))


def finite_networks(state: TrainState) -> dict[str, jax.Array]:
    """Tells of each network whether all its parameters are finite."""
    # Parameters once a dispatch and not once a step: losses tell the step, this catches
    # a network that is broken while its loss still looks finite.
    networks = {"generator": state.generator, "critic": state.critic}
    return {name: _all_finite(network.params) for name, network in networks.items()}


def _all_finite(tree: Any) -> jax.Array:
    return jnp.all(jnp.stack([jnp.all(jnp.isfinite(x)) for x in jax.tree.leaves(tree)]))
