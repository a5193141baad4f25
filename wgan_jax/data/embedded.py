"""Real images that ship inside scikit-learn: no network, no files of ours.

The UCI "Optical Recognition of Handwritten Digits" test set (Alpaydin and Kaynak,
1998), 1,797 images of 8x8 pixels, and crops of two photographs. This module knows
scikit-learn and no other source.
"""

import gzip
import importlib.util
from pathlib import Path

import numpy as np

from wgan_jax.data.dataset import Dataset, DatasetRow

_TABLE = "datasets/data/digits.csv.gz"
_PHOTOGRAPHS = ("china.jpg", "flower.jpg")
_SIDE, _STRIDE = 32, 4  # of a crop, pixels
_TEST_COLUMN = 480  # of 640; test crops lie right of it, training crops left


def load_digits(row: DatasetRow, data_dir: Path | None = None) -> Dataset:
    """Reads the embedded digits; the first 1,500 train and the last 297 test.

    The published grey values 0 to 16 become 0 to 255.

    Args:
        row: name and sizes.
        data_dir: not used; the files lie inside scikit-learn.

    Returns:
        uint8 images `[1500, 8, 8, 1]` and `[297, 8, 8, 1]` with labels 0 to 9.
    """
    table = _read_table()
    # A row is 64 grey values, line by line, and the digit.
    grey = table[:, :64].reshape(-1, 8, 8, 1)
    images = np.rint(grey * (255 / 16)).astype(np.uint8)
    labels = table[:, 64].astype(np.int32)
    cut = row.train_size
    return Dataset(
        name=row.name,
        train=images[:cut],
        test=images[cut:],
        train_labels=labels[:cut],
        test_labels=labels[cut:],
        source="1,797 digits embedded in scikit-learn; the first 1,500 train",
    )


def _read_table() -> np.ndarray:
    """Reads the table without importing scikit-learn, which costs over a second."""
    if (path := _find(_TABLE)) is not None:
        with gzip.open(path, "rt") as file:
            return np.loadtxt(file, delimiter=",")
    from sklearn.datasets import load_digits  # the table moved: ask for it properly

    data, target = load_digits(return_X_y=True)
    return np.column_stack([data, target])


def _find(name: str) -> Path | None:
    # find_spec locates a package and runs nothing of it.
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / name).is_file():
            return path
    return None


def load_patches(row: DatasetRow, data_dir: Path | None = None) -> Dataset:
    """Crops two photographs, every fourth pixel in both directions.

    Split by columns: no training crop shares a pixel with a test crop.

    Args:
        row: name and sizes.
        data_dir: not used; the photographs lie inside scikit-learn.

    Returns:
        uint8 images `[22374, 32, 32, 3]` and `[6534, 32, 32, 3]`, labelled by their
        photograph, in its rows.
    """
    train, test = [], []
    for name in _PHOTOGRAPHS:
        photograph = _read_photograph(name)
        train.append(_crops(photograph[:, :_TEST_COLUMN]))
        test.append(_crops(photograph[:, _TEST_COLUMN:]))

    def labels(parts: list[np.ndarray]) -> np.ndarray:
        return np.repeat(np.arange(2, dtype=np.int32), [len(part) for part in parts])

    return Dataset(
        name=row.name,
        train=np.concatenate(train),
        test=np.concatenate(test),
        train_labels=labels(train),
        test_labels=labels(test),
        source="crops of the two photographs in scikit-learn; the right quarter tests",
    )


def _crops(photograph: np.ndarray) -> np.ndarray:
    # [H, W, 3] to [rows, columns, 3, side, side], a view.
    windows = np.lib.stride_tricks.sliding_window_view(
        photograph, (_SIDE, _SIDE), axis=(0, 1)
    )[::_STRIDE, ::_STRIDE]
    crops = windows.transpose(0, 1, 3, 4, 2)
    return np.ascontiguousarray(crops).reshape(-1, _SIDE, _SIDE, 3)


def _read_photograph(name: str) -> np.ndarray:
    if (path := _find(f"datasets/images/{name}")) is not None:
        from PIL import Image

        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    from sklearn.datasets import load_sample_image  # moved: ask for it properly

    return load_sample_image(name)
