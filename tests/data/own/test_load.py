"""Words of the command line: names, paths, and what is no data at all."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wgan_jax.data import describe_own, full_name, is_own, load, short_name
from wgan_jax.errors import UserError


@pytest.mark.parametrize(
    "word", ["./minst", "a/b", "/x", "~", "~/x", "tfds:mnist", "x.npy", "x.zip", "."]
)
def test_a_path_is_known_by_what_it_is(word):
    assert is_own(word)


@pytest.mark.parametrize("word", ["minst", "mnist", "ring8", "", "flowers", "a" * 300])
def test_a_name_is_none(word):
    assert not is_own(word)


def test_a_word_that_exists_is_a_path_unless_it_is_registered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flowers").mkdir()
    (tmp_path / "digits").mkdir()
    assert is_own("flowers")
    assert not is_own("digits")
    assert full_name("flowers") == str(tmp_path / "flowers")
    assert full_name("tfds:x") == "tfds:x"
    assert full_name("~/x") == str(Path.home() / "x")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("/data/flowers", "flowers"),
        ("/data/flowers/", "flowers"),
        ("/data/my flowers.npz", "my-flowers"),
        ("/data/v1.2", "v1.2"),
        ("/data/läuft", "läuft"),
        ("/data/.hidden", "hidden"),
        ("/", "data"),
        ("../../x", "x"),
        ("..", "data"),
        ("tfds:cifar10/config/1.0.0:train", "cifar10-config-1.0.0"),
        ("/data/" + "a" * 200, "a" * 60),
        ("custom", "custom"),
        ("/data/\033[31mred", "31mred"),
    ],
)
def test_a_short_name_is_safe_as_a_folder(name, short):
    assert short_name(name) == short


def test_what_is_not_there_is_said_without_a_guess():
    with pytest.raises(UserError, match="nothing by that name") as told:
        load("/my/mnits")
    assert "Did you mean" not in str(told.value)
    assert "/my/mnits" in str(told.value)


@pytest.mark.parametrize("path", ["/x/" + "a" * 300, "/etc/hostname/x"])
def test_paths_that_cannot_be_looked_at_are_refused(path):
    with pytest.raises(UserError, match="cannot read the data in"):
        load(path)


@pytest.mark.parametrize("path", ["./\udcff", "./a\0b", "~nosuchuser/x"])
def test_paths_that_no_record_can_hold_are_refused(path):
    words = "cannot read the data|cannot be used|home of a user"
    with pytest.raises(UserError, match=words):
        load(path)


def test_pipes_devices_and_other_files_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "a.npy")
    (tmp_path / "b.zip").touch()
    Image.new("L", (4, 4)).save(tmp_path / "c.png")
    for path, words in (
        (tmp_path / "a.npy", "is a pipe or device"),
        ("/dev/zero", "is a pipe or device"),
        (tmp_path / "b.zip", "is a file of another kind"),
        (tmp_path / "c.png", "is a file of another kind"),
    ):
        for look in (load, describe_own):
            with pytest.raises(UserError, match=words):
                look(str(path))


def test_registered_data_have_a_size_of_their_own():
    with pytest.raises(UserError, match=r"no effect: digits has .*\(8, 8, 1\)"):
        load("digits", image_size=16)


def test_a_folder_is_described_without_reading_it(tmp_path):
    assert describe_own(str(tmp_path)) == ((32, 32, 3), None)
    assert describe_own(str(tmp_path), 28, 1) == ((28, 28, 1), None)


def save(path: Path, value: int, time: int) -> None:
    Image.new("L", (4, 4), value).save(path)
    os.utime(path, (time, time))


def test_a_changed_folder_is_decoded_again(tmp_path):
    folder = tmp_path / "i"
    folder.mkdir()

    def brightness(size: int = 4) -> list[int]:
        data = load(str(folder), image_size=size, channels=1)
        return sorted(data.train[:, 0, 0, 0].tolist())

    save(folder / "a.png", 10, 1)
    save(folder / "b.png", 20, 1)
    assert brightness() == [10, 20]
    save(folder / "a.png", 11, 1)  # the same name, size and time: the cache is used
    assert brightness() == [10, 20]
    save(folder / "a.png", 12, 2)
    assert brightness() == [12, 20]
    save(folder / "c.png", 30, 1)
    assert brightness() == [12, 20, 30]
    (folder / "b.png").unlink()
    assert brightness() == [12, 30]
    assert load(str(folder), image_size=8, channels=1).train.shape == (2, 8, 8, 1)


def test_the_checksum_sees_values_splits_and_types():
    data = load("digits")
    assert data.sha256 == load("digits").sha256
    other = np.array(data.test)
    other[0, 0, 0] ^= 1
    assert replace(data, test=other).sha256 != data.sha256
    assert replace(data, train=data.test, test=data.train).sha256 != data.sha256
    assert replace(data, train=data.train.view(np.int8)).sha256 != data.sha256
