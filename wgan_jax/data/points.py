"""Point clouds in the plane whose distribution is known, so critics can be checked.

The three toys of Gulrajani et al., "Improved Training of Wasserstein GANs" (2017, arXiv
1704.00028), with the scalings of the code published with the paper. They are drawn
here, from a fixed seed: this module reads nothing and knows no other data set.
"""

from pathlib import Path

import numpy as np

from wgan_jax.data.dataset import Dataset, DatasetRow

SEED = 1704_00028  # the paper's arXiv number


def load_ring8(row: DatasetRow, data_dir: Path | None = None) -> Dataset:
    """Draws eight Gaussians on a circle: radius 2 and std .02, both over 1.414.

    Args:
        row: name and sizes.
        data_dir: not used; nothing is read.

    Returns:
        float32 points `[N, 2]`, labelled by their mode, with centers `[8, 2]`.
    """
    # 1.414, and 2.828 below, are the published code's numbers and not exact roots.
    angles = np.arange(8) * (np.pi / 4)
    centers = 2.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return _mixture(row, centers / 1.414, 0.02 / 1.414)


def load_grid25(row: DatasetRow, data_dir: Path | None = None) -> Dataset:
    """Draws 25 Gaussians on a grid: -4, -2, 0, 2, 4 and std .05, both over 2.828.

    Args:
        row: name and sizes.
        data_dir: not used; nothing is read.

    Returns:
        float32 points `[N, 2]`, labelled by their mode, with centers `[25, 2]`.
    """
    axis = np.arange(-4.0, 5.0, 2.0)
    centers = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    return _mixture(row, centers / 2.828, 0.05 / 2.828)


def load_swissroll(row: DatasetRow, data_dir: Path | None = None) -> Dataset:
    """Draws a spiral t (cos t, sin t), t in 1.5 pi to 4.5 pi, noise .25, over 7.5.

    Args:
        row: name and sizes.
        data_dir: not used; nothing is read.

    Returns:
        float32 points `[N, 2]`, without labels.
    """

    def draw(split: int, count: int) -> np.ndarray:
        # A generator for each split: the test set does not depend on the training size.
        rng = np.random.default_rng([SEED, split])
        t = 1.5 * np.pi * (1 + 2 * rng.random(count))
        roll = t[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)
        return ((roll + 0.25 * rng.standard_normal((count, 2))) / 7.5).astype(
            np.float32
        )

    train, test = draw(0, row.train_size), draw(1, row.test_size)
    return Dataset(row.name, train, test, None, None, _source(row))


def _mixture(row: DatasetRow, centers: np.ndarray, std: float) -> Dataset:
    def draw(split: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([SEED, split])
        modes = rng.integers(len(centers), size=count)  # labels: int32 [count]
        points = centers[modes] + std * rng.standard_normal((count, 2))
        return points.astype(np.float32), modes.astype(np.int32)

    (train, train_modes), (test, test_modes) = (
        draw(0, row.train_size),
        draw(1, row.test_size),
    )
    return Dataset(
        name=row.name,
        train=train,
        test=test,
        train_labels=train_modes,
        test_labels=test_modes,
        source=_source(row),
        centers=centers.astype(np.float32),
        std=std,
    )


def _source(row: DatasetRow) -> str:
    return f"drawn from a fixed seed: {row.summary}"
