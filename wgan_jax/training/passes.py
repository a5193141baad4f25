"""Both networks as they are run in training: with batch statistics, at its precision.

What is made of their outputs is not decided here.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from wgan_jax.networks.interface import label_argument
from wgan_jax.training.guards import network_errors
from wgan_jax.training.precision import run_network
from wgan_jax.training.randomness import Rngs
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.returned import check_embeddings
from wgan_jax.training.state import Weights


def to_floats(samples: jax.Array) -> jax.Array:
    """Turns uint8 images [0, 255] into float32 [-1, 1]; leaves floats as they are."""
    # Images stay uint8 in device memory: a quarter of the space, converted per batch.
    if samples.dtype == jnp.uint8:
        return samples.astype(jnp.float32) / 127.5 - 1
    return samples


def generate(
    recipe: Recipe,
    generator: Weights,
    latents: jax.Array,
    rngs: Rngs = None,
    labels: jax.Array | None = None,
) -> tuple[jax.Array, Any]:
    """Runs the generator as in training.

    Args:
        recipe: the parts of the game.
        generator: its weights; the statistics are read, and replaced by the batch's.
        latents: z, [B, latent_dim].
        rngs: for a generator that draws, see `network_rngs`.
        labels: the classes to make, [B], where the networks are conditional.

    Returns:
        Samples [B, ...] and the new batch-norm statistics.
    """
    with network_errors("generator", recipe.generator, latents):
        samples, updated = run_network(
            *(recipe.generator, recipe.precision, generator.variables, latents),
            train=True,
            mutable=["batch_stats"],
            rngs=rngs,
            **label_argument(labels),
        )
    return samples, updated.get("batch_stats", {})


def critic_apply(
    recipe: Recipe, stats: Any, method: str | None = None, rngs: Rngs = None
) -> Callable[[Any, jax.Array], Any]:
    """The critic as a pure function of parameters and samples.

    Args:
        recipe: the parts of the game.
        stats: the critic's batch-norm statistics, {} without.
        method: a method of the critic other than its call.
        rngs: for a critic that draws, see `network_rngs`; two passes over as many
            samples draw the same.

    Returns:
        (params, samples [B, ...]) -> scores [B], as in training; with the labels [B] as
        a third argument where the networks are conditional.
    """

    # In training a batch norm uses the batch's statistics; the running ones that come
    # back with the output are computed apart, where somebody wants them.
    def apply(params: Any, samples: jax.Array, labels: jax.Array | None = None) -> Any:
        options = label_argument(labels) | {"method": method, "rngs": rngs}
        variables = Weights(params, stats).variables
        with network_errors("critic", recipe.critic, samples):
            output, _ = run_network(
                *(recipe.critic, recipe.precision, variables, samples),
                train=True,
                mutable=["batch_stats"],
                **options,
            )
        check_embeddings(recipe.critic, method, output, samples)
        return output

    return apply
