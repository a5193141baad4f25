"""The training step: n_critic critic updates, one generator update, pure.

A step reads a train state, a PRNG key and a batch, and returns the next state and its
metrics. It draws noise for the global batch and takes its device's share, so that
numbers do not depend on how many devices there are. It never touches a file, a clock or
a device.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from wgan_jax.parallel.collective import ALONE, Collective
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState
from wgan_jax.training.updates import (
    Metrics,
    critic_update,
    generator_update,
    make_fakes,
)

TrainStep = Callable[..., tuple[TrainState, Metrics]]


def make_train_step(recipe: Recipe, collective: Collective = ALONE) -> TrainStep:
    """Builds the step of a game.

    Args:
        recipe: the parts of the game.
        collective: the mapped device axis that the step will run under.

    Returns:
        train_step(state, key, batch, n_critic=None) -> (state, metrics). `batch` holds
        this device's share of the real samples of every critic update, [n, B / size,
        ...], uint8 images or floats. `key` is the run's key: the step folds its own
        number into it. `n_critic` is how many of the n updates to make, an integer or a
        traced one; all when None. Metrics are float32 scalars, those of the last critic
        update.
    """
    recipe = _under(recipe, collective)

    def train_step(
        state: TrainState,
        key: jax.Array,
        batch: jax.Array,
        n_critic: jax.Array | int | None = None,
    ) -> tuple[TrainState, Metrics]:
        size = batch.shape[1]
        latent_key, critic_key, generator_key = jax.random.split(
            jax.random.fold_in(key, state.step), 3
        )

        def fakes(i) -> jax.Array:
            fake_key = jax.random.fold_in(latent_key, i)
            return make_fakes(recipe, state.generator, fake_key, size, collective)

        ahead = n_critic is None and getattr(recipe.generator, "wide_passes", False)
        fake_of = _look_ahead(fakes, len(batch)) if ahead else fakes

        def update_critic(i, state: TrainState) -> tuple[TrainState, Metrics]:
            real = lax.dynamic_index_in_dim(batch, i, keepdims=False)
            update_key = jax.random.fold_in(critic_key, i)
            return critic_update(
                recipe, state, update_key, real, fake_of(i), collective
            )

        updates = len(batch) if n_critic is None else n_critic
        state, critic_metrics = _repeat(update_critic, updates, state)
        state, generator_metrics = generator_update(
            recipe, state, generator_key, size, collective
        )
        return state, critic_metrics | generator_metrics

    return train_step


def _under(recipe: Recipe, collective: Collective) -> Recipe:
    """Tells networks with batch norm which device axis to reduce over."""

    def clone(module):
        if not hasattr(module, "axis_name"):
            return module
        return module.clone(axis_name=collective.reduced_axis)

    return recipe._replace(
        generator=clone(recipe.generator), critic=clone(recipe.critic)
    )


def _look_ahead(make: Callable[..., jax.Array], times: int):
    """Makes every i's array at once, where one wide pass beats many narrow ones.

    The generator stands still while the critic learns, and a batch norm under vmap sees
    each of its batches alone, so that the arrays are those that `make` would give.
    """
    made = jax.vmap(make)(jnp.arange(times))
    return lambda i: lax.dynamic_index_in_dim(made, i, keepdims=False)


def _repeat(update, times, state: TrainState) -> tuple[TrainState, Metrics]:
    # Inlined, but traced once: the shapes and the loop both ask for it.
    update = jax.jit(update, inline=True)
    _, shapes = jax.eval_shape(update, 0, state)
    metrics = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    return lax.fori_loop(
        0, times, lambda i, carry: update(i, carry[0]), (state, metrics)
    )
