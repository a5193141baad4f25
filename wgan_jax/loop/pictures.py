"""What a state looks like: samples from fixed latents, and the critic's surface.

The same latents are used through the whole run, so that the eye can follow one sample.
The room runs networks and draws through `artifacts`; it does not train and keeps no
state.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.artifacts.plots import (
    save_histogram,
    save_image_grid,
    save_point_plot,
)
from wgan_jax.data import Dataset
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState

IMAGES = 64
POINTS = 2000
GRID = 96

Snapshot = Callable[[TrainState, RunFolder, MetricsLog], None]


def generator_variables(state: TrainState) -> dict[str, Any]:
    """The weights to sample from: the running average where there is one."""
    if state.average is not None:
        return {
            "params": state.average["params"],
            "batch_stats": state.average["stats"],
        }
    return {"params": state.generator.params, "batch_stats": state.generator.stats}


def sample(recipe: Recipe, state: TrainState, latents: jax.Array) -> jax.Array:
    """Runs the generator on its running statistics.

    Args:
        recipe: the parts of the game.
        state: a train state, without a device axis.
        latents: z, [B, latent_dim].

    Returns:
        Samples, [B, ...]; images in [-1, 1].
    """
    variables = generator_variables(state)
    return jnp.asarray(recipe.generator.apply(variables, latents, train=False))


def scores(recipe: Recipe, state: TrainState, points: jax.Array) -> jax.Array:
    """The critic's scores as its constraint makes them.

    Args:
        recipe: the parts of the game.
        state: a train state, without a device axis.
        points: samples, [B, ...].

    Returns:
        Scores [B].
    """

    def apply(params: Any, samples: jax.Array) -> jax.Array:
        variables = {"params": params, "batch_stats": state.critic.stats}
        return jnp.asarray(recipe.critic.apply(variables, samples, train=False))

    constrain = recipe.constraint.constrain_params
    params, _ = constrain(state.critic.params, state.constraint)
    return recipe.constraint.critic_scores(apply)(params, points)


def make_snapshot(recipe: Recipe, dataset: Dataset, key: jax.Array) -> Snapshot:
    """Builds the function that draws a state.

    Args:
        recipe: the parts of the game.
        dataset: what it learns. Points are drawn beside the generated ones: on a line
            as histograms, in the plane over the critic's scores, and with more
            coordinates on the two widest principal axes of the real points.
        key: a PRNG key for the fixed latents.

    Returns:
        snapshot(state, folder, log), which writes samples/step-N.png and adds images to
        the log. The first call compiles.
    """
    count = IMAGES if dataset.image_shape else POINTS
    latents = jax.random.normal(key, (count, recipe.latent_dim))
    generate = jax.jit(lambda state: sample(recipe, state, latents))

    def draw_images(state: TrainState, folder: RunFolder, log: MetricsLog) -> None:
        step = int(state.step)
        images = np.asarray(generate(state))
        grid = save_image_grid(folder.sample_path(step), images)
        log.add_image("samples", grid, step)

    score = jax.jit(lambda state, points: scores(recipe, state, points))
    draw_points = _DRAWN_BY_DIMENSION.get(dataset.dim or 0, _draw_principal_axes)

    def draw(state: TrainState, folder: RunFolder, log: MetricsLog) -> None:
        step = int(state.step)
        title = f"{dataset.name}, step {step:,}"
        real, fake = dataset.train[:POINTS], np.asarray(generate(state))
        path = folder.sample_path(step)
        draw_points(path, real, fake, lambda points: score(state, points), title)

    return draw_images if dataset.image_shape else draw


def _draw_line(path, real, fake, score, title: str) -> None:
    (xs,) = _axes_of(real)
    curve = np.asarray(score(jnp.asarray(xs[:, None])))
    save_histogram(path, real[:, 0], fake[:, 0], (xs, curve), title)


def _draw_plane(path, real, fake, score, title: str) -> None:
    xs, ys = _axes_of(real)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    values = np.asarray(score(jnp.asarray(grid))).reshape(GRID, GRID)
    save_point_plot(path, real, fake, (xs, ys, values), title)


def _draw_principal_axes(path, real, fake, score, title: str) -> None:
    """Projects on the two directions in which the real points vary most."""
    mean = real.mean(0)
    _, _, directions = np.linalg.svd(real - mean, full_matrices=False)
    real, fake = ((points - mean) @ directions[:2].T for points in (real, fake))
    title += f", the two widest principal axes of {len(mean)}"
    save_point_plot(path, real, fake, None, title)


_DRAWN_BY_DIMENSION = {1: _draw_line, 2: _draw_plane}


def _axes_of(real: np.ndarray) -> np.ndarray:
    """Evenly spaced coordinates [d, GRID] around the real points."""
    low, high = real.min(0), real.max(0)
    margin = 0.25 * (high - low)
    return np.linspace(low - margin, high + margin, GRID, dtype=np.float32).T
