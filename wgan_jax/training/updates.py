"""The two halves of a step: one update of the critic, one of the generator.

Each leaves the other network as it is, bit for bit. Pure: no file, no clock, no device.
"""

from typing import Any, cast

import jax
import jax.numpy as jnp
import optax

from wgan_jax.constraints import Noise
from wgan_jax.constraints.interface import Metrics
from wgan_jax.networks.interface import label_argument
from wgan_jax.parallel.collective import SINGLE_DEVICE, Collective
from wgan_jax.training.augmented import augmented
from wgan_jax.training.losses import CriticAux, critic_loss, generator_loss
from wgan_jax.training.passes import generate, to_floats
from wgan_jax.training.precision import run_network
from wgan_jax.training.randomness import network_rngs
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import (
    NetworkState,
    TrainState,
    Weights,
    critic_optimizer,
)


def generate_fakes(
    recipe: Recipe,
    generator: Weights,
    key: jax.Array,
    count: int,
    collective: Collective = SINGLE_DEVICE,
    labels: jax.Array | None = None,
) -> jax.Array:
    """Generates this device's share of the samples that one critic update is shown.

    Args:
        recipe: the parts of the game.
        generator: its weights, left as they are, the statistics too.
        key: a PRNG key of its own.
        count: samples on this device, B / size.
        collective: the device axis that it runs under.
        labels: their classes, [B / size], where the networks are conditional.

    Returns:
        G(z), [B / size, ...].
    """
    latents = _draw_latents(recipe, key, count, collective)
    # The new statistics are dropped: the generator's own update writes them.
    rngs = network_rngs(key, "generator", collective.size)
    return generate(recipe, generator, latents, rngs, labels)[0]


def _draw_latents(
    recipe: Recipe, key: jax.Array, count: int, collective: Collective
) -> jax.Array:
    # Drawn for the global batch and sliced: the same z for any number of devices.
    shape = (count * collective.size, recipe.latent_dim)
    # float32 in x64 mode too, as parameters are.
    return collective.shard(jax.random.normal(key, shape, jnp.float32))


def critic_update(
    recipe: Recipe,
    state: TrainState,
    key: jax.Array,
    real: jax.Array,
    fake: jax.Array,
    collective: Collective = SINGLE_DEVICE,
    index: jax.Array | int = 0,
    labels: jax.Array | None = None,
) -> tuple[TrainState, Metrics]:
    """One update of the critic; the generator is left as it is.

    Args:
        recipe: the parts of the game.
        state: the train state.
        key: a PRNG key of its own.
        real: this device's share of real samples, [B / size, ...].
        fake: as many generated ones.
        collective: the device axis that it runs under.
        index: which of the step's critic updates it is, from 0.
        labels: the classes of both, [B / size], where the networks are conditional.

    Returns:
        The state with the new critic, and metrics: critic_loss, wasserstein_estimate
        (E r - E f of the scores as constrained) and the constraint's own.
    """
    # On device and inside the step: images cross to the device once, as bytes.
    real = to_floats(real)
    noise = Noise(
        *(key, collective.size, collective.shard, collective.mean),
        *(state.step, index, recipe.n_critic, real.dtype),
    )
    real, fake = augmented(recipe, real, fake, noise)
    (value, aux), gradients = _critic_gradients(
        recipe, state, real, fake, noise, labels
    )
    stats = _critic_stats(recipe, state, real, fake, noise, labels)
    critic = apply_gradients(
        critic_optimizer(recipe), state.critic, collective.mean(gradients), stats
    )
    # Of the parameters after the update: a clipped fraction is that of clipped weights.
    logged = recipe.constraint.metrics(critic.params, aux.constraint, aux.scores)
    metrics = collective.mean({"critic_loss": value} | aux.metrics | logged)
    return state.replace(critic=critic, constraint=aux.constraint), metrics


def _critic_gradients(
    recipe: Recipe,
    state: TrainState,
    real: jax.Array,
    fake: jax.Array,
    noise: Noise,
    labels: jax.Array | None,
) -> tuple[tuple[jax.Array, CriticAux], Any]:
    """Differentiates the critic's loss: ((loss, what else came out), gradients)."""

    def loss(params: Any) -> tuple[jax.Array, CriticAux]:
        return critic_loss(recipe, state, params, real, fake, noise, labels)

    # `fake` is made outside of `loss`, so no gradient is carried to the generator.
    return jax.value_and_grad(loss, has_aux=True)(state.critic.params)


