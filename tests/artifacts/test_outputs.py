"""Files and folders that users name: refused early, replaced whole or not at all."""

import os
import re

import pytest

from wgan_jax.artifacts import outputs
from wgan_jax.errors import UserError
from wgan_jax.files import ArtifactError

OURS = re.compile(r"part-\d")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def fill(path, error=None):
    with outputs.new_folder(path) as folder:
        (folder / "part-1").write_text("new")
        if error is not None:
            raise error


def test_a_folder_appears_when_it_is_full(tmp_path):
    with outputs.new_folder(tmp_path / "a") as folder:
        (folder / "part-1").write_text("new")
        assert not (tmp_path / "a").exists()
    assert names(tmp_path) == ["a"]
    assert names(tmp_path / "a") == ["part-1"]


def test_a_folder_that_is_replaced_keeps_nothing_of_the_old_one(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "part-2").write_text("old")
    outputs.check_folder(tmp_path / "a", OURS, overwrite=True)
    with outputs.new_folder(tmp_path / "a") as folder:
        (folder / "part-1").write_text("new")
    assert names(tmp_path / "a") == ["part-1"]
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [OSError(28, "No space left"), KeyboardInterrupt()])
def test_a_folder_that_fails_leaves_the_old_one(tmp_path, error):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "part-2").write_text("old")
    expected = ArtifactError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        fill(tmp_path / "a", error)
    assert (tmp_path / "a" / "part-2").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_an_old_folder_comes_back_when_the_rename_fails(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "part-2").write_text("old")
    rename = type(tmp_path).rename

    def fail(path, target):
        if path.name.startswith(".tmp-") and not path.name.endswith("-old"):
            raise OSError(5, "Input/output error")
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(type(tmp_path), "rename", fail)
        with pytest.raises(
            ArtifactError, match="cannot write the folder.*Input/output"
        ):
            fill(tmp_path / "a")
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a" / "part-2").read_text() == "old"


def test_a_file_that_fails_leaves_the_old_one(tmp_path):
    (tmp_path / "a").write_text("old")

    def write():
        with outputs.new_file(tmp_path / "a") as file:
            file.write_text("half")
            raise OSError(28, "No space left")

    with pytest.raises(ArtifactError, match="cannot write .*No space left"):
        write()
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    """By what the system answers: who runs the tests may write everywhere."""
    asked = []
    monkeypatch.setattr(os, "access", lambda path, mode: asked.append(path))
    for check in (
        lambda: outputs.check_file(tmp_path / "a", overwrite=True),
        lambda: outputs.check_folder(tmp_path / "a", OURS, overwrite=True),
    ):
        with pytest.raises(UserError, match="no permission to write in"):
            check()
    assert asked == [tmp_path, tmp_path]


def test_a_link_to_a_folder_is_refused_before_the_work(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(UserError, match="is a link, and a folder is put in its place"):
        outputs.check_folder(tmp_path / "link", OURS, overwrite=True)


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "a").mkdir()
    outputs.check_folder(tmp_path / "a", OURS, overwrite=False)
    (tmp_path / "a" / "part-1").touch()
    with pytest.raises(UserError, match="is not empty"):
        outputs.check_folder(tmp_path / "a", OURS, overwrite=False)
    (tmp_path / "a" / "part-1.txt").touch()
    with pytest.raises(UserError, match=r"'part-1.txt', which this command did not"):
        outputs.check_folder(tmp_path / "a", OURS, overwrite=True)


@pytest.mark.parametrize("end", ["", "-old"])
def test_what_has_the_name_of_our_temporary_is_left_alone(tmp_path, end):
    (tmp_path / "a").mkdir()
    mine = tmp_path / f".tmp-a-{os.getpid()}{end}" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(ArtifactError, match="File exists"):
        fill(tmp_path / "a")
    assert mine.read_text() == "mine"
    assert names(tmp_path) == [mine.parent.name, "a"]
