"""The programs of a trained run: what `Trained` compiles at its first use."""

import functools
from collections.abc import Callable
from typing import Any

import jax

from wgan_jax.training import inference
from wgan_jax.training.latents import draw_latents
from wgan_jax.training.passes import to_floats
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState

Program = Callable[..., jax.Array]


def draw_program(chunk: int, dim: int) -> Program:
    """(key, number of the first) -> latents [chunk, dim]."""
    return jax.jit(functools.partial(draw_latents, count=chunk, dim=dim))


def generate_program(recipe: Recipe, is_image: bool) -> Program:
    """(variables, latents, labels of a conditional run) -> samples, images as bytes."""

    def generate(variables: Any, latents: jax.Array, *labels: jax.Array) -> jax.Array:
        samples = inference.run_generator(recipe, variables, latents, *labels)
        return inference.to_bytes(samples) if is_image else samples

    return jax.jit(generate)


def score_program(recipe: Recipe) -> Program:
    """(state, samples, labels of a conditional run) -> scores."""

    def score(state: TrainState, samples: jax.Array, *labels: jax.Array) -> jax.Array:
        return inference.critic_scores(recipe, state, to_floats(samples), *labels)

    return jax.jit(score)
