"""One image file as pixels: the decisions about what is in it, in one place.

Turned upright as its EXIF orientation says; of an animation the first frame; palettes
and other colour spaces become RGB without their colour profile; 16-bit grey is scaled
to 8 bits; transparent pixels are laid over white. Then the largest centred square is
resized (Lanczos, antialiased; small images are enlarged). This module knows no folder.
"""

import functools
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

# Formats that Pillow only recognises, or hands to another program (EPS: Ghostscript).
_UNREADABLE = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}


Shape = tuple[int, ...]  # (height, width, 1 for grey or 3 for RGB)


@functools.cache
def formats() -> tuple[str, ...]:
    """Returns the formats that are read, by Pillow's names."""
    Image.init()
    return tuple(name for name in Image.OPEN if name not in _UNREADABLE)


@functools.cache
def suffixes() -> frozenset[str]:
    """Returns the suffixes of those formats, lower case."""
    known = Image.registered_extensions()
    return frozenset(suffix for suffix, name in known.items() if name in formats())


@contextmanager
def bounded_pixels() -> Iterator[None]:
    """Makes images above Pillow's limit of 89 million pixels errors within a block."""
    with warnings.catch_warnings():
        # What else Pillow warns of (odd metadata) does not touch the pixels.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def read_image(file: Path | IO[bytes], shape: Shape) -> np.ndarray:
    """Reads one image, cropped and resized, within `bounded_pixels`.

    Args:
        file: a path or an open file.
        shape: what to make of it, `(H, W, C)`.

    Returns:
        uint8 `[H, W, C]`.

    Raises:
        Exception: whatever Pillow raises on what it cannot read.
    """
    with Image.open(file, formats=formats()) as image:
        # JPEG can be decoded at a fraction of its size: four times what is wanted
        # leaves the filter its work, and photographs are read several times as fast.
        image.draft(image.mode, (4 * shape[1], 4 * shape[0]))
        return fit(ImageOps.exif_transpose(image), shape)


def fit(image: Image.Image, shape: Shape) -> np.ndarray:
    """Crops the largest centred part of the wanted proportions, and resizes it.

    Returns:
        uint8 `[H, W, C]`; the same pixels where size and channels are right already.
    """
    plain = _opaque(_eight_bits(image)).convert("L" if shape[2] == 1 else "RGB")
    width, height = plain.size
    scale = min(width / shape[1], height / shape[0])
    left, top = (width - scale * shape[1]) / 2, (height - scale * shape[0]) / 2
    resized = plain.resize(
        (shape[1], shape[0]),
        Image.Resampling.LANCZOS,
        box=(left, top, width - left, height - top),
    )
    return np.asarray(resized).reshape(shape)


def fit_array(pixels: np.ndarray, shape: Shape) -> np.ndarray:
    """As `fit`, of uint8 `[H, W, C]` with 1 to 4 channels; 2 and 4 end in alpha."""
    flat = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    return fit(Image.fromarray(np.ascontiguousarray(flat)), shape)


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise ValueError("its pixels are floats of unknown range")
    if not image.mode.startswith("I"):
        return image
    # 16 bits a pixel, in a mode of 16 or of 32 bits.
    grey = np.clip(np.asarray(image), 0, 65535)
    return Image.fromarray(np.rint(grey / 257).astype(np.uint8))


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    canvas = Image.new("RGBA", image.size, "white")
    canvas.alpha_composite(image.convert("RGBA"))
    return canvas


def describe_problem(error: Exception) -> str:
    """Says in a few words why an image could not be read."""
    if isinstance(error, UnidentifiedImageError):
        return "not an image that can be read"
    if isinstance(
        error, (Image.DecompressionBombError, Image.DecompressionBombWarning)
    ):
        return f"more than {Image.MAX_IMAGE_PIXELS:,} pixels"
    if isinstance(error, MemoryError):
        return "not enough memory to decode it"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    words = str(error).splitlines() or [type(error).__name__]
    return words[0][:100]
