"""The two halves of a step: one update of the critic, one of the generator.

Each leaves the other network as it is, bit for bit. Pure: no file, no clock, no device.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp
import optax

from wgan_jax.constraints import Apply, Noise
from wgan_jax.constraints.interface import Metrics, same_scores
from wgan_jax.networks.interface import ScoringEncoder, scores_alone
from wgan_jax.objectives import pulling_away
from wgan_jax.parallel.collective import SINGLE_DEVICE, Collective
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import (
    NetworkState,
    TrainState,
    Weights,
    critic_optimizer,
)


def to_floats(samples: jax.Array) -> jax.Array:
    """Turns uint8 images [0, 255] into float32 [-1, 1]; leaves floats as they are."""
    if samples.dtype == jnp.uint8:
        return samples.astype(jnp.float32) / 127.5 - 1
    return samples


def generate(
    recipe: Recipe, generator: Weights, latents: jax.Array
) -> tuple[jax.Array, Any]:
    """Runs the generator as in training.

    Args:
        recipe: the parts of the game.
        generator: its weights; the statistics are read, and replaced by the batch's.
        latents: z, [B, latent_dim].

    Returns:
        Samples [B, ...] and the new batch-norm statistics.
    """
    samples, updated = recipe.generator.apply(
        generator.variables, latents, train=True, mutable=["batch_stats"]
    )
    return samples, updated.get("batch_stats", {})


def generate_fakes(
    recipe: Recipe,
    generator: Weights,
    key: jax.Array,
    count: int,
    collective: Collective = SINGLE_DEVICE,
) -> jax.Array:
    """Generates this device's share of the samples that one critic update is shown.

    Args:
        recipe: the parts of the game.
        generator: its weights, left as they are, the statistics too.
        key: a PRNG key of its own.
        count: samples on this device, B / size.
        collective: the device axis that it runs under.

    Returns:
        G(z), [B / size, ...].
    """
    latents = _draw_latents(recipe, key, count, collective)
    return generate(recipe, generator, latents)[0]


def _draw_latents(
    recipe: Recipe, key: jax.Array, count: int, collective: Collective
) -> jax.Array:
    # Drawn for the global batch and sliced: the same z for any number of devices.
    shape = (count * collective.size, recipe.latent_dim)
    return collective.shard(jax.random.normal(key, shape))


def _critic_apply(
    recipe: Recipe, stats: Any, method: str | None = None
) -> Callable[[Any, jax.Array], Any]:
    """The critic as a pure function of parameters and samples."""

    def apply(params: Any, samples: jax.Array) -> Any:
        variables = Weights(params, stats).variables
        output, _ = recipe.critic.apply(
            variables, samples, train=True, mutable=["batch_stats"], method=method
        )
        return output

    return apply


class CriticAux(NamedTuple):
    """What a critic's loss leaves besides its value.

    Attributes:
        metrics: wasserstein_estimate and what the penalty logs.
        constraint: the constraint's new state.
        scores: [2B], those of the real samples first, as the constraint makes them.
    """

    metrics: Metrics
    constraint: Any
    scores: jax.Array


def critic_loss(
    recipe: Recipe,
    state: TrainState,
    params: Any,
    real: jax.Array,
    fake: jax.Array,
    noise: Noise,
) -> tuple[jax.Array, CriticAux]:
    """What the critic minimises on one batch; differentiate it by `params`.

    Args:
        recipe: the parts of the game.
        state: the train state, of which the critic's statistics and the constraint's
            state are read.
        params: the critic's parameters, apart because they are differentiated.
        real: real samples as floats, [B, ...].
        fake: as many generated ones.
        noise: random numbers for the penalty.

    Returns:
        The loss, a scalar, and what else came out.
    """
    constraint = recipe.constraint
    apply = _critic_apply(recipe, state.critic.stats)
    constrained, constraint_state = constraint.constrain_params(
        params, state.constraint
    )
    score = functools.partial(constraint.critic_scores(apply), constrained)
    score_both = _one_pass if scores_alone(recipe.critic) else _two_passes
    real_scores, fake_scores = score_both(score, real, fake)
    value = recipe.objective.critic_loss(real_scores, fake_scores)
    metrics = {"wasserstein_estimate": real_scores.mean() - fake_scores.mean()}
    if constraint.penalty is not None:
        # The penalty sees the critic itself and not its constrained scores.
        cost, logged = constraint.penalty(apply, constrained, real, fake, noise)
        value, metrics = value + cost, metrics | logged
    scores = jnp.concatenate([real_scores, fake_scores])
    return value, CriticAux(metrics, constraint_state, scores)


Score = Callable[[jax.Array], jax.Array]


def _one_pass(
    score: Score, real: jax.Array, fake: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """One wide product instead of two narrow ones, at every layer."""
    scores = score(jnp.concatenate([real, fake]))
    return scores[: len(real)], scores[len(real) :]


def _two_passes(
    score: Score, real: jax.Array, fake: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """For critics that look at their batch, such as those with batch norm."""
    return score(real), score(fake)


def critic_update(
    recipe: Recipe,
    state: TrainState,
    key: jax.Array,
    real: jax.Array,
    fake: jax.Array,
    collective: Collective = SINGLE_DEVICE,
) -> tuple[TrainState, Metrics]:
    """One update of the critic; the generator is left as it is.

    Args:
        recipe: the parts of the game.
        state: the train state.
        key: a PRNG key of its own.
        real: this device's share of real samples, [B / size, ...].
        fake: as many generated ones.
        collective: the device axis that it runs under.

    Returns:
        The state with the new critic, and metrics: critic_loss, wasserstein_estimate
        (E r - E f of the scores as constrained) and the constraint's own.
    """
    real = to_floats(real)
    noise = Noise(key, collective.size, collective.shard)

    def loss(params: Any) -> tuple[jax.Array, CriticAux]:
        return critic_loss(recipe, state, params, real, fake, noise)

    (value, aux), gradients = jax.value_and_grad(loss, has_aux=True)(
        state.critic.params
    )
    stats = _critic_stats(recipe, state.critic, real, fake)
    critic = apply_gradients(
        critic_optimizer(recipe), state.critic, collective.mean(gradients), stats
    )
    logged = recipe.constraint.metrics(critic.params, aux.constraint, aux.scores)
    metrics = collective.mean({"critic_loss": value} | aux.metrics | logged)
    return state.replace(critic=critic, constraint=aux.constraint), metrics


def _critic_stats(
    recipe: Recipe, critic: Weights, real: jax.Array, fake: jax.Array
) -> Any:
    """Statistics of a critic with batch norm; XLA shares the forward passes."""
    stats = critic.stats
    for samples in (real, fake) if stats else ():
        _, updated = recipe.critic.apply(
            Weights(critic.params, stats).variables,
            samples,
            train=True,
            mutable=["batch_stats"],
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
) -> tuple[TrainState, Metrics]:
    """One update of the generator and of its average; the critic is left as it is.

    Args:
        recipe: the parts of the game.
        state: the train state.
        key: a PRNG key of its own.
        count: samples on this device, B / size.
        collective: the device axis that it runs under.

    Returns:
        The state with the new generator and the step counted, and generator_loss.
    """
    latents = _draw_latents(recipe, key, count, collective)
    critic = _generator_critic(recipe, state)

    def loss(params: Any) -> tuple[jax.Array, Any]:
        weights = Weights(params, state.generator.stats)
        fake, stats = generate(recipe, weights, latents)
        scores, embeddings = critic(fake)
        value = recipe.objective.generator_loss(scores)
        if embeddings is not None:
            # A share's cosines are taken with the embeddings of the global batch.
            everyone = collective.gather(embeddings)
            value += recipe.pulling_away * pulling_away(embeddings, everyone)
        return value, stats

    (value, stats), gradients = jax.value_and_grad(loss, has_aux=True)(
        state.generator.params
    )
    generator = apply_gradients(
        recipe.generator_optimizer, state.generator, collective.mean(gradients), stats
    )
    state = state.replace(
        step=state.step + 1,
        generator=generator,
        ema=_moving_average(recipe, state.ema, generator),
    )
    return state, {"generator_loss": collective.mean(value)}


def _generator_critic(
    recipe: Recipe, state: TrainState
) -> Callable[[jax.Array], tuple[jax.Array, jax.Array | None]]:
    """Returns f(samples) -> (scores, embeddings) for the generator's update.

    Embeddings are None without the pulling-away term.
    """
    constraint, stats = recipe.constraint, state.critic.stats
    params, _ = constraint.constrain_params(state.critic.params, state.constraint)
    score: Apply = constraint.generator_scores(_critic_apply(recipe, stats))
    if not recipe.pulling_away:
        return lambda samples: (score(params, samples), None)
    in_one_pass = isinstance(recipe.critic, ScoringEncoder)
    if in_one_pass and constraint.generator_scores is same_scores:
        return functools.partial(
            _critic_apply(recipe, stats, "score_and_encode"), params
        )
    encode = _critic_apply(recipe, stats, "encode")
    return lambda samples: (score(params, samples), encode(params, samples))


def _moving_average(
    recipe: Recipe, ema: Weights | None, generator: NetworkState
) -> Weights | None:
    if recipe.ema_decay is None:
        return None
    newest: Any = Weights(generator.params, generator.stats)
    return cast("Any", optax.incremental_update)(newest, ema, 1 - recipe.ema_decay)
