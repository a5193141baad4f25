import numpy as np
import pytest
from PIL import Image

from wgan_jax.artifacts.plots import (
    image_grid,
    save_histogram,
    save_image_grid,
    save_point_plot,
)
from wgan_jax.files import ArtifactError


def test_every_image_stands_in_its_place():
    """Row by row, left to right: a transposed grid or a swapped axis shows here."""
    images = np.zeros((5, 50, 60, 3), np.uint8)
    images[:] = np.arange(100, 105).reshape(5, 1, 1, 1)
    images[:, 0, :, 0] = 255  # the top line is red
    grid = image_grid(images, columns=3)
    assert grid.shape == (2 + 2 * 52, 2 + 3 * 62, 3)
    for index in range(5):
        top, left = 2 + index // 3 * 52, 2 + index % 3 * 62
        cell = grid[top : top + 50, left : left + 60]
        np.testing.assert_array_equal(cell, images[index])
    ground = np.ones(grid.shape[:2], bool)
    for index in range(5):
        top, left = 2 + index // 3 * 52, 2 + index % 3 * 62
        ground[top : top + 50, left : left + 60] = False
    assert (grid[ground] == grid[0, 0]).all()


def test_small_images_grow_by_a_whole_factor_without_smoothing():
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1)).astype(np.uint8)
    grid = image_grid(images)
    cell = grid[2:50, 2:50]
    np.testing.assert_array_equal(cell[::6, ::6], images[0])
    np.testing.assert_array_equal(cell[::6, ::6], cell[5::6, 5::6])
    assert grid.shape == (2 + 2 * 50, 2 + 2 * 50, 1)


def test_floats_of_tanh_become_bytes():
    values = np.array([-1.0, -0.5, 0.0, 1.0, 7.0, -7.0], np.float32)
    images = np.broadcast_to(values.reshape(6, 1, 1, 1), (6, 48, 48, 1))
    grid = image_grid(images, columns=6)
    assert grid[10, 10::50, 0].tolist() == [0, 64, 128, 255, 255, 0]


def test_bytes_survive_the_way_to_floats_and_back():
    """The step maps x to x / 127.5 - 1; the grid is its exact inverse."""
    images = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    floats = images.astype(np.float32) / np.float32(127.5) - 1
    np.testing.assert_array_equal(image_grid(floats), image_grid(images))


def test_one_image_and_more_columns_than_images():
    assert image_grid(np.zeros((1, 64, 64, 3), np.uint8)).shape == (68, 68, 3)
    assert image_grid(np.zeros((2, 64, 64, 3), np.uint8), 9).shape == (68, 134, 3)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_file_holds_the_grid(tmp_path, channels):
    images = np.random.default_rng(0).uniform(-1, 1, (6, 28, 28, channels))
    grid = save_image_grid(tmp_path / "a.png", images.astype(np.float32))
    with Image.open(tmp_path / "a.png") as picture:
        read = np.asarray(picture)
    np.testing.assert_array_equal(read.reshape(grid.shape), grid)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_picture_that_cannot_be_written_is_a_clear_error(tmp_path):
    with pytest.raises(ArtifactError, match="cannot write the picture"):
        save_image_grid(tmp_path / "absent" / "a.png", np.zeros((1, 8, 8, 1)))


def colours(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def near(pixels, colour):
    return (np.abs(pixels - np.array(colour)).sum(-1) < 60).any()


def test_points_stand_over_the_critics_surface(tmp_path):
    random = np.random.default_rng(0)
    real, fake = random.normal(size=(2, 200, 2))
    axis = np.linspace(-3, 3, 20)
    surface = (axis, axis, axis[:, None] + 0 * axis)  # scores grow with y alone
    save_point_plot(tmp_path / "a.png", real, fake, surface, "gp, step 10")
    pixels = colours(tmp_path / "a.png")
    height, width, _ = pixels.shape
    low, high = pixels[int(height * 0.88), width // 3], pixels[50, width // 3]
    assert low.sum() < high.sum() - 100  # dark below, bright above
    assert near(pixels, (0xE8, 0x59, 0x0C))
    assert near(pixels, (0x20, 0x21, 0x24))


def test_a_surface_that_is_flat_or_not_finite_is_drawn_anyway(tmp_path):
    points, axis = np.zeros((3, 2)), np.linspace(-1, 1, 5)
    for value in (0.0, np.nan, np.inf):
        flat = np.full((5, 5), value)
        save_point_plot(tmp_path / "a.png", points, points, (axis, axis, flat))
    save_point_plot(tmp_path / "b.png", points, points)
    assert (tmp_path / "b.png").stat().st_size > 1000


def test_real_points_alone_stand_where_they_stand_beside_generated_ones(tmp_path):
    """The scale of a picture does not depend on what surrounds it."""
    real = np.array([[-2.0, 1.0], [1.5, -2.5]]).repeat(200, 0)
    axis = np.linspace(-3, 3, 20)
    values = 1e-4 * axis[:, None] + 0 * axis
    fake = np.full((1, 2), 2.9)
    save_point_plot(tmp_path / "both.png", real, fake, (axis, axis, values))
    save_point_plot(tmp_path / "real.png", real, None, (axis, axis, None))
    with Image.open(tmp_path / "real.png") as alone:
        size = alone.size
    with Image.open(tmp_path / "both.png") as both:
        assert both.size == size
    box = (slice(350, 640), slice(80, 500))  # without the legend and the colour bar
    dark = [
        (colours(tmp_path / name)[box].sum(-1) < 130)
        for name in ("both.png", "real.png")
    ]
    assert dark[1].sum() > 20
    assert (dark[0] & dark[1]).sum() > 0.7 * dark[1].sum()
    assert not near(colours(tmp_path / "real.png"), (0xE8, 0x59, 0x0C))


def test_numbers_of_the_data_alone_make_a_histogram(tmp_path):
    numbers = np.linspace(0, 1, 50)
    axis = np.linspace(-1, 2, 30)
    save_histogram(tmp_path / "a.png", numbers, None, (axis, None))
    assert near(colours(tmp_path / "a.png"), (0x84, 0x86, 0x87))  # grey, half opaque
    assert not near(colours(tmp_path / "a.png"), (0x1C, 0x5D, 0x99))
