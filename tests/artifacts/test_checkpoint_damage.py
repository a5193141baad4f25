"""Checkpoints that were damaged: found by every bit, passed over, never counted."""

import shutil

import jax
import numpy as np
import pytest

from wgan_jax.artifacts.checkpoints import list_steps, restore, save
from wgan_jax.artifacts.manifest import verify
from wgan_jax.errors import UserError

TEMPLATE = {"w": jax.ShapeDtypeStruct((64, 64), np.float32)}


def fail(message):
    raise AssertionError(message)


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip_first(path):
    flip(path, 0)


def flip_middle(path):
    flip(path, path.stat().st_size // 2)


def flip_last(path):
    flip(path, -1)


def flip(path, index):
    data = bytearray(path.read_bytes())
    data[index] ^= 1
    path.write_bytes(data)


def empty(path):
    path.write_bytes(b"")


def remove(path):
    path.unlink()


@pytest.mark.parametrize(
    "harm", [cut, flip_first, flip_middle, flip_last, empty, remove]
)
def test_damage_to_any_file_is_found_and_the_one_before_used(two, tmp_path, harm):
    newest = two / "step-0000000002"
    names = [p.relative_to(newest) for p in newest.rglob("*") if p.is_file()]
    assert len(names) == 2
    for name in names:
        folder = tmp_path / "copy"
        shutil.copytree(two, folder)
        harm(folder / newest.name / name)
        heard = []
        step, tree, _ = restore(folder, TEMPLATE, heard.append)
        assert step == 1, name
        np.testing.assert_array_equal(tree["w"], 1)
        assert len(heard) == 1
        assert newest.name in heard[0]
        assert name.name in heard[0]
        shutil.rmtree(folder)


def test_every_single_bit_of_the_manifest_counts(two, tmp_path):
    folder = tmp_path / "step-0000000002"
    shutil.copytree(two / "step-0000000002", folder)
    manifest = folder / "manifest.json"
    good = manifest.read_bytes()
    assert verify(folder) is None
    for index in range(len(good)):
        bad = bytearray(good)
        bad[index] ^= 1 << (index % 8)
        manifest.write_bytes(bad)
        assert verify(folder), index


def test_a_foreign_file_is_no_damage(two, tmp_path):
    shutil.copytree(two, tmp_path / "copy")
    (tmp_path / "copy" / "step-0000000002" / ".DS_Store").write_text("x")
    (tmp_path / "copy" / "step-notes.txt").write_text("x")
    assert restore(tmp_path / "copy", TEMPLATE, fail)[0] == 2


def test_when_none_is_whole_all_are_named(two, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(two, folder)
    for manifest in folder.rglob("manifest.json"):
        manifest.unlink()
    heard = []
    with pytest.raises(UserError, match="no checkpoint is whole") as caught:
        restore(folder, TEMPLATE, heard.append)
    assert len(heard) == 2
    assert "step-0000000001" in str(caught.value)
    assert "step-0000000002" in str(caught.value)


def test_a_run_that_went_back_does_not_count_the_damaged_ones(two, tmp_path):
    """Resumed at 1 because 2 is damaged: saving 1 again keeps 1 and drops 2."""
    folder = tmp_path / "copy"
    shutil.copytree(two, folder)
    empty(folder / "step-0000000002" / "manifest.json")
    save(folder, 1, {"w": np.full((64, 64), 1, np.float32)}, keep=1)
    assert list_steps(folder) == [1]
    assert restore(folder, TEMPLATE, fail)[0] == 1


def test_a_whole_newer_checkpoint_is_never_removed(two, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(two, folder)
    save(folder, 1, {"w": np.full((64, 64), 9, np.float32)}, keep=1)
    assert list_steps(folder) == [1, 2]
