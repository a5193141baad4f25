import subprocess
import sys

import numpy as np
import pytest

from wgan_jax.data import DATASETS, load
from wgan_jax.errors import UserError

NAMES = (
    "mnist fashion_mnist kmnist cifar10 digits stacked_mnist patches emoji ring8 "
    "grid25 swissroll"
)


def test_the_names_are_the_published_ones():
    assert list(DATASETS) == NAMES.split()
    assert all(row.name == name for name, row in DATASETS.items())


def test_an_unknown_name_gets_the_closest_match():
    with pytest.raises(UserError, match="unknown dataset 'minst'.*mean 'mnist'"):
        load("minst")


@pytest.mark.parametrize("name", ["digits", "patches", "ring8", "grid25", "swissroll"])
def test_a_row_tells_the_truth_without_loading(name):
    row, data = DATASETS[name], load(name)
    assert data.name == name
    assert data.sample_shape == row.sample_shape
    assert (len(data.train), len(data.test)) == (row.train_size, row.test_size)
    assert (data.image_shape is not None) == row.is_image
    assert data.dim == (None if row.is_image else 2)
    assert data.train.dtype == (np.uint8 if row.is_image else np.float32)
    assert "\n" not in data.source
    if data.train_labels is not None and data.test_labels is not None:
        assert data.train_labels.dtype == data.test_labels.dtype == np.int32
        assert len(data.train_labels) == row.train_size
        assert len(data.test_labels) == row.test_size


@pytest.mark.parametrize(
    "row", [r for r in DATASETS.values() if r.files], ids=lambda row: row.name
)
def test_everything_that_is_downloaded_has_a_checksum(row):
    for file in row.files:
        assert file.md5 is not None
        assert len(file.md5) == 32
    assert len({file.md5 for file in row.files}) == len(row.files)
    assert all(mirror.endswith("/") for mirror in row.mirrors)


def test_importing_the_room_and_small_sets_import_nothing_heavy():
    program = (
        "import sys, wgan_jax.data as data\n"
        "data.load('digits'); data.load('ring8')\n"
        "heavy = ['jax', 'tensorflow', 'tensorflow_datasets', 'sklearn', 'scipy',\n"
        "         'urllib.request', 'array_record', 'PIL', 'fontTools']\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
