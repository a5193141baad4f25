"""Walks from latent vector to latent vector, as samples along the way.

It computes and draws through `artifacts`; which file is wanted is up to `sampling`.
"""

import math
from pathlib import Path
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from wgan_jax.artifacts.images import as_picture, enlarged
from wgan_jax.artifacts.plots import Surface, image_grid
from wgan_jax.artifacts.walks import cloud_frames, save_paths
from wgan_jax.loop.classes import mean_over_classes
from wgan_jax.loop.memory import require_memory
from wgan_jax.loop.pictures import critic_surface, principal_axes
from wgan_jax.loop.trained.trained import Trained
from wgan_jax.training.latents import INTERPOLATIONS

LEGS = 4  # latent vectors that a walk in a circle passes through
_WIDE = 400  # pixels, at least about


class Walk(NamedTuple):
    """How to walk.

    Attributes:
        key: a seed or key for the latent vectors.
        count: how many walks.
        length: samples from one latent vector to the next.
        interpolation: a name in `INTERPOLATIONS`.
        weights: as `Trained.sample`.
        labels: the class of each walk, [count], where the run is conditional.
    """

    key: Any
    count: int
    length: int
    interpolation: str
    weights: str
    labels: np.ndarray | None = None


def walk_between(trained: Trained, walk: Walk) -> np.ndarray:
    """Walks from one latent vector to another, both included.

    Returns:
        [count, length, ...], samples as `Trained.sample` makes them.

    Raises:
        UserError: so many do not fit into memory.
    """
    _require_memory(trained, walk, walk.length)
    ends = _latents(trained, walk, 2)
    times = jnp.linspace(0, 1, walk.length, dtype=jnp.float32)
    return _generate(trained, walk, _path(walk, ends[:, 0], ends[:, 1], times))


def walk_in_a_circle(trained: Trained, walk: Walk) -> np.ndarray:
    """Walks through `LEGS` latent vectors and back to the first, which is not repeated.

    Returns:
        [count, LEGS * length, ...], samples as `Trained.sample` makes them.

    Raises:
        UserError: as `walk_between`.
    """
    _require_memory(trained, walk, LEGS * walk.length)
    stops = _latents(trained, walk, LEGS)
    times = jnp.arange(walk.length) / walk.length
    legs = _path(walk, stops, jnp.roll(stops, -1, axis=1), times)
    # [count, LEGS, length, dim] to [count, LEGS * length, dim].
    return _generate(trained, walk, legs.reshape(walk.count, -1, legs.shape[-1]))


def _require_memory(trained: Trained, walk: Walk, length: int) -> None:
    """Latents twice, on the device and as they are cut, and the samples."""
    sample = math.prod(trained.sample_shape) * (
        1 if len(trained.sample_shape) > 1 else 4
    )
    each = length * (2 * 4 * trained.recipe.latent_dim + sample)
    require_memory(
        walk.count * each,
        f"{walk.count:,} walks of {length:,} samples",
        "Choose fewer walks, or shorter ones.",
    )


def _latents(trained: Trained, walk: Walk, stops: int) -> jnp.ndarray:
    latents = trained.latents(walk.key, walk.count * stops)
    return jnp.asarray(latents).reshape(walk.count, stops, -1)


def _path(walk: Walk, start: Any, end: Any, times: Any) -> jnp.ndarray:
    return INTERPOLATIONS[walk.interpolation](start, end, times)


def _generate(trained: Trained, walk: Walk, latents: jnp.ndarray) -> np.ndarray:
    flat = latents.reshape(-1, latents.shape[-1])
    labels = walk.labels
    if labels is not None:  # a walk stays in its class
        labels = np.repeat(labels, latents.shape[1])
    samples = trained.generate(flat, weights=walk.weights, labels=labels)
    return samples.reshape(*latents.shape[:2], *trained.sample_shape)


def draw_walks(
    path: Path, trained: Trained, walks: np.ndarray, real: np.ndarray, title: str
) -> None:
    """Draws walks of points [M, T, d] among real ones [N, d] as PNG."""
    scene = _scene(trained, real)
    times = np.linspace(0, 1, walks.shape[1], dtype=np.float32)
    paths = scene.project(walks, times[None])
    save_paths(path, scene.real, paths, scene.surface, title)


def image_frames(walks: np.ndarray) -> list[Any]:
    """Returns one Pillow image a step, a grid of all walks [M, T, H, W, C]."""
    grids = [image_grid(walks[:, step]) for step in range(walks.shape[1])]
    return [as_picture(enlarged(grid, _WIDE)) for grid in grids]


def point_frames(
    trained: Trained, walks: np.ndarray, real: np.ndarray, title: str
) -> list[Any]:
    """Returns one Pillow image a step, all walks [M, T, d] as a cloud."""
    scene = _scene(trained, real)
    rows = np.linspace(0, 1, len(walks), dtype=np.float32)
    clouds = scene.project(walks, rows[:, None]).swapaxes(0, 1)  # [T, M, 2]
    return list(cloud_frames(scene.real, clouds, scene.surface, title))


class _Scene(NamedTuple):
    """Real points as they are drawn, how others are, and the critic's scores."""

    real: np.ndarray
    project: Any
    surface: Surface | None


def _scene(trained: Trained, real: np.ndarray) -> _Scene:
    dim = real.shape[-1]
    if dim == 2:
        score = mean_over_classes(trained.critic_scores, trained.num_classes)
        surface = critic_surface(real, score)
        return _Scene(real, lambda points, _: points, surface)
    if dim > 2:
        project = principal_axes(real)
        shown = project(real)
        limits = critic_surface(shown, None)
        return _Scene(shown, lambda points, _: project(points), limits)

    # On a line the second axis is free: it shows the way along a walk, or its number.
    def beside(points: np.ndarray, heights: np.ndarray) -> np.ndarray:
        heights = np.broadcast_to(heights[..., None], points.shape)
        return np.concatenate([points, heights], axis=-1)

    return _Scene(beside(real, np.full(len(real), -0.05, np.float32)), beside, None)
