"""Rows of samples: images side by side, points as a density."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.leaderboard.strips import make_strip
from wgan_jax.files import ArtifactError


def _read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def test_ten_images_stand_side_by_side(tmp_path: Path) -> None:
    images = np.arange(12, dtype=np.uint8)[:, None, None, None] * np.ones(
        (1, 4, 5, 3), np.uint8
    )
    make_strip(images, tmp_path / "new" / "row.png")
    row = _read(tmp_path / "new" / "row.png")
    assert row.shape == (4, 50, 3)
    assert row[0, ::5, 0].tolist() == list(range(10))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ArtifactError, match="file/row.png"):
        make_strip(np.zeros((1, 4, 4, 1), np.uint8), tmp_path / "file" / "row.png")


def test_points_are_dark_where_they_lie(tmp_path: Path) -> None:
    points = np.tile([[1.0, 1.5]], (50, 1)).astype(np.float32)
    make_strip(points, tmp_path / "map.png")
    shade = _read(tmp_path / "map.png").squeeze()
    row, column = np.unravel_index(np.argmin(shade), shade.shape)
    # x = 1 of [-2.1, 2.1] to the right, y = 1.5 near the top.
    assert (row, column) == (84 - 1 - int(3.6 / 4.2 * 84), int(3.1 / 4.2 * 84))
    assert (shade < 255).sum() == 1
