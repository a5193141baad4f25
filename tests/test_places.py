"""What is at a path: nothing, something, or what nobody may look at."""

import os

import pytest

from tests.permissions import forbid
from wgan_jax import places
from wgan_jax.errors import UserError


def test_home_and_other_paths(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert places.expand("~/x") == tmp_path / "x"
    assert str(places.expand("a/~")) == "a/~"
    with pytest.raises(UserError, match="option is '~nosuchuser/x', but names"):
        places.expand("~nosuchuser/x", "option")


@pytest.mark.parametrize("path", [5, None, b"x", ["x"]])
def test_what_is_no_path_is_named(path):
    with pytest.raises(UserError, match="data_dir is .*, but has to be a path"):
        places.expand(path, "data_dir")


def test_nothing_is_not_an_error(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "none", tmp_path / "none" / "x", tmp_path / "file" / "x"):
        assert places.status(path) is None
        assert not places.is_folder(path)
        assert not places.is_file(path)
        assert places.read_file(path, 10) is None
    assert places.list_folder(tmp_path / "none") == []


def test_a_folder_is_listed_in_order(tmp_path):
    for name in ("b", "a"):
        (tmp_path / name).touch()
    assert [path.name for path in places.list_folder(tmp_path)] == ["a", "b"]
    with pytest.raises(UserError, match="Not a directory"):
        places.list_folder(tmp_path / "a")


def test_what_may_not_be_looked_at_is_said(tmp_path, monkeypatch):
    os.symlink("loop", tmp_path / "loop")
    (tmp_path / "closed").mkdir()
    forbid(monkeypatch, tmp_path / "closed")
    looks = (places.status, places.list_folder, lambda path: places.read_file(path, 9))
    for path, words in (
        (tmp_path / "closed", "Permission denied. Mend its permissions"),
        (tmp_path / "closed" / "x", "Permission denied. Mend its permissions"),
        (tmp_path / ("a" * 300), "File name too long. Give a shorter path"),
        (tmp_path / "loop", "Remove the link that leads to itself"),
    ):
        for look in looks:
            with pytest.raises(UserError, match=words) as caught:
                look(path)
            assert str(path) in str(caught.value)


def test_only_regular_files_of_some_size_are_read(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert places.read_file(file, 5) == b"12345"
    with pytest.raises(UserError, match="more than 4 bytes"):
        places.read_file(file, 4)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, "/dev/zero"):
        with pytest.raises(UserError, match="Not a regular file|Is a directory"):
            places.read_file(type(tmp_path)(path), 5)
