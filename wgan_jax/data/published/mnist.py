"""MNIST and its relatives in IDX files, and the stacked set that is made from MNIST.

This module knows which four files make such a set. It must not know where they are
found, nor how one file is parsed.
"""

from pathlib import Path

import numpy as np

from wgan_jax.data.dataset import Dataset, DatasetRow, Splits
from wgan_jax.data.published.idx import read_idx
from wgan_jax.data.published.search import SourceFormat, load_published
from wgan_jax.errors import UserError
from wgan_jax.places import is_file

_STACK_SEED = 1611_02163  # the arXiv number of the paper that proposed it


def load_idx(row: DatasetRow, data_dir: Path | None = None) -> Dataset:
    """Loads a set of four IDX files: training and test, images and labels.

    Args:
        row: names, checksums, mirrors; `row.files` in the order train images, train
            labels, test images, test labels.
        data_dir: a folder that holds a folder of the set's name, or None.

    Returns:
        uint8 images `[N, 28, 28, 1]` with labels.

    Raises:
        UserError: if files are damaged, altered or nowhere to be found.
    """
    wanted = ", ".join(file.name.removesuffix(".gz") for file in row.files)
    form = SourceFormat(_find, _read, f"{wanted} (plain or .gz)")
    return load_published(form, row, data_dir)


def load_stacked(
    row: DatasetRow, data_dir: Path | None = None, *, base: DatasetRow
) -> Dataset:
    """Stacks three random digits as the three channels of one image: 1,000 modes.

    The benchmark of mode collapse of Metz et al., "Unrolled Generative Adversarial
    Networks" (2017, arXiv 1611.02163). Drawn with a fixed seed: training images from
    training digits, test images from test digits.

    Args:
        row: name and sizes.
        data_dir: where MNIST may lie, or None.
        base: the row of the digits to stack.

    Returns:
        uint8 images `[N, 28, 28, 3]`, labels 100 a + 10 b + c for channels a, b, c.

    Raises:
        UserError: if MNIST cannot be loaded.
    """
    digits = base.loader(base, data_dir)
    # For type checkers: a set of IDX files has labels.
    assert digits.train_labels is not None
    assert digits.test_labels is not None
    train, train_labels = _stack(digits.train, digits.train_labels, row.train_size, 0)
    test, test_labels = _stack(digits.test, digits.test_labels, row.test_size, 1)
    return Dataset(
        name=row.name,
        train=train,
        test=test,
        train_labels=train_labels,
        test_labels=test_labels,
        source=f"three digits a sample, fixed seed, from {base.name}: {digits.source}",
    )


def _stack(
    images: np.ndarray, labels: np.ndarray, count: int, split: int
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([_STACK_SEED, split])
    chosen = rng.integers(len(images), size=(count, 3))
    stacked = np.empty((count, *images.shape[1:3], 3), np.uint8)
    # Channel by channel: that needs a third of the memory for what is selected.
    for channel in range(3):
        stacked[..., channel] = images[chosen[:, channel], :, :, 0]
    # [count, 3] @ [3], the three-digit number that the channels spell.
    return stacked, (labels[chosen] @ np.array([100, 10, 1])).astype(np.int32)


def _find(row: DatasetRow, folder: Path) -> list[Path]:
    found = [_find_spelling(folder, file.name) for file in row.files]
    missing = [f.name for f, path in zip(row.files, found, strict=True) if path is None]
    if missing and len(missing) < len(found):
        raise UserError(
            f"{folder} holds only part of {row.name}: {', '.join(missing)} missing, "
            "with or without .gz. Add what is missing, or empty the folder."
        )
    return [path for path in found if path is not None]


def _find_spelling(folder: Path, name: str) -> Path | None:
    """Finds a file by its published name, unpacked, or with a dot before `idx`."""
    plain = name.removesuffix(".gz")
    dotted = plain.replace("-idx", ".idx")
    for spelling in (plain, f"{plain}.gz", dotted, f"{dotted}.gz"):
        if is_file(folder / spelling):
            return folder / spelling
    return None


def _read(row: DatasetRow, files: list[Path]) -> Splits:
    arrays = [read_idx(path, file) for path, file in zip(files, row.files, strict=True)]
    for path, array, axes in zip(files, arrays, (3, 1, 3, 1), strict=True):
        if array.ndim != axes:
            raise UserError(
                f"{path} holds an array of {array.ndim} axes, not {axes}: images and "
                "labels seem to be exchanged. Put the published file in its place."
            )
    train, train_labels, test, test_labels = arrays
    # Images [N, 28, 28] to [N, 28, 28, 1].
    return Splits(
        train[..., None],
        train_labels.astype(np.int32),
        test[..., None],
        test_labels.astype(np.int32),
    )
