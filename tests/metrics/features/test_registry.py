"""The table of feature nets: names, titles, what is refused before a net is built."""

import numpy as np
import pytest

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


def test_data_without_a_net_of_their_own_get_components():
    assert default_features("cifar10", (32, 32, 3)) == "pca64"
    assert default_features("my/own/photos", (64, 64, 3)) == "pca64"
