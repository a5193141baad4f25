"""The published splits behind the packaged nets, read without preparing them."""

import os
from pathlib import Path

import pytest

from wgan_jax.data import DATASETS
from wgan_jax.data.dataset import Splits
from wgan_jax.data.published.idx import read_idx


@pytest.fixture(scope="session")
def mnist(mnist_dir: Path) -> Splits:
    return _read("mnist", mnist_dir / "mnist")


@pytest.fixture(scope="session")
def fashion() -> Splits:
    row = DATASETS["fashion_mnist"]
    own = Path(os.environ.get("WGAN_JAX_DATA_DIR", ".")) / row.name
    for folder in (own, *row.folders):
        if (folder / row.files[0].name).is_file():
            return _read(row.name, folder)
    pytest.skip(f"the files of Fashion-MNIST are in none of {own}, {row.folders[0]}")


def _read(name: str, folder: Path) -> Splits:
    files = DATASETS[name].files
    images, labels, test_images, test_labels = (
        read_idx(folder / file.name, file) for file in files
    )
    return Splits(images[..., None], labels, test_images[..., None], test_labels)
