"""Folders of images as they lie on people's disks."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from wgan_jax.data import load
from wgan_jax.data.own import folder as own_folder
from wgan_jax.data.own.folder import find_images
from wgan_jax.errors import UserError


def save(path: Path, value: int = 0, size: int = 8) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (size, size), (value, value, value)).save(path)
    return path


def fill(folder: Path, count: int) -> Path:
    """As many images, each of its own brightness."""
    for index in range(count):
        kind = ("png", "jpg", "bmp")[index % 3]
        save(folder / ("ab"[index % 2]) / f"{index:03}.{kind}", index)
    return folder


def read(path: Path, size: int = 8, channels: int = 1):
    return load(str(path), image_size=size, channels=channels)


def test_every_image_is_in_one_split_once(tmp_path):
    data = read(fill(tmp_path / "images", 40))
    assert (data.train.shape, data.test.shape) == ((36, 8, 8, 1), (4, 8, 8, 1))
    both = np.concatenate([data.train, data.test])[:, 0, 0, 0]
    assert sorted(both.tolist()) == list(range(40))
    assert data.name == "images"
    assert "40 images" in data.source
    assert "8x8x1" in data.source


def test_without_options_images_become_32x32_colour(tmp_path):
    assert load(str(fill(tmp_path / "i", 3))).train.shape == (3, 32, 32, 3)


def test_the_split_depends_on_the_names_alone(tmp_path):
    """Not on the place, and hardly on the other files."""
    first = read(fill(tmp_path / "one", 40))
    second = read(fill(tmp_path / "two", 41))
    # Not the first ones, nor the last: folders are often sorted by their content.
    held_out = sorted(first.test[:, 0, 0, 0].tolist())
    assert held_out not in ([0, 2, 4, 6], [33, 35, 37, 39])
    moved = set(first.test[:, 0, 0, 0].tolist()) - set(second.test[:, 0, 0, 0].tolist())
    assert len(first.test) == len(second.test) == 4
    assert len(moved) <= 1


def test_few_images_are_all_trained_on(tmp_path):
    data = read(fill(tmp_path / "i", 9))
    assert (len(data.train), data.test.shape) == (9, (0, 8, 8, 1))


def test_folders_called_train_and_test_are_the_splits(tmp_path):
    for index in range(3):
        save(tmp_path / "i" / "train" / "x" / f"{index}.png", index)
        save(tmp_path / "i" / "test" / f"{index}.png", 100 + index)
    data = read(tmp_path / "i")
    assert sorted(data.train[:, 0, 0, 0].tolist()) == [0, 1, 2]
    assert sorted(data.test[:, 0, 0, 0].tolist()) == [100, 101, 102]
    # With a third folder nothing says what they are.
    save(tmp_path / "i" / "more" / "1.png")
    assert len(read(tmp_path / "i").train) == 7


def test_broken_files_are_named_and_counted_at_each_load(tmp_path, caplog):
    folder = fill(tmp_path / "i", 20)
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(folder / "cut.jpg")
    whole = (folder / "cut.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "no.png").write_bytes(b"no image")
    (folder / "a" / "0.webp").touch()  # before all others: they move up
    os.mkfifo(folder / "pipe.png")
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    for _ in ("decoded", "from the cache"):
        caplog.clear()
        data = read(folder)
        both = np.concatenate([data.train, data.test])[:, 0, 0, 0]
        assert sorted(both.tolist()) == list(range(20))
        (record,) = caplog.records
        words = record.getMessage()
        assert words.startswith(f"5 of 25 image files in {folder} cannot be read")
        for part in (
            "cut.jpg (image file is truncated",
            "no.png (not an image",
            "a/0.webp (not an image",
            "pipe.png (not a regular file)",
            "gone.png (no such file",
        ):
            assert part in words


def test_of_many_broken_files_the_first_are_named(tmp_path, caplog):
    folder = fill(tmp_path / "i", 2)
    for index in range(9):
        (folder / f"x{index}.png").touch()
    (folder / "x1.png").rename(folder / "x1\033[31m.png")
    read(folder)
    words = caplog.messages[0]
    assert words.startswith("9 of 11")
    assert words.endswith("and 4 more.")
    assert "\033" not in words  # a terminal would obey it


def test_a_bomb_is_named_and_left_out(tmp_path, caplog, monkeypatch):
    folder = fill(tmp_path / "i", 2)
    save(folder / "bomb.png", size=40)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert len(read(folder).train) == 2
    assert "bomb.png (more than 1,000 pixels)" in caplog.messages[0]


def test_other_and_hidden_files_are_passed_over(tmp_path, caplog):
    folder = fill(tmp_path / "i", 3)
    (folder / "README.txt").write_text("words")
    (folder / "labels").write_text("words")
    save(folder / ".thumbnails" / "1.png")
    save(folder / ".hidden.png")
    found = find_images(folder)
    assert len(found.images) == 3
    assert found.others == {".txt": 1, "no suffix": 1}
    assert len(read(folder).train) == 3
    assert not caplog.messages


def test_links_are_followed_and_a_circle_ends(tmp_path):
    folder = fill(tmp_path / "i", 2)
    fill(tmp_path / "elsewhere", 3)
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    (folder / "up").symlink_to(folder)
    assert len(find_images(folder).images) == 5


def test_nothing_to_learn_from_is_said(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UserError, match="holds no images: no files"):
        load(str(empty))
    (empty / "a.txt").touch()
    with pytest.raises(UserError, match=r"holds no images: .*alone \(1 .txt\)"):
        load(str(empty))
    (empty / "a.png").touch()
    with pytest.raises(UserError, match=r"none of the 1 image files .* a.png \(not an"):
        load(str(empty))


def test_images_beyond_memory_and_folders_beyond_reason_are_refused(
    tmp_path, monkeypatch
):
    folder = fill(tmp_path / "i", 5)
    monkeypatch.setattr(own_folder, "MAX_FILES", 4)
    with pytest.raises(UserError, match="more than 4 files"):
        load(str(folder))
    monkeypatch.setattr(own_folder, "MAX_FILES", 5)
    monkeypatch.setattr("wgan_jax.data.memory.most_bytes", lambda: 5 * 8 * 8)
    assert len(read(folder).train) == 5
    with pytest.raises(UserError, match="5 images of 9x9x1 .*smaller image_size"):
        read(folder, 9)
