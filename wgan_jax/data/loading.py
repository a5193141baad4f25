"""Data by one word: a name of the registry, a path of the user's own, `tfds:NAME`.

This module knows which is which, and no source. Readers of the user's own data are
imported when there are some to read.
"""

import os
from pathlib import Path
from typing import Any

from wgan_jax.data.dataset import Dataset
from wgan_jax.data.memory import memory_for
from wgan_jax.data.own import names
from wgan_jax.data.registry import DATASETS
from wgan_jax.errors import UserError, unknown_name
from wgan_jax.given import as_whole
from wgan_jax.text import shown


def is_own(name: str) -> bool:
    """Tells data of the user's own from those of the registry.

    Args:
        name: a word.

    Returns:
        Whether it is no key of `DATASETS` but a path or `tfds:NAME`.
    """
    return name not in DATASETS and names.is_own(name)


def load(
    name: str | os.PathLike[str],
    data_dir: str | Path | None = None,
    *,
    image_size: int | None = None,
    channels: int | None = None,
) -> Dataset:
    """Loads a data set from the first source that has it, without TensorFlow.

    Args:
        name: a name in `DATASETS`; or data of your own: a folder of images, a .npy or
            .npz file, or `tfds:NAME[:TRAIN[:TEST]]` for what TFDS has prepared.
        data_dir: a folder that holds a folder of that name; None leaves it to
            $WGAN_JAX_DATA_DIR. Sets that need no files ignore it.
        image_size: side in pixels that your own images are cropped and resized to; None
            leaves them as they are, and is 32 for a folder.
        channels: 1 for grey or 3 for colour; None leaves them, and is 3 for a folder.

    Returns:
        The data set: uint8 images or float32 points.

    Raises:
        UserError: for an unknown name, damaged or altered files, or when nothing is
            found; the message says what was looked for, where, and what to do.
    """
    folder = None if data_dir is None else Path(data_dir)
    name = _checked_name(name)
    _check_size(image_size, channels)
    if is_own(name):
        from wgan_jax.data.own.load import load_own

        with memory_for(name):
            return load_own(name, image_size, channels, folder)
    if name not in DATASETS:
        raise unknown_name("dataset", name, DATASETS)
    if image_size is not None or channels is not None:
        raise UserError(
            f"image_size and channels have no effect: {name} has samples of shape "
            f"{DATASETS[name].sample_shape}. Leave them out."
        )
    row = DATASETS[name]
    with memory_for(name):
        return row.loader(row, folder)


def _checked_name(name: Any) -> str:
    if isinstance(name, os.PathLike):
        name = os.fspath(name)
    if not isinstance(name, str):
        raise UserError(f"dataset is {shown(name)}, but has to be a name or a path.")
    return name


def _check_size(image_size: Any, channels: Any) -> None:
    if image_size is not None:
        as_whole("image_size", image_size, at_least=1)
    if channels not in (None, 1, 3):
        raise UserError(
            f"channels is {shown(channels)}, but has to be 1 for grey or 3 for colour."
        )


def describe_own(
    name: str,
    image_size: int | None = None,
    channels: int | None = None,
    data_dir: str | Path | None = None,
) -> tuple[tuple[int, ...], int | None]:
    """Finds the shape of the user's own samples, and their number if it is written.

    Args:
        name: as `load` takes it, like the others.
        image_size: see there.
        channels: see there.
        data_dir: see there.

    Returns:
        `(H, W, C)` or `(d,)`, and how many there are at most, or None.

    Raises:
        UserError: nothing is there, or it is no data.
    """
    from wgan_jax.data.own.load import describe_own

    folder = None if data_dir is None else Path(data_dir)
    return describe_own(name, image_size, channels, folder)


def count_classes(name: str) -> int:
    """Counts the classes of the user's own data, without decoding any sample.

    Args:
        name: as `load` takes it.

    Raises:
        UserError: the data have no labels; the message says how they get some.
    """
    from wgan_jax.data.own.load import count_classes

    return count_classes(name)
