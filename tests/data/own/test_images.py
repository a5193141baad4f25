"""What a picture on disk becomes: the decisions, one test each."""

import io

import numpy as np
import pytest
from PIL import Image

from wgan_jax.data.own.images import (
    bounded_pixels,
    describe_problem,
    fit_array,
    formats,
    read_image,
    suffixes,
)

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def stripes(width: int, height: int) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def stored(image: Image.Image, kind: str = "PNG", **options) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return file


def read(image: Image.Image, shape=(4, 4, 3), kind="PNG", **options) -> np.ndarray:
    with bounded_pixels():
        return read_image(stored(image, kind, **options), shape)


def test_an_image_of_the_right_size_keeps_its_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    np.testing.assert_array_equal(read(Image.fromarray(pixels), (8, 8, 3)), pixels)
    np.testing.assert_array_equal(fit_array(pixels, (8, 8, 3)), pixels)
    grey = pixels[..., :1]
    np.testing.assert_array_equal(fit_array(grey, (8, 8, 1)), grey)


def test_the_centred_square_is_cropped_and_not_squeezed():
    image = Image.new("RGB", (12, 4), GREEN)
    image.paste(stripes(4, 4), (4, 0))
    pixels = read(image)
    np.testing.assert_array_equal(pixels[:, :2], np.broadcast_to(RED, (4, 2, 3)))
    np.testing.assert_array_equal(pixels[:, 2:], np.broadcast_to(BLUE, (4, 2, 3)))


def test_large_images_are_averaged_and_not_sampled():
    # A checkerboard of single pixels is grey from afar; the nearest pixel is 0 or 255.
    board = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    pixels = read(Image.fromarray(board), (8, 8, 1))
    assert 120 <= pixels.min() <= pixels.max() <= 135


def test_small_images_are_enlarged():
    assert (read(Image.new("L", (2, 2), 77), (8, 8, 1)) == 77).all()


@pytest.mark.parametrize(("channels", "red"), [(1, [76]), (3, [255, 0, 0])])
def test_colour_becomes_grey_and_grey_colour(channels, red):
    pixels = read(Image.new("RGB", (4, 4), RED), (4, 4, channels))
    assert pixels.shape == (4, 4, channels)
    assert (pixels == red).all()
    assert (read(Image.new("L", (4, 4), 9), (4, 4, channels)) == 9).all()


def test_the_exif_orientation_is_followed():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise: left becomes top
    pixels = read(stripes(32, 32), (4, 4, 3), "JPEG", exif=exif, quality=95)
    assert pixels[0, :, 0].min() > 200
    assert pixels[-1, :, 2].min() > 200


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_pixels_are_white(mode):
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 2, 4))
    pixels = read(image.convert(mode))
    assert (pixels[:, :2] == 0).all()
    assert (pixels[:, 2:] == 255).all()


def test_half_transparent_black_is_grey():
    assert (abs(read(Image.new("RGBA", (4, 4), (0, 0, 0, 128))) - 127.0) <= 1).all()
    alpha = np.full((4, 4, 4), (0, 0, 0, 128), np.uint8)
    assert (abs(fit_array(alpha, (4, 4, 3)) - 127.0) <= 1).all()


def test_a_palette_is_looked_up():
    image = Image.new("P", (4, 4), 1)
    image.putpalette([*WHITE, *GREEN])
    np.testing.assert_array_equal(read(image), np.broadcast_to(GREEN, (4, 4, 3)))


@pytest.mark.parametrize(
    ("value", "byte"), [(0, 0), (1000, 4), (257 * 100, 100), (65535, 255)]
)
def test_sixteen_bits_are_scaled_to_eight(value, byte):
    image = Image.fromarray(np.full((4, 4), value, np.uint16))
    assert (read(image, (4, 4, 1)) == byte).all()


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (4, 4), colour) for colour in (GREEN, RED)]
    pixels = read(frames[0], kind="GIF", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(pixels, np.broadcast_to(GREEN, (4, 4, 3)))


def test_a_photograph_read_at_a_fraction_of_its_size_is_the_same_to_the_eye():
    ramp = np.linspace(0, 255, 1024).astype(np.uint8)
    pixels = np.stack([np.tile(ramp, (1024, 1))] * 3, -1)
    image = Image.fromarray(pixels)
    whole = read(image, (8, 8, 3)).astype(float)
    quick = read(image, (8, 8, 3), "JPEG", quality=95)
    assert abs(whole - quick).max() <= 3


def test_a_bomb_is_an_error_with_words(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for side in (11, 20):  # a warning above the limit, an error above its double
        with bounded_pixels(), pytest.raises(Exception, match="exceeds limit") as bomb:
            read_image(stored(Image.new("L", (side, side))), (4, 4, 1))
        assert describe_problem(bomb.value) == "more than 100 pixels"


def test_floats_have_no_range_to_scale_by():
    image = Image.fromarray(np.zeros((4, 4), np.float32))
    with pytest.raises(ValueError, match="floats of unknown range"):
        read(image, kind="TIFF")


def test_formats_that_start_a_program_are_not_read():
    assert "EPS" not in formats()
    assert ".eps" not in suffixes()
    assert {".png", ".jpg", ".webp", ".gif", ".bmp", ".tif"} <= suffixes()
    with pytest.raises(Exception, match="cannot identify") as error:
        read(Image.new("L", (4, 4)), kind="EPS")
    assert describe_problem(error.value) == "not an image that can be read"
