"""The training step: n_critic critic updates, one generator update, pure.

A step reads a train state, a PRNG key and a batch, and returns the next state and its
metrics. It draws noise for the global batch and takes its device's share, so that
numbers do not depend on how many devices there are. It never touches a file, a clock or
a device.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from wgan_jax.constraints.interface import Metrics
from wgan_jax.errors import UserError
from wgan_jax.networks.interface import wants_wide_passes, with_axis_name
from wgan_jax.parallel.collective import SINGLE_DEVICE, Collective
from wgan_jax.training.arguments import check_batch, check_count, check_key
from wgan_jax.training.guards import guarded
from wgan_jax.training.labelled import take, unpack
from wgan_jax.training.precision import at_precision
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState, Weights
from wgan_jax.training.updates import critic_update, generate_fakes, generator_update

TrainStep = Callable[..., tuple[TrainState, Metrics]]


def make_train_step(
    recipe: Recipe, collective: Collective = SINGLE_DEVICE
) -> TrainStep:
    """Builds the step of a game.

    Args:
        recipe: the parts of the game; see `check_recipe`.
        collective: the mapped device axis that the step will run under.

    Returns:
        train_step(state, key, batch, n_critic=None) -> (state, metrics). `batch` holds
        this device's share of the real samples of every critic update, [n, B / size,
        ...], uint8 images or floats; for conditional networks `Labelled(samples,
        labels)`. Fakes are made of the classes of these samples, the generator's own of
        those of the last update: classes come as often as in the data, and real[i] and
        fake[i] share one. `key` is the run's key, the same at every step and another
        one than `init_state` was given: the step folds its own number into it.
        `n_critic` is how many of the n updates to make, an integer or a traced one;
        when None all are made, and n has to be the recipe's `n_critic`. Metrics are
        float32 scalars, those of the last critic update. Raises `UserError` for a batch
        of another n.
    """
    recipe = guarded(recipe)
    if not isinstance(collective, Collective):
        raise UserError(f"collective is {collective!r}, but has to be a Collective.")
    recipe = recipe._replace(
        generator=with_axis_name(recipe.generator, collective.reduced_axis),
        critic=with_axis_name(recipe.critic, collective.reduced_axis),
    )
    step = functools.partial(_train_step, recipe, collective)
    return at_precision(recipe.precision, step)


def _train_step(
    recipe: Recipe,
    collective: Collective,
    state: TrainState,
    key: jax.Array,
    batch: Any,
    n_critic: jax.Array | int | None = None,
) -> tuple[TrainState, Metrics]:
    batch, labels = unpack(recipe, batch)
    _check_arguments(recipe, state, key, batch, n_critic)
    size = batch.shape[1]
    # Folding the step in keeps the key out of the state, so that any step can be
    # repeated from its number alone; after one split no key is used twice.
    latent_key, critic_key, generator_key = jax.random.split(
        jax.random.fold_in(key, state.step), 3
    )

    # With a traced count the number of passes is not known when this is traced.
    ahead = n_critic is None and wants_wide_passes(recipe.generator)
    fake_of = _fakes(recipe, collective, state.generator, latent_key, batch, labels)
    if ahead:
        fake_of = _generate_ahead(fake_of, len(batch))

    def update_critic(i: jax.Array, state: TrainState) -> tuple[TrainState, Metrics]:
        real, label = take((batch, labels), i)
        update_key, fake = jax.random.fold_in(critic_key, i), fake_of(i)
        _check_samples(real, fake)
        return critic_update(
            recipe, state, update_key, real, fake, collective, i, label
        )

    updates = len(batch) if n_critic is None else n_critic
    state, critic_metrics = _repeat(update_critic, updates, state)
    real, label = _last_shown(recipe, batch, labels, updates)
    state, generator_metrics = generator_update(
        recipe, state, generator_key, size, collective, real, label
    )
    return state, critic_metrics | generator_metrics


def _fakes(
    recipe: Recipe,
    collective: Collective,
    generator: Weights,
    key: jax.Array,
    batch: jax.Array,
    labels: jax.Array | None,
) -> Callable[[jax.Array], jax.Array]:
    """Returns (number of a critic update) -> the fakes that it is shown."""

    def fakes(i: jax.Array) -> jax.Array:
        fake_key, size = jax.random.fold_in(key, i), batch.shape[1]
        return generate_fakes(
            recipe, generator, fake_key, size, collective, take(labels, i)
        )

    return fakes


def _last_shown(
    recipe: Recipe,
    batch: jax.Array,
    labels: jax.Array | None,
    updates: jax.Array | int,
) -> tuple[jax.Array | None, jax.Array | None]:
    """What the generator's update reads of the last critic update's batch.

    Of the first one's, where no critic update is made.
    """
    real = batch if recipe.objective.relativistic else None
    if real is labels is None:
        return None, None
    return take((real, labels), jnp.maximum(updates - 1, 0))


def _check_arguments(
    recipe: Recipe, state: Any, key: Any, batch: Any, n_critic: Any
) -> None:
    if not isinstance(state, TrainState):
        raise UserError(
            f"state is a {type(state).__name__}, but has to be a TrainState, as "
            "init_state or a step returns it."
        )
    if (state.ema is None) != (recipe.ema_decay is None):
        raise UserError(
            f"the state has {'no' if state.ema is None else 'a'} moving average, but "
            f"the recipe's ema_decay is {recipe.ema_decay}: make the state with this "
            "recipe, init_state(recipe, key, sample_shape)."
        )
    check_key(key)
    check_batch(batch)
    if n_critic is not None:
        check_count(n_critic, batch)
    else:
        _check_updates(recipe, batch)


def _check_samples(real: jax.Array, fake: jax.Array) -> None:
    if real.shape != fake.shape:
        raise UserError(
            f"the batch holds samples of shape {real.shape[1:]}, but the generator "
            f"makes {fake.shape[1:]}: give samples as the state was made for."
        )


def _check_updates(recipe: Recipe, batch: jax.Array) -> None:
    if len(batch) != recipe.n_critic:
        raise UserError(
            f"the batch has shape {batch.shape}, samples for {len(batch)} critic "
            f"updates, but the recipe's n_critic is {recipe.n_critic}. Give "
            f"[{recipe.n_critic}, B, ...], or say n_critic in the call."
        )


def _generate_ahead(
    generate: Callable[..., jax.Array], times: int
) -> Callable[..., jax.Array]:
    """Makes the fakes of every update at once: one wide pass for many narrow ones.

    The generator stands still while the critic learns, and a batch norm under vmap sees
    each of its batches alone, so that the arrays are those that `generate` would give.
    """
    made = jax.vmap(generate)(jnp.arange(times))  # [times, B / size, ...]
    return lambda i: lax.dynamic_index_in_dim(made, i, keepdims=False)


def trace_once(
    update: Callable[..., tuple[TrainState, Metrics]], state: TrainState
) -> tuple[Callable[..., tuple[TrainState, Metrics]], Metrics]:
    """Prepares the body of a loop whose metrics need their shapes before it starts.

    Args:
        update: (i, state) -> (state, metrics).
        state: the state before the loop.

    Returns:
        The same function, and the shapes of its metrics.
    """
    # jit(inline=True) lets eval_shape and fori_loop share one trace without a call in
    # the program.
    update = jax.jit(update, inline=True)
    _, shapes = jax.eval_shape(update, 0, state)
    return update, shapes


def _repeat(update, times, state: TrainState) -> tuple[TrainState, Metrics]:
    """Makes `times` updates and returns the metrics of the last one."""
    # The zeros are never returned but where `times` is 0.
    update, shapes = trace_once(update, state)
    metrics = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    return lax.fori_loop(
        0, times, lambda i, carry: update(i, carry[0]), (state, metrics)
    )
