import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.data import from_arrays
from wgan_jax.errors import UserError


def test_grey_images_get_their_channel_axis():
    data = from_arrays(np.zeros((5, 9, 7), np.uint8), np.ones((2, 9, 7, 1), np.uint8))
    assert data.image_shape == (9, 7, 1)
    assert data.train.shape == (5, 9, 7, 1)
    assert data.test.shape == (2, 9, 7, 1)


def test_points_become_float32_and_test_may_be_absent():
    data = from_arrays(np.arange(12.0).reshape(4, 3), name="mine")
    assert (data.dim, data.image_shape, data.name) == (3, None, "mine")
    assert data.train.dtype == np.float32
    assert data.test.shape == (0, 3)


@pytest.mark.parametrize(
    "train",
    [
        np.zeros((5, 9, 9), np.float32),  # images in [0, 1] would train on black
        np.zeros((5, 9, 9), np.int64),
        np.zeros(5, np.float32),
        np.zeros((0, 9, 9), np.uint8),
        np.array([[1.0, np.nan]]),
    ],
)
def test_what_cannot_be_trained_on_is_refused(train):
    with pytest.raises(UserError, match="train"):
        from_arrays(train)


def test_train_and_test_of_different_layouts_are_refused():
    with pytest.raises(UserError, match="same layout"):
        from_arrays(np.zeros((3, 8, 8), np.uint8), np.zeros((3, 9, 9), np.uint8))


def test_jax_arrays_and_lists_are_arrays():
    for points in (
        jnp.ones((4, 3)),
        [[0.5, 1.5, 2.5]] * 4,
        np.ones((4, 3), np.float64),
    ):
        data = from_arrays(points)
        assert (data.train.dtype, data.train.shape) == (np.float32, (4, 3))
    images = from_arrays(jnp.zeros((2, 8, 8, 3), jnp.uint8))
    assert images.image_shape == (8, 8, 3)


@pytest.mark.parametrize(
    ("train", "words"),
    [
        ([[1.0, 2.0], [3.0]], "train is a list that is no array"),
        ([[1, 2], [3, 4]], r"train is int64 \(2, 2\)"),
        (object(), "train is object"),
        (np.zeros((9, 8, 8, 5), np.uint8), r"\(8, 8, 5\), but wanted.*C from 1 to 4"),
        (np.zeros((9, 3, 32, 32), np.uint8), r"give np.transpose\(images"),
    ],
)
def test_one_message_says_what_was_seen_and_what_is_wanted(train, words):
    with pytest.raises(UserError, match=words):
        from_arrays(train)