def _critic_stats(
    recipe: Recipe,
    state: TrainState,
    real: jax.Array,
    fake: jax.Array,
    noise: Noise,
    labels: jax.Array | None,
) -> Any:
    """Statistics of a critic with batch norm; XLA shares the forward passes."""
    if not state.critic.stats:
        return state.critic.stats
    # Of the weights that make the scores.
    constrain = recipe.constraint.constrain_params
    params, _ = constrain(state.critic.params, state.constraint)
    rngs = network_rngs(noise.key, "critic", noise.size)
    # Real and fake one after the other, as the scores were taken: two updates of the
    # running averages for each critic update, as two passes in PyTorch make.
    stats = state.critic.stats
    for samples in (real, fake):
        _, updated = run_network(
            recipe.critic,
            recipe.precision,
            Weights(params, stats).variables,
            samples,
            train=True,
            mutable=["batch_stats"],
            rngs=rngs,
            **label_argument(labels),
        )
        stats = updated["batch_stats"]
    return stats


def apply_gradients(
    optimizer: optax.GradientTransformation,
    network: NetworkState,
    gradients: Any,
    stats: Any,
) -> NetworkState:
    """Moves a network by its optimiser, and gives it new statistics."""
    updates, optimizer_state = optimizer.update(
        gradients, network.optimizer, network.params
    )
    params = optax.apply_updates(network.params, updates)
    return NetworkState(params, stats, optimizer_state)


def generator_update(
    recipe: Recipe,
    state: TrainState,
    key: jax.Array,
    count: int,
    collective: Collective = SINGLE_DEVICE,
    real: jax.Array | None = None,
    labels: jax.Array | None = None,
) -> tuple[TrainState, Metrics]:
    """One update of the generator and of its average; the critic is left as it is.

    It makes `generator_batch` samples for each that a critic update is shown: as many
    of the class of each label, and paired with each real sample.

    Args:
        recipe: the parts of the game.
        state: the train state.
        key: a PRNG key of its own.
        count: samples of a critic update on this device, B / size.
        collective: the device axis that it runs under.
        real: this device's share of real samples, [B / size, ...], where the objective
            is relativistic; read by no other.
        labels: the classes to make, and of `real`, [B / size], where the networks are
            conditional.

    Returns:
        The state with the new generator and the step counted, and generator_loss.
    """
    latents = _draw_latents(recipe, key, recipe.generator_batch * count, collective)
    real = None if real is None else to_floats(real)
    real, labels = _repeat_each((real, labels), recipe.generator_batch)

    def loss(params: Any) -> tuple[jax.Array, Any]:
        return generator_loss(
            recipe, state, params, latents, collective, real, key, labels
        )

    (value, stats), gradients = jax.value_and_grad(loss, has_aux=True)(
        state.generator.params
    )
    generator = apply_gradients(
        recipe.generator_optimizer, state.generator, collective.mean(gradients), stats
    )
    state = state.replace(
        step=state.step + 1,
        generator=generator,
        ema=_moving_average(recipe, state.ema, generator, state.step),
    )
    return state, {"generator_loss": collective.mean(value)}


def _repeat_each(arrays: Any, times: int) -> Any:
    """Repeats every sample and label of a batch `times` times; None stays None."""
    if times == 1:
        return arrays
    # Each in turn and not all again: on several devices a latent keeps its class.
    return jax.tree.map(lambda array: jnp.repeat(array, times, axis=0), arrays)


def _moving_average(
    recipe: Recipe, ema: Weights | None, generator: NetworkState, step: jax.Array
) -> Weights | None:
    """Averages with min(decay, (1 + t) / (10 + t)) at step t, counted from 0.

    A constant decay would show the initial weights for 1 / (1 - decay) steps.
    """
    if recipe.ema_decay is None:
        return None
    # Statistics are averaged with the weights they belong to.
    newest: Any = Weights(generator.params, generator.stats)
    share = jnp.maximum(1 - recipe.ema_decay, 9 / (10 + step.astype(jnp.float32)))
    return cast("Any", optax.incremental_update)(newest, ema, share)
