"""Images as files, and films: what is in them, read back by Pillow."""

import numpy as np
import pytest
from PIL import Image

from wgan_jax.artifacts.images import (
    NAMES,
    as_picture,
    captioned,
    enlarged,
    sample_name,
    write_gif,
    write_png_each,
)


def test_names_sort_in_the_order_of_the_images():
    assert sample_name(0, 1) == "sample-0000.png"
    assert sample_name(9_999, 10_000) == "sample-9999.png"
    names = [sample_name(number, 10_001) for number in range(10_001)]
    assert names[0] == "sample-00000.png"
    assert names == sorted(set(names))
    assert all(NAMES.fullmatch(name) for name in names)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_image_is_a_file(tmp_path, channels):
    images = np.random.default_rng(0).integers(0, 256, (12, 5, 6, channels), np.uint8)
    write_png_each(tmp_path, images)
    for file, image in zip(sorted(tmp_path.iterdir()), images, strict=True):
        with Image.open(file) as picture:
            np.testing.assert_array_equal(np.asarray(picture).reshape(5, 6, -1), image)


def test_a_film_keeps_greys_and_few_colours_exactly(tmp_path):
    random = np.random.default_rng(0)
    grey = random.integers(0, 256, (3, 20, 30, 1)).astype(np.uint8)
    colours = random.integers(0, 256, (200, 3)).astype(np.uint8)
    rgb = colours[random.integers(0, 200, (3, 20, 30))]
    for images in (grey, rgb):
        write_gif(tmp_path / "a.gif", [as_picture(i) for i in images], [70, 80, 900])
        with Image.open(tmp_path / "a.gif") as gif:
            assert gif.info["loop"] == 0
            for number, image in enumerate(images):
                gif.seek(number)
                assert gif.info["duration"] == (70, 80, 900)[number]
                found = np.asarray(gif.convert("RGB"))
                # The palette is chosen by medians: near, and a wrong frame is far.
                limit = 0 if image.shape[-1] == 1 else 8
                assert np.abs(found.astype(int) - image).max() <= limit
            with pytest.raises(EOFError):
                gif.seek(3)


def test_frames_of_other_sizes_stand_on_a_dark_ground(tmp_path):
    sizes = [(10, 20), (12, 16)]
    frames = [as_picture(np.full((*size, 1), 255, np.uint8)) for size in sizes]
    write_gif(tmp_path / "a.gif", frames, [100, 100])
    with Image.open(tmp_path / "a.gif") as gif:
        for number, (height, width) in enumerate(sizes):
            gif.seek(number)
            found = np.asarray(gif.convert("L"))
            assert found.shape == (12, 20)
            assert (found[:height, :width] == 255).all()
            assert (found == 255).sum() == height * width


@pytest.mark.parametrize("channels", [1, 3])
def test_words_stand_below_and_hide_nothing(channels):
    image = np.full((40, 200, channels), 90, np.uint8)
    found = np.asarray(captioned(as_picture(image), "step 1,500"))
    found = found.reshape(len(found), 200, channels)
    np.testing.assert_array_equal(found[:40], image)
    other = np.asarray(captioned(as_picture(image), "step 2,000"))
    bar = found[40:]
    assert bar.max() > 200
    assert (bar[:3] == 32).all()
    assert (other.reshape(found.shape)[40:] != bar).any()


def test_enlarging_repeats_whole_pixels():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    found = enlarged(image, 13)
    assert found.shape == (9, 12, 1)
    np.testing.assert_array_equal(found[1::3, 2::3], image)
    np.testing.assert_array_equal(enlarged(image, 1), image)
