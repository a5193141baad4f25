"""The training step: n_critic critic updates, one generator update, pure.

A step reads a train state, a PRNG key and a batch, and returns the next state and its
metrics. It draws noise for the global batch and takes its device's share, so that
numbers do not depend on how many devices there are. It never touches a file, a clock or
a device.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jax import lax

from wgan_jax.collective import ALONE, Collective
from wgan_jax.objectives import pulling_away
from wgan_jax.recipe import Recipe
from wgan_jax.state import Player, TrainState, critic_optimizer

Metrics = dict[str, jax.Array]
TrainStep = Callable[..., tuple[TrainState, Metrics]]


def to_floats(samples: jax.Array) -> jax.Array:
    """Turns uint8 images [0, 255] into float32 [-1, 1]; leaves floats as they are."""
    if samples.dtype == jnp.uint8:
        return samples.astype(jnp.float32) / 127.5 - 1
    return samples


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
        critic_key, generator_key = jax.random.split(
            jax.random.fold_in(key, state.step)
        )

        def update_critic(i, state: TrainState) -> tuple[TrainState, Metrics]:
            real = lax.dynamic_index_in_dim(batch, i, keepdims=False)
            update_key = jax.random.fold_in(critic_key, i)
            return critic_update(recipe, state, update_key, real, collective)

        updates = batch.shape[0] if n_critic is None else n_critic
        state, critic_metrics = _repeat(update_critic, updates, state)
        state, generator_metrics = generator_update(
            recipe, state, generator_key, batch.shape[1], collective
        )
        return state, critic_metrics | generator_metrics

    return train_step


def _under(recipe: Recipe, collective: Collective) -> Recipe:
    """Tells networks with batch norm which device axis to reduce over."""

    def clone(module):
        if not hasattr(module, "axis_name"):
            return module
        return module.clone(axis_name=collective.axis_name)

    return recipe._replace(
        generator=clone(recipe.generator), critic=clone(recipe.critic)
    )


def _repeat(update, times, state: TrainState) -> tuple[TrainState, Metrics]:
    shapes = jax.eval_shape(lambda s: update(0, s)[1], state)
    metrics = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    return lax.fori_loop(
        0, times, lambda i, carry: update(i, carry[0]), (state, metrics)
    )


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


def _draw_latents(
    recipe: Recipe, key: jax.Array, count: int, collective: Collective
) -> jax.Array:
    shape = (count * collective.size, recipe.latent_dim)
    return collective.share(jax.random.normal(key, shape))


def _critic_apply(recipe: Recipe, stats: Any, method: str | None = None):
    """The critic as a pure function of parameters and samples."""

    def apply(params: Any, samples: jax.Array) -> jax.Array:
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
    collective: Collective = ALONE,
) -> tuple[TrainState, Metrics]:
    """One update of the critic; the generator is left as it is.

    Args:
        recipe: the parts of the game.
        state: the train state.
        key: a PRNG key of its own.
        real: this device's share of real samples, [B / size, ...].
        collective: the device axis that it runs under.

    Returns:
        The state with the new critic, and metrics: critic_loss, wasserstein_estimate
        (E r - E f of the scores as constrained) and the constraint's figures.
    """
    count = real.shape[0]
    latent_key, weight_key = jax.random.split(key)
    real = to_floats(real)
    latents = _draw_latents(recipe, latent_key, count, collective)
    fake, _ = generate(recipe, state.generator, state.generator.params, latents)
    weights = jax.random.uniform(weight_key, (count * collective.size,))
    weights = collective.share(weights)
    apply = _critic_apply(recipe, state.critic.stats)

    def loss(params: Any):
        params, constraint = recipe.constraint.constrain_params(
            params, state.constraint
        )
        scored = recipe.constraint.critic_scores(apply)
        real_scores, fake_scores = scored(params, real), scored(params, fake)
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
    raw = _critic_apply(recipe, state.critic.stats)
    scored = recipe.constraint.generator_scores(raw)
    critic, _ = recipe.constraint.constrain_params(
        state.critic.params, state.constraint
    )

    def loss(params: Any):
        fake, stats = generate(recipe, state.generator, params, latents)
        value = recipe.objective.generator_loss(scored(critic, fake))
        if recipe.pulling_away:
            encode = _critic_apply(recipe, state.critic.stats, "encode")
            embeddings = encode(critic, fake)
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


def _average(recipe: Recipe, average: Any, newest: Any) -> Any:
    if recipe.ema_decay is None:
        return None
    return optax.incremental_update(newest, average, 1 - recipe.ema_decay)
