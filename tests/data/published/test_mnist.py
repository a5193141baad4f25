import dataclasses
import functools
import time

import numpy as np
import pytest

from wgan_jax.data import DATASETS, load
from wgan_jax.data.published.mnist import load_stacked


def test_stacked_channels_are_the_digits_that_the_label_names(tiny, tmp_path):
    tiny.write(tmp_path / "tiny")
    row = dataclasses.replace(
        DATASETS["stacked_mnist"],
        loader=functools.partial(load_stacked, base=tiny.row),
        train_size=600,
        test_size=50,
    )
    data = row.loader(row, tmp_path)
    assert data.train.shape == (600, 28, 28, 3)
    assert data.test.shape == (50, 28, 28, 3)
    label_of = {
        image.tobytes(): label
        for image, label in zip(
            tiny.splits.train[..., 0], tiny.splits.train_labels, strict=True
        )
    }
    digits = np.array(
        [[label_of[image[..., c].tobytes()] for c in range(3)] for image in data.train]
    )
    np.testing.assert_array_equal(digits @ [100, 10, 1], data.train_labels)
    # three independent draws: one digit copied to all channels would be 10 modes
    assert np.mean(digits[:, 0] == digits[:, 1]) < 0.4
    np.testing.assert_array_equal(row.loader(row, tmp_path).train, data.train)


def test_stacked_test_images_come_from_test_digits(tiny, tmp_path):
    tiny.write(tmp_path / "tiny")
    row = dataclasses.replace(DATASETS["stacked_mnist"], train_size=20, test_size=20)
    data = load_stacked(row, tmp_path, base=tiny.row)
    known = {image.tobytes() for image in tiny.splits.test[..., 0]}
    assert all(image[..., 0].tobytes() in known for image in data.test)


@pytest.mark.mnist
def test_real_mnist(mnist_dir):
    start = time.monotonic()
    data = load("mnist", mnist_dir)
    seconds = time.monotonic() - start
    assert data.train.shape == (60_000, 28, 28, 1)
    assert data.test.shape == (10_000, 28, 28, 1)
    # the published first labels and class counts
    assert data.train_labels is not None
    assert list(data.train_labels[:8]) == [5, 0, 4, 1, 9, 2, 1, 3]
    assert list(np.bincount(data.train_labels)) == [
        *(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
    ]
    # the well-known mean and deviation of the training pixels
    pixels = data.train.astype(np.float32) / 255
    assert pixels.mean() == pytest.approx(0.1307, abs=1e-4)
    assert pixels.std() == pytest.approx(0.3081, abs=1e-4)
    assert seconds < 8  # 1.3 s on an idle machine, TFDS preparation included
    start = time.monotonic()
    again = load("mnist")
    assert time.monotonic() - start < 1.5  # .05 s on an idle machine
    np.testing.assert_array_equal(again.train, data.train)


@pytest.mark.mnist
def test_real_stacked_mnist_reaches_every_mode(mnist_dir):
    data = load("stacked_mnist", mnist_dir)
    assert data.train_labels is not None
    counts = np.bincount(data.train_labels, minlength=1000)
    assert len(counts) == 1000
    assert counts.min() > 50  # 128 a mode on average
    assert data.train.nbytes == 128_000 * 28 * 28 * 3
