"""A folder of images: which files are images, their pixels, and what was left out.

This module knows the disk and single images. It must not know caches or runs.
"""

import math
import os
import stat
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wgan_jax.data.memory import refuse_large
from wgan_jax.data.own.classes import are_splits, labels_of
from wgan_jax.data.own.images import (
    Shape,
    bounded_pixels,
    describe_problem,
    read_image,
    suffixes,
)
from wgan_jax.data.own.samples import OwnSamples, describe_shape
from wgan_jax.data.own.split import SHARE, held_out_names
from wgan_jax.errors import UserError
from wgan_jax.files import describe_error

MAX_FILES = 5_000_000
_AT_ONCE = 256  # images between two chances to be interrupted
_NAMED = 5  # broken files that a message names


class Found(NamedTuple):
    """What a folder holds.

    Attributes:
        images: relative path, size and modification time of each image file, sorted.
        broken: relative path and problem of what cannot be read.
        others: number of other files by suffix.
    """

    images: list[tuple[str, int, int]]
    broken: list[tuple[str, str]]
    others: Counter[str]


def find_images(folder: Path) -> Found:
    """Lists the image files of a folder and its subfolders; opens none.

    Hidden files and folders are passed over; links are followed, each folder once.

    Raises:
        UserError: the folder holds no image file, or far too many files.
    """
    found = Found([], [], Counter())
    for count, (name, suffix, path) in enumerate(_walk(folder, found.broken)):
        if count == MAX_FILES:
            raise UserError(
                f"{folder} holds more than {MAX_FILES:,} files. Give a folder of "
                "images alone."
            )
        if suffix not in suffixes():
            found.others[suffix or "no suffix"] += 1
            continue
        try:
            status = os.stat(path)
        except OSError as error:
            found.broken.append((name, describe_problem(error)))
            continue
        # A pipe or a device would be waited for, or never end.
        if stat.S_ISREG(status.st_mode):
            found.images.append((name, status.st_size, status.st_mtime_ns))
        else:
            found.broken.append((name, "not a regular file"))
    if not found.images and not found.broken:
        raise UserError(_no_images(folder, found.others))
    found.images.sort()
    return found


def _walk(
    folder: Path, broken: list[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    """Yields relative path, suffix and path of every file that is not hidden."""

    def note(error: OSError) -> None:
        place = os.path.relpath(error.filename or folder, folder)
        if place == ".":
            raise UserError(f"cannot read {folder}: {describe_error(error)}.")
        broken.append((place, describe_problem(error)))

    seen = set()
    for place, folders, names in os.walk(folder, onerror=note, followlinks=True):
        try:
            status = os.stat(place)
        except OSError as error:  # removed meanwhile
            note(error)
            continue
        if (status.st_dev, status.st_ino) in seen:  # a link back up
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if not name.startswith("."):
                path = os.path.join(place, name)
                relative = os.path.relpath(path, folder).replace(os.sep, "/")
                yield relative, os.path.splitext(name)[1].lower(), path


def read_images(folder: Path, found: Found, shape: Shape) -> OwnSamples:
    """Reads every image; those that cannot be read are left out and named.

    Files under `train/` and `test/` are the two splits if there are no others;
    otherwise a tenth is held out by the hash of the relative path. Where every image
    lies in a subfolder, the subfolders are its classes.

    Args:
        folder: where they are.
        found: as `find_images` returns it.
        shape: what each becomes, `(H, W, C)`.

    Returns:
        Both splits in the order of the paths.

    Raises:
        UserError: not one can be read, of a split neither, or they would not fit into
            memory.
    """
    names = [name for name, _, _ in found.images]
    size = describe_shape(shape)
    refuse_large(
        len(names) * math.prod(shape),
        f"{len(names):,} images of {size} from {folder}",
        "Choose a smaller image_size, or fewer images.",
    )
    images, kept, unread = _read_whole(folder, names, shape)
    broken = [*found.broken, *unread]
    if not kept:
        raise UserError(
            f"none of the {len(broken):,} image files in {folder} can be read: "
            f"{_name_files(broken)}. Give a folder of images."
        )
    split = are_splits(names)  # of all: a damaged file moves no other
    test, how = _choose_test(kept, split)
    if split and (test.all() or not test.any()):
        unreadable = "train/" if test.all() else "test/"
        raise UserError(
            f"none of the image files in {unreadable} of {folder} can be read: "
            f"{_name_files(broken)}. Mend or remove them."
        )
    source = f"{len(kept):,} images in {folder} as {size}; held out: {how}"
    warnings = _left_out(folder, len(kept) + len(broken), broken)
    own = OwnSamples(images[~test], images[test], source, warnings)
    labels = labels_of(kept, split)
    if labels is None:
        return own
    return own._replace(train_labels=labels[~test], test_labels=labels[test])


def _read_whole(
    folder: Path, names: list[str], shape: Shape
) -> tuple[np.ndarray, list[str], list[tuple[str, str]]]:
    """The images that can be read, their names, and why others cannot."""
    images = np.empty((len(names), *shape), np.uint8)
    kept, broken = [], []
    for index, problem in enumerate(_decode(folder, names, shape, images)):
        if problem is None:
            images[len(kept)] = images[index]
            kept.append(names[index])
        else:
            broken.append((names[index], problem))
    return images[: len(kept)], kept, broken


def _decode(
    folder: Path, names: list[str], shape: Shape, images: np.ndarray
) -> Iterator[str | None]:
    """Fills `images`; yields for each name None, or why it could not be read."""

    def decode(index: int) -> str | None:
        try:
            images[index] = read_image(folder / names[index], shape)
        except Exception as error:  # a broken image can raise nearly anything
            return describe_problem(error)
        return None

    # Pillow decodes outside of Python's lock, so threads are enough.
    workers = min(8, os.cpu_count() or 1)
    with bounded_pixels(), ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(names), _AT_ONCE):
            block = range(start, min(start + _AT_ONCE, len(names)))
            yield from list(pool.map(decode, block))


def _choose_test(names: list[str], split: bool) -> tuple[np.ndarray, str]:
    """Chooses what is held out: bool `[N]`, and how in words."""
    if split:
        return np.array([n.split("/")[0] == "test" for n in names]), "those in test/"
    return held_out_names(names), f"one in {SHARE}, by the hash of the path"


def _left_out(folder: Path, count: int, broken: list[tuple[str, str]]) -> list[str]:
    if not broken:
        return []
    return [
        f"{len(broken):,} of {count:,} image files in {folder} cannot be read and are "
        f"left out: {_name_files(broken)}."
    ]


def _name_files(broken: list[tuple[str, str]]) -> str:
    """Names the first few files with their problems, and counts the rest."""
    named = [
        f"{name if name.isprintable() else ascii(name)} ({problem})"
        for name, problem in broken[:_NAMED]
    ]
    more = len(broken) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")


def _no_images(folder: Path, others: Counter[str]) -> str:
    kinds = ", ".join(f"{n:,} {suffix}" for suffix, n in others.most_common(5))
    holds = f"files of other kinds alone ({kinds})" if others else "no files"
    return (
        f"{folder} holds no images: {holds}. Give a folder of images with suffixes "
        "such as .png, .jpg or .webp, in subfolders if you like."
    )
