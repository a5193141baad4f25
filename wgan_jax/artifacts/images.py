"""Images as files of their own, and pictures that move.

Numpy in, PNG or GIF out; grids and points are drawn by `plots` and `walks`. This module
does not know what a run is.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wgan_jax.artifacts.outputs import new_file

NAMES = re.compile(r"sample-\d+\.png")  # of `write_png_each`
_BAR, _TEXT, _INK = 26, 14, 235  # of a caption: pixels, pixels, grey value
_GROUND = 32  # grey value around pictures, as between the images of a grid


def as_picture(image: np.ndarray) -> Any:
    """Returns a Pillow image of uint8 [H, W, C], C from 1 to 4."""
    from PIL import Image

    # Pillow wants a grey image as [H, W].
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


def write_png(path: Path, image: np.ndarray) -> None:
    """Writes one image, uint8 [H, W, C].

    Raises:
        ArtifactError: the file cannot be written.
    """
    with new_file(path) as temporary:
        as_picture(image).save(temporary, format="png", optimize=True)


def write_png_each(folder: Path, images: np.ndarray) -> None:
    """Writes images as sample-0000.png and so on; names sort in the images' order.

    Args:
        folder: exists and is empty.
        images: uint8 [N, H, W, C].

    Raises:
        OSError: a file cannot be written.
    """
    for number, image in enumerate(images):
        as_picture(image).save(folder / sample_name(number, len(images)))


def sample_name(number: int, count: int) -> str:
    """Names the file of one of `count` samples; all names have the same length."""
    digits = max(4, len(str(count - 1)))
    return f"sample-{number:0{digits}d}.png"


def enlarged(image: np.ndarray, least: int) -> np.ndarray:
    """Repeats pixels, [H, W, C], until the image is about `least` pixels wide."""
    factor = max(1, round(least / image.shape[1]))
    return image.repeat(factor, axis=0).repeat(factor, axis=1)


def captioned(picture: Any, words: str) -> Any:
    """Returns a Pillow image, `L` or `RGB`, with one line of text on a bar below it."""
    from PIL import Image, ImageDraw, ImageFont

    grey = picture.mode == "L"
    ground, ink = (_GROUND, _INK) if grey else ((_GROUND,) * 3, (_INK,) * 3)
    size = (picture.width, picture.height + _BAR)
    canvas = Image.new(picture.mode, size, ground)
    canvas.paste(picture, (0, 0))
    font = ImageFont.load_default(size=_TEXT)
    place = (6, picture.height + _BAR / 2)
    ImageDraw.Draw(canvas).text(place, words, fill=ink, font=font, anchor="lm")
    return canvas


def write_gif(path: Path, pictures: Sequence[Any], milliseconds: Sequence[int]) -> None:
    """Writes Pillow images as a GIF that repeats for ever.

    Args:
        path: the file.
        pictures: the frames, `L` or `RGB`; smaller ones stand on a dark ground.
        milliseconds: how long each of them is shown.

    Raises:
        ArtifactError: the file cannot be written.
    """
    first, *rest = _as_frames(pictures)
    with new_file(path) as temporary:
        # disposal 1: a frame stays until the next is drawn over it.
        first.save(
            temporary,
            format="gif",
            save_all=True,
            append_images=rest,
            duration=list(milliseconds),
            loop=0,
            disposal=1,
        )


def _as_frames(pictures: Sequence[Any]) -> Iterator[Any]:
    from PIL import Image

    width, height = (max(p.size[i] for p in pictures) for i in (0, 1))
    grey = all(picture.mode == "L" for picture in pictures)
    for picture in pictures:
        mode, ground = ("L", _GROUND) if grey else ("RGB", (_GROUND,) * 3)
        frame = Image.new(mode, (width, height), ground)
        frame.paste(picture.convert(mode), (0, 0))
        # 256 greys are a GIF's whole palette; of colours it takes the best 256.
        yield frame if grey else frame.quantize(256, dither=Image.Dither.NONE)
