"""Array files: what is read from them, and what is said of those that are refused."""

import io
import os
import struct
import zipfile

import numpy as np
import pytest

from wgan_jax.data import describe_own, load
from wgan_jax.errors import UserError

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (40, 8, 8, 3), np.uint8)
POINTS = RANDOM.normal(size=(30, 3)).astype(np.float32)


def read(tmp_path, array, name="a.npy", **arrays):
    path = tmp_path / name
    if name.endswith(".npy"):
        np.save(path, array)
    else:
        np.savez(path, **arrays)
    return load(str(path))


@pytest.mark.parametrize("array", [IMAGES, POINTS], ids=["images", "points"])
def test_a_tenth_is_held_out_and_nothing_lost(array, tmp_path):
    data = read(tmp_path, array)
    count = len(array) // 10
    assert (len(data.train), len(data.test)) == (len(array) - count, count)
    both = np.concatenate([data.train, data.test]).reshape(len(array), -1)
    assert sorted(both.tolist()) == sorted(array.reshape(len(array), -1).tolist())
    # Not the last ones: sorted arrays would be tested on another distribution.
    assert (data.test != array[-count:]).any()
    np.testing.assert_array_equal(data.test, read(tmp_path, array).test)
    assert describe_own(str(tmp_path / "a.npy")) == (array.shape[1:], len(array))


def test_grey_images_get_a_channel(tmp_path):
    data = read(tmp_path, IMAGES[..., 0])
    assert data.train.shape == (36, 8, 8, 1)
    assert describe_own(str(tmp_path / "a.npy")) == ((8, 8, 1), 40)


def test_double_precision_points_become_single(tmp_path):
    assert read(tmp_path, POINTS.astype(np.float64)).train.dtype == np.float32


@pytest.mark.parametrize(
    "arrays",
    [
        {"train": IMAGES, "test": IMAGES[:5], "other": POINTS},
        {"samples": IMAGES, "test": IMAGES[:5], "labels": np.arange(40)},
        {"anything": IMAGES, "test": IMAGES[:5]},
    ],
)
def test_the_arrays_of_an_npz_are_chosen_by_name(arrays, tmp_path):
    data = read(tmp_path, None, "a.npz", **arrays)
    np.testing.assert_array_equal(data.train, IMAGES)
    np.testing.assert_array_equal(data.test, IMAGES[:5])
    assert f"array {next(iter(arrays))!r}" in data.source
    assert "held out: 'test'" in data.source


def test_an_npz_with_one_array_is_split(tmp_path):
    data = read(tmp_path, None, "a.npz", x=IMAGES)
    assert (len(data.train), len(data.test)) == (36, 4)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"a": IMAGES, "b": IMAGES}, "holds 'a', 'b': which are the samples"),
        ({}, "holds no arrays: which"),
        ({"train": IMAGES, "test": POINTS}, "give both the same layout"),
        ({"train": IMAGES, "test": IMAGES[:0]}, "array 'test' of .* is uint8 "),
    ],
)
def test_arrays_that_cannot_be_chosen_are_named(arrays, words, tmp_path):
    with pytest.raises(UserError, match=words):
        read(tmp_path, None, "a.npz", **arrays)


FLOATS = IMAGES.astype(np.float32)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (FLOATS / 255, r"float32 .* from 0 to 1: save np.rint\(images \* 255\)"),
        (FLOATS / 127.5 - 1, r"from -1 to 1: save np.rint\(\(images \+ 1\) \* 127.5\)"),
        (FLOATS, r"from 0 to 255: save np.rint\(images\).astype\(np.uint8\)"),
        (FLOATS * 3, r"from 0 to 765\. Give images as uint8"),
        (IMAGES.astype(np.int64), "int64 .* from 0 to 255: save"),
        (IMAGES.transpose(0, 3, 1, 2), r"np.transpose\(images, \(0, 2, 3, 1\)\)"),
        (np.zeros((5, 8, 8, 7), np.uint8), "C from 1 to 4. Split or reduce"),
        (POINTS[0], r"float32 \(3,\). Give images"),
        (POINTS[:0], r"float32 \(0, 3\). Give"),
        (POINTS * np.inf, "not finite as float32"),
        (POINTS.astype(np.float64) * 1e300, "not finite as float32"),
        (POINTS > 0, "bool"),
        (np.array(["a", "b"]), "<U1"),
        (POINTS.astype(complex), "complex128"),
    ],
)
def test_arrays_that_are_no_samples_are_described(array, words, tmp_path):
    with pytest.raises(UserError, match=words) as told:
        read(tmp_path, array)
    assert str(tmp_path / "a.npy") in str(told.value)
    # Said before anything heavy starts, too.
    if "not finite" not in words and array.ndim > 1:
        with pytest.raises(UserError, match=words):
            describe_own(str(tmp_path / "a.npy"))


