"""What each network minimises on one batch: pure functions, to be differentiated.

The two updates step along their gradients; a theory experiment can evaluate them
without a step. Both see the networks as in training (batch statistics) and the critic
as its constraint makes it.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from wgan_jax.constraints import Apply, Noise
from wgan_jax.constraints.interface import Metrics, same_scores
from wgan_jax.networks.interface import ScoringEncoder, scores_alone
from wgan_jax.objectives import pulling_away
from wgan_jax.parallel.collective import SINGLE_DEVICE, Collective
from wgan_jax.training.augmented import augmented
from wgan_jax.training.passes import critic_apply, generate
from wgan_jax.training.randomness import Rngs, network_rngs
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState, Weights


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
    labels: jax.Array | None = None,
) -> tuple[jax.Array, CriticAux]:
    """What the critic minimises on one batch; differentiate it by `params`.

    Args:
        recipe: the parts of the game.
        state: of which the critic's statistics and the constraint's state are read.
        params: the critic's parameters, apart because they are differentiated.
        real: real samples as floats, [B, ...].
        fake: as many generated ones.
        noise: random numbers of the update.
        labels: the classes of both, [B], where the networks are conditional.

    Returns:
        The loss, a scalar, and what else came out.
    """
    constraint = recipe.constraint
    rngs = network_rngs(noise.key, "critic", noise.size)
    apply = critic_apply(recipe, state.critic.stats, rngs=rngs)
    # Inside the differentiated function: the gradient goes through the normalisation.
    constrained, constraint_state = constraint.constrain_params(
        params, state.constraint
    )
    score = functools.partial(constraint.critic_scores(apply), constrained)
    score_both = _one_pass if scores_alone(recipe.critic) else _two_passes
    classes = () if labels is None else (labels,)
    real_scores, fake_scores = score_both(score, real, fake, *classes)
    value = recipe.objective.critic_loss(real_scores, fake_scores)
    metrics = {"wasserstein_estimate": real_scores.mean() - fake_scores.mean()}
    if constraint.penalty is not None:
        # The penalty sees the critic itself and not its constrained scores.
        shown = (apply, constrained, real, fake, noise, *classes)
        cost, logged = constraint.penalty(*shown)
        value, metrics = value + cost, metrics | logged
    scores = jnp.concatenate([real_scores, fake_scores])  # [2B]
    return value, CriticAux(metrics, constraint_state, scores)


Score = Callable[..., jax.Array]


def _one_pass(
    score: Score, real: jax.Array, fake: jax.Array, *labels: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """One wide product instead of two narrow ones, at every layer."""
    twice = (jnp.concatenate([each, each]) for each in labels)
    scores = score(jnp.concatenate([real, fake]), *twice)
    return scores[: len(real)], scores[len(real) :]


def _two_passes(
    score: Score, real: jax.Array, fake: jax.Array, *labels: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """For critics that look at their batch, such as those with batch norm."""
    return score(real, *labels), score(fake, *labels)


def generator_loss(
    recipe: Recipe,
    state: TrainState,
    params: Any,
    latents: jax.Array,
    collective: Collective = SINGLE_DEVICE,
    real: jax.Array | None = None,
    key: jax.Array | None = None,
    labels: jax.Array | None = None,
) -> tuple[jax.Array, Any]:
    """What the generator minimises on one batch; differentiate it by `params`.

    Args:
        recipe: the parts of the game.
        state: the train state, of which the critic and the generator's statistics are
            read.
        params: the generator's parameters, apart because they are differentiated.
        latents: z, [B, latent_dim].
        collective: the device axis that it runs under.
        real: real samples as floats, [B, ...], for a relativistic objective alone.
        key: of the update; without one no network may draw and nothing is augmented.
        labels: the classes to make and of `real`, [B], where networks are conditional.

    Returns:
        The loss, a scalar, and the generator's new batch-norm statistics.
    """
    weights = Weights(params, state.generator.stats)
    rngs = network_rngs(key, "generator", collective.size)
    fake, stats = generate(recipe, weights, latents, rngs, labels)
    if key is not None:
        # After the step's critic updates, for strengths that change with the steps.
        noise = Noise(
            *(key, collective.size, collective.shard, collective.mean),
            *(state.step, recipe.n_critic, recipe.n_critic, fake.dtype),
        )
        real, fake = augmented(recipe, real, fake, noise)
    rngs = network_rngs(key, "critic", collective.size)
    classes = () if labels is None else (labels,)
    critic = _generator_critic(recipe, state, rngs, classes)
    return _loss_of_fakes(recipe, critic, fake, real, collective), stats


GeneratorCritic = Callable[[jax.Array], tuple[jax.Array, jax.Array | None]]


def _loss_of_fakes(
    recipe: Recipe,
    critic: GeneratorCritic,
    fake: jax.Array,
    real: jax.Array | None,
    collective: Collective,
) -> jax.Array:
    scores, embeddings = critic(fake)
    if recipe.objective.relativistic and real is not None:
        # A pass of its own: the derivative asks nothing of it.
        value = recipe.objective.generator_loss(scores, critic(real)[0])
    else:
        value = recipe.objective.generator_loss(scores)
    if embeddings is not None:
        # Cosines are between this share and the global batch: the mean over devices is
        # then the term of the whole batch.
        everyone = collective.gather(embeddings)
        value += recipe.pulling_away * pulling_away(embeddings, everyone)
    return value


def _generator_critic(
    recipe: Recipe, state: TrainState, rngs: Rngs, labels: tuple[jax.Array, ...]
) -> GeneratorCritic:
    """Returns f(samples) -> (scores, embeddings) for the generator's update.

    Embeddings are None without the pulling-away term.
    """
    constraint, stats = recipe.constraint, state.critic.stats
    # A spectral critic iterates here too, but only its own updates keep the vectors.
    params, _ = constraint.constrain_params(state.critic.params, state.constraint)
    score: Apply = constraint.generator_scores(critic_apply(recipe, stats, rngs=rngs))
    if not recipe.pulling_away:
        return lambda samples: (score(params, samples, *labels), None)
    # Both from one pass is possible only where the constraint leaves the scores alone.
    in_one_pass = isinstance(recipe.critic, ScoringEncoder)
    if in_one_pass and not labels and constraint.generator_scores is same_scores:
        return functools.partial(
            critic_apply(recipe, stats, "score_and_encode", rngs), params
        )
    encode = critic_apply(recipe, stats, "encode", rngs)
    # Embeddings are of samples alone, whatever their class.
    return lambda samples: (score(params, samples, *labels), encode(params, samples))
