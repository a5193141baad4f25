"""Data that a caller hands over: arrays and hand-built data sets."""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.data import Dataset, as_dataset, from_arrays
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


POINTS = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)


def by_hand(**fields: Any) -> Dataset:
    plain: dict[str, Any] = {
        "name": "mine",
        "train": POINTS,
        "test": POINTS[:2],
        "source": "by hand",
    }
    plain |= {"train_labels": None, "test_labels": None}
    return Dataset(**(plain | fields))


@pytest.mark.parametrize(
    "name",
    ["../../x", "a/b", "a\\b", "a\0b", "a\nb", "\udc80", "", "..", "x" * 101, None, 5],
)
def test_a_name_that_artifacts_cannot_carry_is_refused(name):
    for give in (
        lambda: from_arrays(POINTS, name=name),
        lambda: as_dataset(by_hand(name=name)),
    ):
        with pytest.raises(UserError, match="the name of the data is .*, but it"):
            give()
    assert from_arrays(POINTS, name="my shades 2").name == "my shades 2"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"train": None}, "train is object"),
        ({"train": POINTS[0]}, r"train is float32 \(2,\)"),
        ({"train": POINTS * np.nan}, "train holds points that are not finite"),
        ({"train": POINTS.astype(int)}, "train is int64"),
        ({"test": POINTS[:, :1]}, "same layout"),
        ({"test": POINTS * np.inf}, "test holds points that are not finite"),
        ({"centers": POINTS}, "give both, or None for both"),
        ({"centers": POINTS[:, :1], "std": 1.0}, r"centers has shape \(6, 1\)"),
        ({"centers": "x", "std": 1.0}, "centers is <U1"),
        ({"centers": POINTS, "std": 0.0}, "std is 0.0, but has to be .*greater than 0"),
        ({"train_labels": [1, 2]}, r"train_labels is int64 \(2,\). Give .* \[6\]"),
        ({"test_labels": "ab"}, "test_labels is <U2"),
        ({"source": None}, "source is None"),
    ],
)
def test_a_data_set_made_by_hand_is_checked_field_by_field(fields, words):
    with pytest.raises(UserError, match=words):
        as_dataset(by_hand(**fields))


def test_a_sound_data_set_keeps_its_values_and_becomes_float32():
    wide = as_dataset(by_hand(train=POINTS.astype(np.float64), train_labels=range(6)))
    np.testing.assert_array_equal(wide.train, POINTS)
    assert wide.train.dtype == np.float32
    assert wide.train_labels is not None
    assert wide.train_labels.dtype == np.int32
    assert as_dataset(by_hand(test=None)).test.shape == (0, 2)
    assert as_dataset(by_hand(train=POINTS.tolist())).sample_shape == (2,)


def test_every_layout_of_memory_and_every_float_gives_the_same_points():
    read_only = POINTS.copy()
    read_only.flags.writeable = False
    for same in (
        np.asfortranarray(POINTS),
        np.repeat(POINTS, 2, axis=0)[::2],
        POINTS.astype(">f4"),
        POINTS.astype(np.longdouble),
        np.ma.array(POINTS),
        read_only,
    ):
        np.testing.assert_array_equal(from_arrays(same).train, POINTS)
    short = from_arrays(jnp.asarray(POINTS, jnp.bfloat16)).train
    np.testing.assert_allclose(short, POINTS, rtol=2**-8)


@pytest.mark.parametrize(
    ("train", "words"),
    [
        (np.ma.masked_greater(POINTS, 0), "train has .* masked values"),
        (POINTS * np.float32(1e30), "train holds points up to .*divide them by"),
        (np.full((2, 2), 1e300), "not finite as float32"),
        (POINTS.astype(object), "train is object"),
        (POINTS.astype(np.complex64), "train is complex64"),
        ({"train": POINTS}, "train is object"),
        (np.zeros((8, 8, 3), np.uint8), "looks like one colour image: give"),
        ("points.npy", "train is <U"),
    ],
)
def test_arrays_that_would_train_on_something_else_are_refused(train, words):
    with pytest.raises(UserError, match=words):
        from_arrays(train)


@pytest.mark.parametrize("nothing", [[], np.zeros((0, 4, 5), np.uint8)])
def test_no_held_out_samples_in_any_layout_are_none(nothing):
    images = np.zeros((3, 4, 5), np.uint8)
    assert from_arrays(images, nothing).test.shape == (0, 4, 5, 1)
