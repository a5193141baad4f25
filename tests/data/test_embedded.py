from typing import Any

import numpy as np
from sklearn.datasets import load_digits as sklearn_digits
from sklearn.datasets import load_sample_image

from wgan_jax.data import embedded, load


def test_digits_are_scikit_learns_stretched_to_a_byte():
    data = load("digits")
    bunch: Any = sklearn_digits()
    images = np.concatenate([data.train, data.test])
    assert data.train.shape == (1500, 8, 8, 1)
    assert data.test.shape == (297, 8, 8, 1)
    # 16 becomes 255 and not 256 -> 0, the wrap-around of a multiplication by 16
    np.testing.assert_array_equal(
        images[..., 0], np.rint(bunch.images * 255 / 16).astype(np.uint8)
    )
    assert images.max() == 255
    assert data.train_labels is not None
    assert data.test_labels is not None
    labels = np.concatenate([data.train_labels, data.test_labels])
    np.testing.assert_array_equal(labels, bunch.target)


def test_digits_survive_a_table_that_has_moved(monkeypatch):
    expected = load("digits")
    monkeypatch.setattr(embedded, "_TABLE", "datasets/data/elsewhere.csv.gz")
    np.testing.assert_array_equal(load("digits").train, expected.train)


def test_patches_are_crops_and_tests_share_no_pixel_with_training():
    data = load("patches")
    assert (data.train.shape, data.test.shape) == (
        (22_374, 32, 32, 3),
        (6_534, 32, 32, 3),
    )
    for name, label in (("china.jpg", 0), ("flower.jpg", 1)):
        photograph = load_sample_image(name)
        assert data.train_labels is not None
        assert data.test_labels is not None
        train = data.train[data.train_labels == label].reshape(99, 113, 32, 32, 3)
        test = data.test[data.test_labels == label].reshape(99, 33, 32, 32, 3)
        for row, column in ((0, 0), (98, 112), (5, 60)):
            crop = photograph[4 * row : 4 * row + 32, 4 * column : 4 * column + 32]
            np.testing.assert_array_equal(train[row, column], crop)
        for row, column in ((0, 0), (98, 32)):
            left = 480 + 4 * column
            crop = photograph[4 * row : 4 * row + 32, left : left + 32]
            np.testing.assert_array_equal(test[row, column], crop)
    # The last training column ends where the first test column begins.
    assert 4 * 112 + 32 == 480


def test_patches_survive_photographs_that_have_moved(monkeypatch):
    expected = load("patches").test
    monkeypatch.setattr(embedded, "_find", lambda name: None)
    np.testing.assert_array_equal(load("patches").test, expected)
