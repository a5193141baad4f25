"""A state as a PNG: samples from fixed latents, and the critic's surface.

The same latents are used through the whole run, so that the eye can follow one sample,
and real samples are drawn once in the same layout. This module runs networks and draws
through `artifacts`; it does not train and keeps no state.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.artifacts.plots import (
    Surface,
    save_histogram,
    save_image_grid,
    save_point_plot,
)
from wgan_jax.data import Dataset
from wgan_jax.errors import UserError
from wgan_jax.loop.classes import (
    COLUMNS,
    class_rows,
    in_turn,
    mean_over_classes,
    real_rows,
    shown_classes,
)
from wgan_jax.places import status
from wgan_jax.training.inference import critic_scores, sample
from wgan_jax.training.labelled import classes_of
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState

IMAGES = 64
POINTS = 2000
GRID = 96
LARGEST = 10_000  # images; more are no picture

Painter = Callable[[TrainState, RunFolder, MetricsLog], None]
Score = Callable[[jax.Array], jax.Array | np.ndarray]


def make_painter(
    recipe: Recipe, dataset: Dataset, key: jax.Array, member: str
) -> Painter:
    """Builds the function that draws a state.

    Args:
        recipe: the parts of the game.
        dataset: what it learns. Points are drawn beside the generated ones: on a line
            as histograms, in the plane over the critic's scores, and with more
            coordinates on the two widest principal axes of the real points. With
            classes they are of all in turn, and the scores are means over classes.
        key: a PRNG key for the fixed latents.
        member: who made the points, for the title of their picture.

    Returns:
        paint(state, folder, log), which writes samples/step-N.png and, of images, adds
        the grid to the log, one row a class where there are classes. The first call
        compiles.
    """
    classes = classes_of(recipe)
    labels = _picture_labels(dataset, classes)
    count = IMAGES if dataset.image_shape else POINTS
    count = count if labels is None else len(labels)
    # Fixed for the run and made from its seed: a resumed run draws the same samples.
    latents = jax.random.normal(key, (count, recipe.latent_dim), jnp.float32)
    generate = jax.jit(lambda state: sample(recipe, state, latents, labels=labels))
    columns = None if labels is None else COLUMNS

    def paint_images(state: TrainState, folder: RunFolder, log: MetricsLog) -> None:
        step = int(state.step)
        images = np.asarray(generate(state))
        grid = save_image_grid(folder.sample_path(step), images, columns)
        log.add_image("samples", grid, step)

    real = spread(dataset.train, POINTS)
    score = jax.jit(functools.partial(_scores, recipe))

    def paint_state(state: TrainState, folder: RunFolder, log: MetricsLog) -> None:
        step = int(state.step)
        title = f"{member} on {dataset.name}, step {step:,}"
        fake = np.asarray(generate(state))
        path = folder.sample_path(step)
        mean_score = mean_over_classes(functools.partial(score, state), classes)
        paint_points(path, real, fake, mean_score, title)

    return paint_images if dataset.image_shape else paint_state


def _scores(
    recipe: Recipe, state: TrainState, points: jax.Array, *label: jax.Array
) -> jax.Array:
    """Scores [B] of points, all of one class where there are classes."""
    labels = (jnp.broadcast_to(each, points.shape[:1]) for each in label)
    return critic_scores(recipe, state, points, *labels)


def _picture_labels(dataset: Dataset, num_classes: int | None) -> Any:
    """The classes of a picture: of images one row each, of points all in turn."""
    if num_classes is None:
        return None
    if dataset.image_shape:
        return class_rows(shown_classes(num_classes))
    return in_turn(range(num_classes), POINTS)


def paint_real(
    dataset: Dataset, folder: RunFolder, num_classes: int | None = None
) -> None:
    """Draws real samples in the layout of the generated ones, once for a run.

    Args:
        dataset: what is learned.
        folder: the run; samples/real.png is left as it is where it exists.
        num_classes: those of a conditional run, which are drawn in rows.
    """
    if status(folder.real_samples):
        return
    labels = _picture_labels(dataset, num_classes)
    if dataset.image_shape and labels is not None:
        images = real_rows(dataset, labels)
        save_image_grid(folder.real_samples, images, COLUMNS)
        return
    if dataset.image_shape:
        save_image_grid(folder.real_samples, spread(dataset.train, IMAGES))
        return
    real = spread(dataset.train, POINTS)
    title = f"{dataset.name}, real samples"
    paint_points(folder.real_samples, real, None, None, title)


def paint_points(
    path: Path,
    real: np.ndarray,
    fake: np.ndarray | None,
    score: Score | None,
    title: str,
) -> None:
    """Draws points of any number of coordinates, see `make_painter`.

    Args:
        path: the PNG to write.
        real: [N, d] points of the data; their spread gives the picture's limits.
        fake: [M, d] points of the generator; None draws the data alone.
        score: the critic's, points [B, d] -> [B]; None draws no scores.
        title: one line above it.
    """
    paint_dimension = _BY_DIMENSION.get(real.shape[1], _paint_principal_axes)
    paint_dimension(path, real, fake, score, title)


def refuse_large(count: int) -> None:
    """Refuses a grid of more than `LARGEST` images."""
    if count > LARGEST:
        raise UserError(
            f"{count:,} images are too many for one picture, which takes "
            f"{LARGEST:,}. Ask for fewer, or write an .npz file."
        )


def spread(samples: np.ndarray, count: int) -> np.ndarray:
    """At most `count` samples from end to end of the set, in its order.

    The first points of sorted data would be one cluster.
    """
    return samples[:: max(1, len(samples) // count)][:count]


# Each takes fake points [M, d] and scores, or None where real points are drawn alone.
def _paint_line(
    path: Path,
    real: np.ndarray,
    fake: np.ndarray | None,
    score: Score | None,
    title: str,
) -> None:
    (xs,) = _axes_around(real)
    curve = None if score is None else np.asarray(score(jnp.asarray(xs[:, None])))
    numbers = None if fake is None else fake[:, 0]
    save_histogram(path, real[:, 0], numbers, (xs, curve), title)


def _paint_plane(
    path: Path,
    real: np.ndarray,
    fake: np.ndarray | None,
    score: Score | None,
    title: str,
) -> None:
    save_point_plot(path, real, fake, critic_surface(real, score), title)


def critic_surface(real: np.ndarray, score: Score | None) -> Surface:
    """Evaluates the critic on a grid around points of the plane.

    Args:
        real: [N, 2] points, which give the limits.
        score: the critic's, or None for the limits alone.

    Returns:
        xs [G], ys [G] and scores [G, G] or None, as `plots.save_point_plot` takes them.
    """
    xs, ys = _axes_around(real)
    if score is None:
        return xs, ys, None
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    return xs, ys, np.asarray(score(jnp.asarray(grid))).reshape(GRID, GRID)


def _paint_principal_axes(
    path: Path,
    real: np.ndarray,
    fake: np.ndarray | None,
    score: Score | None,
    title: str,
) -> None:
    """Projects on the two directions in which the real points vary most."""
    project = principal_axes(real)
    title += f", the two widest principal axes of {real.shape[1]}"
    fake, shown = None if fake is None else project(fake), project(real)
    # Limits of the real points alone: else every picture had a scale of its own.
    save_point_plot(path, shown, fake, critic_surface(shown, None), title)


def principal_axes(real: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Returns the projection of points [..., d] on the two widest axes of real ones."""
    mean = real.mean(0)
    # Of the real points, so that the axes stay the same through the run.
    _, _, directions = np.linalg.svd(real - mean, full_matrices=False)
    return lambda points: (points - mean) @ directions[:2].T


_BY_DIMENSION = {1: _paint_line, 2: _paint_plane}


def _axes_around(real: np.ndarray) -> np.ndarray:
    """Evenly spaced coordinates [d, GRID] around the real points."""
    low, high = real.min(0), real.max(0)
    margin = 0.25 * (high - low)
    return np.linspace(low - margin, high + margin, GRID, dtype=np.float32).T
