"""Labels that a conditional game can be trained on, and those that are refused."""

import dataclasses

import numpy as np
import pytest

from wgan_jax.data import DATASETS, as_dataset, load
from wgan_jax.data.dataset import Dataset
from wgan_jax.data.labels import require_classes
from wgan_jax.errors import UserError

IMAGES = np.zeros((4, 2, 2, 1), np.uint8)


def labelled(train, test=None) -> Dataset:
    given = Dataset("mine", IMAGES, IMAGES[:2], train, test, "a test")
    return as_dataset(given)


def test_classes_are_counted():
    data = labelled(np.asarray([0, 2, 1, 2], np.uint8), [1, 2])
    require_classes(data)
    assert data.num_classes == 3
    assert np.asarray(data.train_labels).dtype == np.int32
    assert labelled(None).num_classes is None


@pytest.mark.parametrize("name", ["digits", "patches", "ring8", "grid25", "swissroll"])
def test_a_row_knows_the_classes_of_its_labels(name):
    data = load(name)
    assert data.num_classes == DATASETS[name].num_classes
    if data.num_classes is not None:
        require_classes(data)


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        (None, None, "'mine' has no labels: hand the data over"),
        ([-1, 0, 1, 2], None, "go from -1 to 2.*return_inverse"),
        ([0, 0, 1, 2**16], None, "from 0 to 65536, but.*at most 65535"),
        ([0, 0, 1, 3], None, "no sample is of class 2:"),
        ([0, 50, 1, 50], None, "of class 2, 3, 4, 5, 6, ...:"),
        ([0, 1, 1, 0], [0, 2], "test_labels of 'mine' hold class 2.*0 to 1"),
        ([0, 1, 1, 0], [0, -1], "hold class -1"),
    ],
    ids=["none", "negative", "many", "gap", "gaps", "other", "unknown"],
)
def test_labels_that_no_game_can_be_built_on_are_refused(train, test, words):
    with pytest.raises(UserError, match=words):
        require_classes(labelled(train, test))


@pytest.mark.parametrize(
    "train",
    [
        [0, 1, 2],
        [0.0, 1, 2, 3],
        [[0], [1], [2], [3]],
        [2**31, 0, 0, 0],
        [0, 0, 0, -(2**32)],
        "abcd",
    ],
    ids=["length", "type", "shape", "range", "below", "text"],
)
def test_labels_that_are_none_are_refused_wherever_they_go(train):
    with pytest.raises(UserError, match=r"train_labels is .*one whole number a sample"):
        labelled(train)


def test_other_labels_are_other_labels():
    data = labelled([0, 1, 1, 0], [0, 1])
    others = dataclasses.replace(data, test_labels=np.asarray([1, 1], np.int32))
    assert data.labels_sha256 != others.labels_sha256
    assert data.sha256 == others.sha256
