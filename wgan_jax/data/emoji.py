"""The pictures of Google's colour emoji font, at 32x32 over white.

Read from NotoColorEmoji.ttf, the version with bitmaps (tables CBDT and CBLC), which
Debian packages as fonts-noto-color-emoji. Versions differ in their number of pictures.
This module knows the font and where systems keep it.
"""

import hashlib
import io
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np

from wgan_jax.data.dataset import Dataset, DatasetRow
from wgan_jax.data.own import cache
from wgan_jax.data.own.samples import OwnSamples
from wgan_jax.data.published.search import named_folders
from wgan_jax.errors import UserError
from wgan_jax.files import describe_error
from wgan_jax.places import status

FONT = "NotoColorEmoji.ttf"
SHAPE = (32, 32, 3)
_MAX_BYTES = 64 << 20  # the font has 11 MB
_TEST_SHARE = 10  # one group in so many is held out
# Skin tones, joiners, gender signs and directions: they make variants of one picture.
_VARIANTS = {*range(0x1F3FB, 0x1F400), 0x200D, 0xFE0F, 0x2640, 0x2642, 0x27A1}
_ADULT, _CHILD = 0x1F9D1, 0x1F9D2
# Code point -> what it is drawn like.
_LIKE = {
    **dict.fromkeys((0x1F468, 0x1F469), (_ADULT,)),
    **dict.fromkeys((0x1F466, 0x1F467), (_CHILD,)),
    **dict.fromkeys((0x1F474, 0x1F475), (0x1F9D3,)),  # old people
    **dict.fromkeys((0x1FAF1, 0x1FAF2), (0x1F91D,)),  # halves of a handshake
    **dict.fromkeys((0x1F46B, 0x1F46C, 0x1F46D), (_ADULT, 0x1F91D)),  # holding hands
    0x1F491: (_ADULT, 0x2764),  # couple with heart
    0x1F48F: (_ADULT, 0x2764, 0x1F48B),  # kiss
    0x1F46A: (_ADULT, _CHILD),  # family
}


def load_emoji(row: DatasetRow, data_dir: Path | None = None) -> Dataset:
    """Reads the pictures, each once; no variant of a test picture is trained on.

    Pictures that differ in skin tone, gender or direction alone are one group, and a
    tenth of the groups is held out by the hash of their code points.

    Args:
        row: name, and the folders of fonts of the usual systems.
        data_dir: a folder that holds emoji/NotoColorEmoji.ttf, or None.

    Returns:
        uint8 images `[N, 32, 32, 3]`, without labels.

    Raises:
        UserError: there is no such font, or it is damaged or without bitmaps.
    """
    import PIL

    path = _find_font(row, data_dir)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            raise ValueError("not a regular file of at most 64 MB")
        place = cache.cache_path(row.name, str(path.resolve()))
        made_from = (status.st_size, status.st_mtime_ns, PIL.__version__)
        stamp = cache.make_stamp(row.name, made_from)
        kept = cache.read(place, stamp)
        if kept is None:
            kept = _read_font(path)
            cache.write(place, stamp, kept)
    except OSError as error:
        raise UserError(f"cannot read {path}: {describe_error(error)}.") from None
    except Exception as error:  # a damaged font can raise nearly anything
        raise UserError(
            f"{path} is damaged, or not the emoji font with bitmaps: {error}. "
            f"{_INSTALL}"
        ) from None
    return Dataset(row.name, kept.train, kept.test, None, None, kept.source)


_INSTALL = (
    "Install it (Debian and Ubuntu: apt install fonts-noto-color-emoji), or give a "
    f"folder that holds emoji/{FONT} as --data-dir."
)


def _find_font(row: DatasetRow, data_dir: Path | None) -> Path:
    folders = [folder / row.name for folder in named_folders(data_dir)]
    # Of systems' own folders those in a home are left out where there is none.
    folders += [Path(os.path.expanduser(folder)) for folder in row.folders]
    for folder in folders:
        if status(folder / FONT):
            return folder / FONT
    raise UserError(
        f"{row.name} needs the font {FONT}, which is in none of "
        f"{', '.join(map(str, folders))}. {_INSTALL}"
    )


def _read_font(path: Path) -> OwnSamples:
    # A tenth of a second each to import.
    from fontTools.ttLib import TTFont

    from wgan_jax.data.own.images import bounded_pixels, read_image

    # Opened here: of a damaged font fontTools would leave the file open.
    with path.open("rb") as file, TTFont(file, lazy=True) as font:
        groups = _groups(font)
        pictures: dict[bytes, str] = {}  # of glyphs that share one, the first counts
        for glyph, bitmap in font["CBDT"].strikeData[0].items():
            pictures.setdefault(bitmap.imageData, groups.get(glyph) or str(glyph))
        version = font["name"].getDebugName(5)
    with bounded_pixels():
        images = [read_image(io.BytesIO(png), SHAPE) for png in pictures]
    test = np.array([_is_held_out(group) for group in pictures.values()])
    images = np.stack(images)
    source = f"{len(images):,} pictures of {path} ({str(version).split(';')[0]})"
    return OwnSamples(images[~test], images[test], source, [])


def _is_held_out(group: str) -> bool:
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:4]) % _TEST_SHARE == 0


def _groups(font: Any) -> dict[str, str]:
    """Names for each glyph the group of variants that it belongs to."""
    sequences: dict[str, tuple[int, ...]] = {
        glyph: (code,) for code, glyph in font.getBestCmap().items()
    }
    ligatures = [
        ((first, *ligature.Component), ligature.LigGlyph)
        for lookup in font["GSUB"].table.LookupList.Lookup
        for table in lookup.SubTable
        for first, made in getattr(table, "ligatures", {}).items()
        for ligature in made
    ]
    for parts, made in ligatures:
        if made not in sequences and all(part in sequences for part in parts):
            sequences[made] = sum((sequences[part] for part in parts), ())
    return {glyph: group_of(codes) for glyph, codes in sequences.items()}


def group_of(codes: tuple[int, ...]) -> str:
    """Names what is common to the variants of an emoji.

    Args:
        codes: the code points of its sequence, in any order.

    Returns:
        The code points that are left, each once and in order: families and couples are
        one group for any number and kind of people.

    Example:
        >>> group_of((0x1F44B, 0x1F3FD)) == group_of((0x1F44B,)) == "1F44B"
        True
    """
    left = {like for code in codes for like in _LIKE.get(code, (code,))} - _VARIANTS
    # A variant on its own, such as a patch of skin colour, is a picture too.
    return "-".join(f"{code:04X}" for code in sorted(left or set(codes)))
