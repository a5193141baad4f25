"""Small games of every member on images and points, with samples to learn from."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from wgan_jax.config import Config, ResolvedConfig, resolve
from wgan_jax.config.samples import SampleSpec
from wgan_jax.training.recipe import Recipe, make_recipe
from wgan_jax.training.state import TrainState, init_state

SHAPES: dict[str, tuple[int, ...]] = {
    "mlp": (8, 8, 1),
    "toy": (2,),
    "dcgan": (16, 16, 1),
    "resnet": (32, 32, 1),
}
WIDTHS = {"toy": 32, "dcgan": 8, "resnet": 8}
BATCH, LATENTS = 32, 16


class Game(NamedTuple):
    """A member on a network: its parts, its first state, and one batch.

    Attributes:
        recipe: the parts.
        state: before the first step.
        real: samples, [B, ...].
        latents: z, [B, latent_dim].
    """

    recipe: Recipe
    state: TrainState
    real: jax.Array
    latents: jax.Array


def config_of(variant: str, network: str, **fields: Any) -> ResolvedConfig:
    """The resolved config of a small game."""
    sizes: dict[str, Any] = {"batch_size": BATCH, "latent_dim": LATENTS, "n_critic": 2}
    values: dict[str, Any] = sizes | {"width": WIDTHS.get(network)} | fields
    config = Config(variant=variant, dataset="digits", network=network, **values)
    return resolve(config, SampleSpec(SHAPES[network], 1000))


def make_game(variant: str, network: str) -> Game:
    """Builds a small game; the same for the same names, wherever it is built."""
    shape = SHAPES[network]
    recipe = make_recipe(config_of(variant, network), shape)
    init = jax.jit(functools.partial(init_state, recipe, sample_shape=shape))
    init_key, real_key, latent_key = jax.random.split(jax.random.key(0), 3)
    # Bright images: real and generated samples differ, as they do in training.
    real = 0.6 + 0.4 * jax.random.normal(real_key, (BATCH, *shape), jnp.float32)
    real = jnp.clip(real, -1, 1) if len(shape) == 3 else real
    latents = jax.random.normal(latent_key, (BATCH, LATENTS), jnp.float32)
    return Game(recipe, init(init_key), real, latents)
