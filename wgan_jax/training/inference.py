"""What a trained state makes and thinks: samples and scores, without training.

Pure functions of a recipe and a state. They draw nothing and write nothing.
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.constraints import Apply
from wgan_jax.networks.interface import label_argument, scores_alone
from wgan_jax.training.precision import at_precision, run_network
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState, Weights


def sample(
    recipe: Recipe,
    state: TrainState,
    latents: jax.Array,
    *,
    weights: str = "auto",
    labels: jax.Array | None = None,
) -> jax.Array:
    """Runs the generator on its running statistics.

    Args:
        recipe: the parts of the game.
        state: a train state, without a device axis.
        latents: z, [B, latent_dim].
        weights: `raw`, `ema`, or `auto` for the moving average where there is one.
        labels: the classes to make, int32 [B], where the networks are conditional.

    Returns:
        Samples, [B, ...]; images in [-1, 1].

    Raises:
        ValueError: for other weights, or `ema` where the state has none.
    """
    chosen = generator_weights(state, weights)
    return run_generator(recipe, chosen.variables, latents, labels)


def looks_at_its_batch(critic: nn.Module) -> bool:
    """Whether a trained critic's score of a sample may move with the others given.

    Those of this package score by running statistics, if they have any.
    """
    own = not type(critic).__module__.startswith("wgan_jax.networks.")
    return own and not scores_alone(critic)


def run_generator(
    recipe: Recipe,
    variables: dict[str, Any],
    latents: jax.Array,
    labels: jax.Array | None = None,
) -> jax.Array:
    """Runs the generator with given weights, see `sample`."""
    run = at_precision(recipe.precision, run_network)
    images = run(
        *(recipe.generator, recipe.precision, variables, latents),
        train=False,
        **label_argument(labels),
    )
    return jnp.asarray(images)


def generator_weights(state: TrainState, weights: str = "auto") -> Weights:
    """Chooses between the generator's weights and their moving average.

    Args:
        state: a train state.
        weights: `raw`, `ema`, or `auto` for the moving average where there is one.

    Returns:
        Parameters and statistics.

    Raises:
        ValueError: for other weights, or `ema` where the state has none.
    """
    if weights_name(state, weights) == "ema" and state.ema is not None:
        return state.ema
    return state.generator


def weights_name(state: TrainState, weights: str = "auto") -> str:
    """Names what `generator_weights` chooses: `raw` or `ema`.

    Raises:
        ValueError: for other weights, or `ema` where the state has none.
    """
    if weights not in ("raw", "ema", "auto"):
        raise ValueError(f"weights is {weights!r}, but has to be raw, ema or auto")
    if weights == "ema" and state.ema is None:
        raise ValueError("the state has no moving average: train with ema_decay")
    return "raw" if weights == "raw" or state.ema is None else "ema"


def to_bytes(images: jax.Array) -> jax.Array:
    """Turns images in [-1, 1] into uint8, the inverse of how training reads them.

    Args:
        images: floats of any shape; those outside of [-1, 1] are clipped.

    Returns:
        uint8 of the same shape, rounded to the nearest.
    """
    return jnp.rint((jnp.clip(images, -1, 1) + 1) * 127.5).astype(jnp.uint8)


def critic_scores(
    recipe: Recipe,
    state: TrainState,
    points: jax.Array,
    labels: jax.Array | None = None,
) -> jax.Array:
    """The critic's scores as its constraint makes them.

    Args:
        recipe: the parts of the game.
        state: a train state, without a device axis.
        points: samples, [B, ...].
        labels: their classes, int32 [B], where the networks are conditional.

    Returns:
        Scores [B].
    """
    apply, params = constrained_critic(recipe, state)
    return apply(params, points, *(() if labels is None else (labels,)))


def constrained_critic(recipe: Recipe, state: TrainState) -> tuple[Apply, Any]:
    """The critic as its constraint makes it, as a pure function and its parameters.

    Args:
        recipe: the parts of the game.
        state: a train state, without a device axis.

    Returns:
        (params, samples [B, ...]) -> scores [B], and the params; with the labels [B] as
        a third argument where the networks are conditional.
    """

    def apply(
        params: Any, samples: jax.Array, labels: jax.Array | None = None
    ) -> jax.Array:
        variables = Weights(params, state.critic.stats).variables
        output = run_network(
            *(recipe.critic, recipe.precision, variables, samples),
            train=False,
            **label_argument(labels),
        )
        return jnp.asarray(output)

    # Constrained as in training, or a spectral critic would be drawn unnormalised.
    constrain = at_precision(recipe.precision, recipe.constraint.constrain_params)
    params, _ = constrain(state.critic.params, state.constraint)
    scores = recipe.constraint.critic_scores(apply)
    return at_precision(recipe.precision, scores), params
