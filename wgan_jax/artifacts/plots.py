"""Pictures: grids of samples, and points over the critic's scores.

Numpy in, PNG out. matplotlib is used through its objects, without pyplot, which keeps
global state and may open a window. This module does not know what a run is.
"""

import io
import math
from pathlib import Path
from typing import Any

import numpy as np

from wgan_jax.artifacts.style import default_rules
from wgan_jax.files import disk_errors, write_atomic

_ADVICE = "Free some space or mend the permissions; a run goes on with --resume."
_PADDING = 2  # pixels between images
_BACKGROUND = 32  # grey value
_VISIBLE = 48  # smaller images are enlarged to at least about this many pixels
_REAL, _FAKE, _CRITIC = "#202124", "#e8590c", "#1c5d99"

Place = tuple[float, float, float, float]  # left, bottom, width, height
Surface = tuple[np.ndarray, np.ndarray, np.ndarray | None]
Curve = tuple[np.ndarray, np.ndarray | None]


def image_grid(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Arranges images in rows on a dark background.

    Args:
        images: [N, H, W, C], C is 1 or 3; uint8, or floats in [-1, 1] (clipped).
        columns: images a row; about the square root of N by default.

    Returns:
        uint8 [height, width, C]. Small images are enlarged by a whole factor without
        smoothing, so that a pixel stays a square.
    """
    images = _to_uint8(images)
    n, height, width, channels = images.shape
    columns = min(columns or math.ceil(math.sqrt(n)), n)
    factor = max(1, round(_VISIBLE / max(height, width)))
    # [N, H, W, C] to [N, factor H, factor W, C].
    cells = images.repeat(factor, axis=1).repeat(factor, axis=2)
    high, wide = height * factor + _PADDING, width * factor + _PADDING
    rows = math.ceil(n / columns)
    shape = (rows * high + _PADDING, columns * wide + _PADDING, channels)
    grid = np.full(shape, _BACKGROUND, np.uint8)
    for index, cell in enumerate(cells):
        top = index // columns * high + _PADDING
        left = index % columns * wide + _PADDING
        grid[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
    return grid


def save_image_grid(
    path: Path, images: np.ndarray, columns: int | None = None
) -> np.ndarray:
    """Writes a grid of images as PNG; see `image_grid`.

    Returns:
        The grid as written, uint8 [height, width, C].

    Raises:
        ArtifactError: the file cannot be written.
    """
    from PIL import Image

    grid = image_grid(images, columns)
    # Pillow wants a grey image as [H, W].
    picture = Image.fromarray(grid[..., 0] if grid.shape[-1] == 1 else grid)
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    _write(path, buffer.getvalue())
    return grid


@default_rules()
def save_point_plot(
    path: Path,
    real: np.ndarray,
    fake: np.ndarray | None,
    surface: Surface | None = None,
    title: str = "",
) -> None:
    """Draws real and generated points over the critic's scores.

    Args:
        path: the PNG to write.
        real: [N, 2] points of the data.
        fake: [M, 2] points of the generator; None draws the data alone.
        surface: xs [G] and ys [G], which are also the limits of the picture, and the
            critic's scores [G, G], row i at ys[i], or None to draw no scores.
        title: one line above it.

    Raises:
        ArtifactError: the file cannot be written.
    """
    figure, axes = new_figure(6.2, 5.2, (0.08, 0.06, 0.735, 0.88))
    if surface is not None:
        draw_surface(figure, axes, surface)
    style: dict[str, Any] = {"linewidths": 0}
    axes.scatter(*real.T, s=14, c=_REAL, alpha=0.5, label="real", **style)
    if fake is not None:
        axes.scatter(*fake.T, s=5, c=_FAKE, alpha=0.8, label="generated", **style)
    axes.set_aspect("equal")
    axes.set_title(title, loc="left", fontsize=13)
    axes.legend(loc="upper right", framealpha=0.9, fontsize=11, markerscale=2)
    _write(path, png_bytes(figure))


@default_rules()
def save_histogram(
    path: Path,
    real: np.ndarray,
    fake: np.ndarray | None,
    curve: Curve | None = None,
    title: str = "",
) -> None:
    """Draws real and generated numbers as densities, with the critic's scores.

    Args:
        path: the PNG to write.
        real: [N] numbers of the data.
        fake: [M] numbers of the generator; None draws the data alone.
        curve: xs [G], which are also the limits of the picture, and the critic's scores
            [G] there, or None. None draws the densities alone.
        title: one line above it.

    Raises:
        ArtifactError: the file cannot be written.
    """
    figure, axes = new_figure(6.2, 4.2, (0.1, 0.12, 0.75, 0.8))
    # Points that are all equal leave no width for bins.
    low, high = (curve[0][0], curve[0][-1]) if curve else (real.min(), real.max())
    bins = np.linspace(low, high if high > low else low + 1, 80)
    outline: dict[str, Any] = {"bins": bins, "histtype": "stepfilled"}
    for numbers, color, label in ((real, _REAL, "real"), (fake, _FAKE, "generated")):
        if numbers is None:
            continue
        # A share of all numbers, so that those outside lower what is seen inside.
        weights = np.full(len(numbers), 1 / (len(numbers) * (bins[1] - bins[0])))
        style = {"color": color, "label": label, "alpha": 0.55, "weights": weights}
        axes.hist(numbers, **outline, **style)
    axes.set_xlabel("x", fontsize=11)
    axes.set_ylabel("density", fontsize=11)
    axes.set_title(title, loc="left", fontsize=13)
    if curve is not None and curve[1] is not None:
        _draw_scores(axes.twinx(), curve)
    axes.legend(loc="upper right", framealpha=0.9, fontsize=11)
    _write(path, png_bytes(figure))


def _draw_scores(axes: Any, curve: Curve) -> None:
    axes.plot(*curve, color=_CRITIC, linewidth=1.6, label="critic's score")
    axes.set_ylabel("critic's score", fontsize=11, color=_CRITIC)
    axes.tick_params(labelsize=10)
    axes.spines[["top"]].set_visible(False)


def _to_uint8(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images)
    if images.dtype == np.uint8:
        return images
    # Rounded: the inverse of x / 127.5 - 1 by which training reads uint8 images.
    return np.rint((np.clip(images, -1, 1) + 1) * 127.5).astype(np.uint8)


def draw_surface(figure: Any, axes: Any, surface: Surface) -> None:
    """Fills a picture with the critic's scores, and sets its limits."""
    xs, ys, values = surface
    axes.set_xlim(xs[0], xs[-1])
    axes.set_ylim(ys[0], ys[-1])
    if values is None:
        return
    filled = axes.contourf(xs, ys, values, levels=24, cmap="BuPu_r", alpha=0.85)
    lines: dict[str, Any] = {"colors": "white", "linewidths": 0.4, "alpha": 0.7}
    axes.contour(xs, ys, values, levels=12, linestyles="solid", **lines)
    bar = figure.colorbar(filled, cax=figure.add_axes((0.84, 0.06, 0.03, 0.88)))
    bar.set_label("critic's score", fontsize=11)
    bar.ax.tick_params(labelsize=10)
    bar.outline.set_visible(False)


def new_figure(width: float, height: float, place: Place) -> tuple[Any, Any]:
    """Makes a figure of inches that is drawn in memory, and its axes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=130)
    FigureCanvasAgg(figure)  # attaches itself: draws to memory, needs no display
    # A fixed place: what surrounds it may change from step to step, the scale may not.
    axes: Any = figure.add_axes(place)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def png_bytes(figure: Any) -> bytes:
    """Returns a figure as PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _write(path: Path, data: bytes) -> None:
    with disk_errors(f"write the picture {path}", _ADVICE):
        write_atomic(path, data)
