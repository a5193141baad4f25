from typing import Any

import numpy as np
from sklearn.datasets import load_digits as sklearn_digits

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
