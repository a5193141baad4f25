"""Real handwritten digits that ship inside scikit-learn: no network, no files of ours.

The UCI "Optical Recognition of Handwritten Digits" test set (Alpaydin and Kaynak,
1998), 1,797 images of 8x8 pixels. This module knows scikit-learn and no other source.
"""

import gzip
import importlib.util
from pathlib import Path

import numpy as np

from wgan_jax.data.dataset import Dataset, DatasetRow

_TABLE = "datasets/data/digits.csv.gz"


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
    # find_spec locates a package and runs nothing of it.
    spec = importlib.util.find_spec("sklearn")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / _TABLE
        if path.is_file():
            with gzip.open(path, "rt") as file:
                return np.loadtxt(file, delimiter=",")
    from sklearn.datasets import load_digits  # the table moved: ask for it properly

    data, target = load_digits(return_X_y=True)
    return np.column_stack([data, target])
