"""The two halves of a step: one update of the critic, one of the generator.

Each leaves the other player as it is, bit for bit. Pure: no file, no clock, no device.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import optax

from wgan_jax.constraints import Apply
from wgan_jax.constraints.interface import same_scores
from wgan_jax.objectives import pulling_away
from wgan_jax.parallel.collective import ALONE, Collective
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import Player, TrainState, critic_optimizer

Metrics = dict[str, jax.Array]


def to_floats(samples: jax.Array) -> jax.Array:
    """Turns uint8 images [0, 255] into float32 [-1, 1]; leaves floats as they are."""
    if samples.dtype == jnp.uint8:
        return samples.astype(jnp.float32) / 127.5 - 1
    return samples


def generate(
    recipe: Recipe, player: Player, params: Any, latents: jax.Array
) -> tuple[jax.Array, Any]:
    """Runs the generator as in training.

    Args:
        recipe: the parts of the game.
        player: the generator, whose statistics are read.
        params: its weights, apart because they may be differentiated.
        latents: z, [B, latent_dim].

    Returns:
        Samples [B, ...] and the new batch-norm statistics.
    """
    variables = {"params": params, "batch_stats": player.stats}
    samples, updated = recipe.generator.apply(
        variables, latents, train=True, mutable=["batch_stats"]
    )
    return samples, updated.get("batch_stats", {})


def make_fakes(
    recipe: Recipe,
    player: Player,
    key: jax.Array,
    count: int,
    collective: Collective = ALONE,
) -> jax.Array:
    """Generates this device's share of the samples that one critic update is shown.

    Args:
        recipe: the parts of the game.
        player: the generator, left as it is, its statistics too.
        key: a PRNG key of its own.
        count: samples on this device, B / size.
        collective: the device axis that it runs under.

    Returns:
        G(z), [B / size, ...].
    """
    latents = _draw_latents(recipe, key, count, collective)
    return generate(recipe, player, player.params, latents)[0]


def _draw_latents(
    recipe: Recipe, key: jax.Array, count: int, collective: Collective
) -> jax.Array:
    shape = (count * collective.size, recipe.latent_dim)
    return collective.share(jax.random.normal(key, shape))


def _critic_apply(recipe: Recipe, stats: Any, method: str | None = None):
    """The critic as a pure function of parameters and samples."""

    def apply(params: Any, samples: jax.Array):
        variables = {"params": params, "batch_stats": stats}
        output, _ = recipe.critic.apply(
            variables, samples, train=True, mutable=["batch_stats"], method=method
        )
        return output

    return apply


def critic_update(
    recipe: Recipe,
    state: TrainState,
    key: jax.Array,
    real: jax.Array,
    fake: jax.Array,
    collective: Collective = ALONE,
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
        (E r - E f of the scores as constrained) and the constraint's figures.
    """
    real = to_floats(real)
    weights = jax.random.uniform(key, (real.shape[0] * collective.size,))
    weights = collective.share(weights)
    apply = _critic_apply(recipe, state.critic.stats)

    def loss(params: Any):
        params, constraint = recipe.constraint.constrain_params(
            params, state.constraint
        )
        scored = recipe.constraint.critic_scores(apply)
        alone = not state.critic.stats
        real_scores, fake_scores = _score_both(scored, params, real, fake, alone)
        value = recipe.objective.critic_loss(real_scores, fake_scores)
        metrics = {"wasserstein_estimate": real_scores.mean() - fake_scores.mean()}
        if recipe.constraint.penalty is not None:
            cost, figures = recipe.constraint.penalty(
                apply, params, real, fake, weights
            )
            value, metrics = value + cost, metrics | figures
        scores = jnp.concatenate([real_scores, fake_scores])
        return value, (metrics, constraint, scores)

    (value, (metrics, constraint, scores)), gradients = jax.value_and_grad(
        loss, has_aux=True
    )(state.critic.params)
    params, optimizer = _descend(
        critic_optimizer(recipe), collective.mean(gradients), state.critic
    )
    figures = recipe.constraint.figures(params, constraint, scores)
    metrics = collective.mean({"critic_loss": value} | metrics | figures)
    stats = _critic_stats(recipe, state.critic, real, fake)
    critic = Player(params, stats, optimizer)
    return state.replace(critic=critic, constraint=constraint), metrics


def _score_both(
    scored: Apply, params: Any, real: jax.Array, fake: jax.Array, alone: bool
) -> tuple[jax.Array, jax.Array]:
    """Scores both halves; in one pass where a critic scores each sample alone."""
    if not alone:
        return scored(params, real), scored(params, fake)
    scores = scored(params, jnp.concatenate([real, fake]))
    return scores[: len(real)], scores[len(real) :]


def _critic_stats(recipe: Recipe, player: Player, real: jax.Array, fake: jax.Array):
    """Statistics of a critic with batch norm; XLA shares the forward passes."""
    stats = player.stats
    for samples in (real, fake) if stats else ():
        variables = {"params": player.params, "batch_stats": stats}
        _, updated = recipe.critic.apply(
            variables, samples, train=True, mutable=["batch_stats"]
        )
        stats = updated["batch_stats"]
    return stats


def _descend(optimizer: optax.GradientTransformation, gradients: Any, player: Player):
    updates, state = optimizer.update(gradients, player.optimizer, player.params)
    return optax.apply_updates(player.params, updates), state


def generator_update(
    recipe: Recipe,
    state: TrainState,
    key: jax.Array,
    count: int,
    collective: Collective = ALONE,
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
    judge = _judge(recipe, state)

    def loss(params: Any):
        fake, stats = generate(recipe, state.generator, params, latents)
        scores, embeddings = judge(fake)
        value = recipe.objective.generator_loss(scores)
        if embeddings is not None:
            everyone = collective.gather(embeddings)
            value += recipe.pulling_away * pulling_away(embeddings, everyone)
        return value, stats

    (value, stats), gradients = jax.value_and_grad(loss, has_aux=True)(
        state.generator.params
    )
    params, optimizer = _descend(
        recipe.generator_optimizer, collective.mean(gradients), state.generator
    )
    state = state.replace(
        step=state.step + 1,
        generator=Player(params, stats, optimizer),
        average=_average(recipe, state.average, {"params": params, "stats": stats}),
    )
    return state, {"generator_loss": collective.mean(value)}


def _judge(recipe: Recipe, state: TrainState):
    """The critic as the generator's update sees it: samples -> scores, embeddings.

    Embeddings are None where nothing pulls them away from each other.
    """
    constraint, stats = recipe.constraint, state.critic.stats
    params, _ = constraint.constrain_params(state.critic.params, state.constraint)
    scored = constraint.generator_scores(_critic_apply(recipe, stats))
    if not recipe.pulling_away:
        return lambda samples: (scored(params, samples), None)
    in_one_pass = hasattr(recipe.critic, "score_and_encode")
    if in_one_pass and constraint.generator_scores is same_scores:
        return functools.partial(
            _critic_apply(recipe, stats, "score_and_encode"), params
        )
    encode = _critic_apply(recipe, stats, "encode")
    return lambda samples: (scored(params, samples), encode(params, samples))


def _average(recipe: Recipe, average: Any, newest: Any) -> Any:
    if recipe.ema_decay is None:
        return None
    return optax.incremental_update(newest, average, 1 - recipe.ema_decay)
