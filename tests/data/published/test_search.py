"""The order of the search, and damaged files in it."""

import dataclasses
import gzip
import os

import numpy as np
import pytest

from tests.permissions import forbid
from wgan_jax.data import load
from wgan_jax.data.published import store
from wgan_jax.errors import UserError

IMAGES = "train-images-idx3-ubyte.gz"


def assert_is(data, splits):
    for name in splits._fields:
        np.testing.assert_array_equal(getattr(data, name), getattr(splits, name))
        assert getattr(data, name).dtype == getattr(splits, name).dtype


@pytest.mark.parametrize("plain", [False, True])
def test_files_in_the_data_directory_plain_or_gzip(tiny, tmp_path, plain):
    tiny.write(tmp_path / "data/tiny", plain=plain)
    data = tiny.row.loader(tiny.row, tmp_path / "data")
    assert_is(data, tiny.splits)
    assert str(tmp_path / "data/tiny") in data.source
    assert data.image_shape == (28, 28, 1)


def test_files_under_the_dotted_spelling(tiny, tmp_path):
    folder = tiny.write(tmp_path / "tiny", plain=True)
    for path in list(folder.iterdir()):
        path.rename(folder / path.name.replace("-idx", ".idx"))
    assert_is(tiny.row.loader(tiny.row, tmp_path), tiny.splits)


def test_the_environment_then_the_system_folder(tiny, tmp_path, monkeypatch):
    system = tiny.write(tmp_path / "usr/share/tiny-package")
    row = dataclasses.replace(tiny.row, folders=(system,))
    assert str(system) in row.loader(row, None).source
    store.cache_path(row).unlink()
    for path in store.prepared_folders(row):
        (path / "dataset_info.json").unlink()
    tiny.write(tmp_path / "env/tiny")
    monkeypatch.setenv("WGAN_JAX_DATA_DIR", str(tmp_path / "env"))
    data = row.loader(row, None)
    assert str(tmp_path / "env") in data.source
    assert_is(data, tiny.splits)


def test_the_second_load_is_decoded_and_the_third_comes_from_tfds(tiny, tmp_path):
    tiny.write(tmp_path / "data/tiny")
    tiny.row.loader(tiny.row, tmp_path / "data")
    cached = tiny.row.loader(tiny.row, None)
    assert "decoded cache" in cached.source
    assert_is(cached, tiny.splits)
    store.cache_path(tiny.row).unlink()
    prepared = tiny.row.loader(tiny.row, None)
    assert "TFDS dataset" in prepared.source
    assert_is(prepared, tiny.splits)


def test_prepared_data_come_before_the_users_files(tiny, tmp_path):
    tiny.write(tmp_path / "tiny")
    tiny.row.loader(tiny.row, tmp_path)
    store.cache_path(tiny.row).unlink()
    assert "TFDS dataset" in tiny.row.loader(tiny.row, tmp_path).source


def test_a_damaged_file_is_named_although_prepared_data_exist(tiny, tmp_path):
    # a cache that hides the damage would let the user believe the file is used
    folder = tiny.write(tmp_path / "tiny")
    tiny.row.loader(tiny.row, tmp_path)
    assert "cache" in tiny.row.loader(tiny.row, tmp_path).source
    before = (folder / IMAGES).stat()
    (folder / IMAGES).write_bytes(tiny.packed[IMAGES][:-20])
    os.utime(folder / IMAGES, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(UserError, match=r"train-images.*truncated"):
        tiny.row.loader(tiny.row, tmp_path)


def test_an_altered_file_is_refused(tiny, tmp_path):
    folder = tiny.write(tmp_path / "tiny")
    content = bytearray(gzip.decompress(tiny.packed[IMAGES]))
    content[100] ^= 255
    (folder / IMAGES).write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(UserError, match="not the published train-images"):
        tiny.row.loader(tiny.row, tmp_path)


def test_a_set_of_another_size_is_refused(tiny, tmp_path):
    tiny.write(tmp_path / "tiny")
    row = dataclasses.replace(tiny.row, train_size=41)
    with pytest.raises(UserError, match=r"\(40, 28, 28, 1\), not \(41, 28, 28, 1\)"):
        row.loader(row, tmp_path)


def test_an_incomplete_folder_names_what_is_missing(tiny, tmp_path):
    folder = tiny.write(tmp_path / "tiny")
    (folder / IMAGES).unlink()
    with pytest.raises(UserError, match=f"only part of tiny: {IMAGES} missing"):
        tiny.row.loader(tiny.row, tmp_path)


def test_images_and_labels_exchanged_are_named(tiny, tmp_path):
    folder = tiny.write(tmp_path / "tiny")
    files = tuple(
        dataclasses.replace(file, md5=None, unpacked_md5=None)
        for file in tiny.row.files
    )
    row = dataclasses.replace(tiny.row, files=files)
    (folder / IMAGES).write_bytes(tiny.packed["train-labels-idx1-ubyte.gz"])
    with pytest.raises(UserError, match="1 axes, not 3"):
        row.loader(row, tmp_path)


def test_a_data_directory_that_does_not_exist_is_named(tiny, tmp_path):
    with pytest.raises(UserError, match="absent does not exist"):
        tiny.row.loader(tiny.row, tmp_path / "absent")


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("~nosuchuser/x", "home of a user that this machine does not know"),
        ("/" + "a" * 300, "File name too long. Give a shorter path"),
        ("/etc/hostname", "the data directory /etc/hostname is no folder"),
    ],
    ids=["nobody", "long", "file"],
)
def test_a_folder_that_cannot_be_looked_at_is_one_message(folder, words):
    with pytest.raises(UserError, match=words):
        load("mnist", folder)
    assert len(load("digits", folder).train) == 1500


@pytest.mark.parametrize("variable", ["WGAN_JAX_DATA_DIR", "TFDS_DATA_DIR"])
def test_a_variable_that_names_the_home_of_nobody_is_named(variable, monkeypatch):
    monkeypatch.setenv(variable, "~nosuchuser/x")
    with pytest.raises(UserError, match=rf"\${variable} is '~nosuchuser/x', but"):
        load("mnist")


def test_no_permission_is_not_taken_for_no_folder(tiny, tmp_path, monkeypatch):
    """By what the system answers: who runs the tests may look everywhere."""
    forbid(monkeypatch, tmp_path / "closed")
    for folder in (tmp_path / "closed", tmp_path / "closed" / "x"):
        with pytest.raises(UserError, match="Permission denied. Mend its permissions"):
            tiny.row.loader(tiny.row, folder)
    monkeypatch.setenv("WGAN_JAX_DATA_DIR", str(tmp_path / "closed"))
    with pytest.raises(UserError, match="Permission denied. Mend its permissions"):
        tiny.row.loader(tiny.row, None)
