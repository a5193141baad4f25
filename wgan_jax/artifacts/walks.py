"""Points that move: paths of samples between latent vectors, and frames of a cloud.

Numpy in, pictures out. This module does not know what a latent vector is.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wgan_jax.artifacts.outputs import new_file
from wgan_jax.artifacts.plots import Surface, draw_surface, new_figure, png_bytes
from wgan_jax.artifacts.style import default_rules

_REAL, _MOVING = "#202124", "#e8590c"
_COLORS = (
    *(_MOVING, "#2b8a3e", "#fcc419", "#c2255c"),
    *("#0b7285", "#364fc7", "#5c3c00", "#94d82d"),
)
_PLACE = (0.08, 0.06, 0.735, 0.88)  # as the pictures of a run


@default_rules()
def save_paths(
    path: Path,
    real: np.ndarray,
    paths: np.ndarray,
    surface: Surface | None = None,
    title: str = "",
) -> None:
    """Draws paths of generated points.

    Args:
        path: the PNG to write.
        real: [N, 2] points of the data.
        paths: [M, T, 2], T points along each of M paths; where one begins is larger.
        surface: as `plots.save_point_plot`.
        title: one line above it.

    Raises:
        ArtifactError: the file cannot be written.
    """
    figure, axes = _scene(real, surface, title)
    for points, color in zip(paths, itertools.cycle(_COLORS), strict=False):
        axes.plot(*points.T, color=color, linewidth=1.2)
        axes.scatter(*points.T, s=12, c=color, linewidths=0)
        axes.scatter(*points[0], s=60, c=color, edgecolors="white", linewidths=1)
    with new_file(path) as temporary:
        temporary.write_bytes(png_bytes(figure))


def cloud_frames(
    real: np.ndarray, clouds: np.ndarray, surface: Surface | None, title: str
) -> Iterator[Any]:
    """Draws a moving cloud.

    Args:
        real: [N, 2] points of the data.
        clouds: [T, M, 2], the points of each frame.
        surface: as `plots.save_point_plot`.
        title: one line above it.

    Yields:
        One Pillow image a frame.
    """
    from PIL import Image

    with default_rules():
        figure, axes = _scene(real, surface, title)
        moving = axes.scatter(
            *clouds[0].T, s=7, c=_MOVING, alpha=0.85, linewidths=0, label="generated"
        )
        axes.legend(loc="upper right", framealpha=0.9, fontsize=11, markerscale=2)
        for cloud in clouds:
            moving.set_offsets(cloud)
            figure.canvas.draw()
            yield Image.fromarray(np.array(figure.canvas.buffer_rgba())[..., :3])


def _scene(real: np.ndarray, surface: Surface | None, title: str) -> tuple[Any, Any]:
    figure, axes = new_figure(6.2, 5.2, _PLACE)
    if surface is not None:
        draw_surface(figure, axes, surface)
        axes.set_aspect("equal")
    axes.scatter(*real.T, s=14, c=_REAL, alpha=0.5, linewidths=0, label="real")
    axes.set_title(title, loc="left", fontsize=13)
    return figure, axes
