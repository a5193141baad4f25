"""The table of feature nets: names, titles, what is refused before a net is built."""

import subprocess
import sys

import numpy as np
import pytest

from wgan_jax.data import DATASETS
from wgan_jax.errors import UserError
from wgan_jax.metrics.features import FEATURES, default_features, load_features


def test_rows_go_by_their_names_and_no_title_claims_to_be_fid():
    for name, row in FEATURES.items():
        assert row.name == name
        assert row.title.startswith("FD-")
        assert row.needs in (None, "reference", "weights")


def test_an_unknown_name_is_answered_with_the_closest():
    with pytest.raises(UserError, match=r"features 'pca'.*mean 'pca64'"):
        load_features("pca")


def test_weights_for_a_net_that_has_its_own_are_refused():
    images = np.zeros((9, 4, 4, 1), np.uint8)
    with pytest.raises(UserError, match="read no file of weights"):
        load_features("pca64", reference=images, weights="some.npz")


@pytest.mark.parametrize(
    ("dataset", "shape", "name"),
    [
        ("mnist", (28, 28, 1), "mnist"),
        ("fashion_mnist", (28, 28, 1), "fashion"),
        ("digits", (8, 8, 1), "digits"),
        ("stacked_mnist", (28, 28, 3), "stacked_mnist"),
        ("kmnist", (28, 28, 1), "pca64"),
        ("cifar10", (32, 32, 3), "pca64"),
        ("my/own/photos", (64, 64, 3), "pca64"),
        ("mnist", (32, 32, 1), "pca64"),  # own images under a known name
        ("ring8", (2,), "pca64"),
    ],
)
def test_data_get_the_net_that_was_trained_on_them(dataset, shape, name):
    assert default_features(dataset, shape) == name
    assert FEATURES[name].fits(shape) == (len(shape) == 3)


def test_every_data_set_with_a_net_of_its_own_fits_it():
    for name, row in DATASETS.items():
        assert FEATURES[default_features(name, row.sample_shape)]
    trained = {default_features(n, row.sample_shape) for n, row in DATASETS.items()}
    assert trained == {"mnist", "fashion", "digits", "stacked_mnist", "pca64"}


def test_listing_the_nets_imports_no_jax():
    code = "import sys, wgan_jax.metrics.features; print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