def test_a_pickle_is_never_read(tmp_path):
    array = np.array([Touch(tmp_path / "owned")], object)
    for name, options in (("a.npy", {}), ("a.npz", {"train": array})):
        with pytest.raises(UserError, match="Python objects, which are never read"):
            read(tmp_path, array, name, **options)
    assert not (tmp_path / "owned").exists()


class Touch:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


def damage(content: bytes):
    half = len(content) // 2
    yield b""
    yield content[:half]
    yield content + b"more"
    yield b"no array"
    for place in (0, 7, 9, 60, half):
        yield content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def test_no_damage_is_a_traceback(tmp_path):
    for name, options in (("a.npy", {}), ("a.npz", {"train": IMAGES})):
        read(tmp_path, IMAGES, name, **options)
        path, told = tmp_path / name, 0
        for content in damage(path.read_bytes()):
            path.write_bytes(content)
            try:
                shape = load(str(path)).train.shape
            except UserError as error:
                told += str(path) in str(error)
            else:
                assert shape[1:] == (8, 8, 3)
        assert told >= 4


def test_a_header_cannot_promise_more_than_the_file_holds(tmp_path):
    path = tmp_path / "a.npy"
    header = (
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999, 999, 999, 3)}"
    )
    text = header.ljust(117) + "\n"
    path.write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode())
    with pytest.raises(UserError, match="128 bytes, where .* takes 299,"):
        load(str(path))


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    file = io.BytesIO()
    np.save(file, np.zeros((1000, 64, 64, 1), np.uint8))
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.npy", file.getvalue())
    assert (tmp_path / "a.npz").stat().st_size < 10_000
    monkeypatch.setattr("wgan_jax.data.memory.most_bytes", lambda: 1_000_000)
    with pytest.raises(UserError, match="would take .* Give fewer samples"):
        load(str(tmp_path / "a.npz"))


def test_arrays_are_resized_when_it_is_asked_for(tmp_path):
    np.save(tmp_path / "a.npy", IMAGES)
    path = str(tmp_path / "a.npy")
    data = load(path, image_size=4, channels=1)
    assert (data.train.shape, data.test.shape) == ((36, 4, 4, 1), (4, 4, 4, 1))
    mean = IMAGES.mean()
    assert abs(data.train.mean() - mean) < 6
    assert describe_own(path, 4, 1) == ((4, 4, 1), 40)
    np.testing.assert_array_equal(
        load(path, image_size=4, channels=1).train, data.train
    )
    np.save(tmp_path / "a.npy", 255 - IMAGES)  # the cache is of another file now
    again = load(path, image_size=4, channels=1)
    assert abs(again.train.mean() - (255 - mean)) < 6


def test_alpha_goes_when_images_are_resized_and_stays_otherwise(tmp_path):
    pixels = np.zeros((20, 8, 8, 4), np.uint8)
    np.save(tmp_path / "a.npy", pixels)
    assert load(str(tmp_path / "a.npy")).train.shape == (18, 8, 8, 4)
    data = load(str(tmp_path / "a.npy"), image_size=4)
    assert data.train.shape == (18, 4, 4, 3)
    assert (data.train == 255).all()  # transparent is white


@pytest.mark.parametrize(("size", "channels"), [(8, None), (None, 3)])
def test_points_have_no_size(size, channels, tmp_path):
    np.save(tmp_path / "a.npy", POINTS)
    for look in (load, describe_own):
        with pytest.raises(UserError, match="holds points .* no effect"):
            look(str(tmp_path / "a.npy"), image_size=size, channels=channels)
