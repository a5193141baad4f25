"""A row of samples a member: ten images, or where its points lie."""

from pathlib import Path

import numpy as np

from wgan_jax.artifacts.images import write_png
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.files import disk_errors

_IMAGES = 10
_CELLS, _REACH = 84, 2.1  # a density map of so many squares a side, |x| <= reach


def make_strip(samples: np.ndarray, path: Path) -> None:
    """Writes the first samples side by side, or the density of points.

    Args:
        samples: uint8 images [N, H, W, C], or points [N, 2].
        path: the PNG; its folder is made.

    Raises:
        ArtifactError: it cannot be written.
    """
    with disk_errors(f"write {path}", ADVICE):
        path.parent.mkdir(parents=True, exist_ok=True)
    image = _density(samples) if samples.ndim == 2 else _row(samples[:_IMAGES])
    write_png(path, image)


def _row(images: np.ndarray) -> np.ndarray:
    """[n, H, W, C] -> [H, n W, C]."""
    return np.concatenate(list(images), axis=1)


def _density(points: np.ndarray) -> np.ndarray:
    """Of points [N, 2] in the square that holds every mode: dark where they are."""
    edges = np.linspace(-_REACH, _REACH, _CELLS + 1)
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=(edges, edges))
    # The square root shows where a single point lies.
    shade = np.sqrt(np.minimum(counts / max(1.0, np.quantile(counts, 0.999)), 1.0))
    return (255 * (1 - shade[::-1])).astype(np.uint8)[:, :, None]
