"""Checkpoints that somebody signed: right checksums over what is no checkpoint."""

import json
import os
import shutil

import jax
import numpy as np
import pytest
from safetensors.numpy import save_file

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.checkpoint_reading import STATE, damage
from wgan_jax.artifacts.checkpoints import restore, save
from wgan_jax.artifacts.manifest import MANIFEST, _encode, _sha256
from wgan_jax.errors import UserError

TEMPLATE = {"w": jax.ShapeDtypeStruct((3,), np.float32)}


@pytest.fixture
def folder(tmp_path):
    for step in (1, 2):
        save(tmp_path, step, {"w": np.full(3, step, np.float32)})
    return tmp_path


def newest(folder):
    return folder / "step-0000000002"


def sign(checkpoint, **changes):
    path = checkpoint / MANIFEST
    content = json.loads(path.read_text())["content"] | changes
    content = {name: value for name, value in content.items() if value is not None}
    path.write_bytes(_encode(content))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"step": -3}, "of step -3"),
        ({"step": 1}, "of step 1"),
        ({"step": None}, "of step None"),
        ({"leaves": None}, "no leaves"),
        ({"extra": [1]}, "no extra"),
        ({"files": None}, "does not list the files"),
        ({"files": {"/dev/zero": "0"}}, "does not list the files"),
        ({"files": {"../x": "0"}}, "does not list the files"),
        ({"files": {"a\0b": "0"}}, "does not list the files"),
        ({"files": {STATE: 3}}, "does not list the files"),
        ({"files": {}}, f"not list {STATE}"),
    ],
)
def test_a_signed_manifest_that_is_none_is_passed_over(folder, changes, problem):
    sign(newest(folder), **changes)
    heard = []
    assert restore(folder, TEMPLATE, heard.append).step == 1
    assert problem in str(damage(newest(folder)))
    assert len(heard) == 1
    assert problem in heard[0]


@pytest.mark.parametrize("array", [np.zeros(4, np.float32), np.zeros(3, np.int8), None])
def test_signed_arrays_that_are_others_are_passed_over(folder, array):
    state = newest(folder) / STATE
    if array is None:
        state.write_bytes(b"no arrays")
    else:
        save_file({"w": array}, state)
    sign(newest(folder), files={STATE: _sha256(state)})
    heard = []
    restored = restore(folder, TEMPLATE, heard.append)
    np.testing.assert_array_equal(restored.tree["w"], 1)
    assert STATE in heard[0]


@pytest.mark.parametrize("name", [MANIFEST, STATE])
def test_a_pipe_in_the_place_of_a_file_does_not_wait(folder, name):
    (newest(folder) / name).unlink()
    os.mkfifo(newest(folder) / name)
    heard = []
    assert restore(folder, TEMPLATE, heard.append).step == 1
    assert "Not a regular file" in heard[0]


def test_another_template_is_an_error_and_no_damage(folder):
    shutil.rmtree(folder / "step-0000000001")
    with pytest.raises(UserError, match="another configuration"):
        restore(folder, {"v": TEMPLATE["w"]}, pytest.fail)


def test_a_checkpoint_that_goes_while_it_is_read_is_no_damage(tmp_path, monkeypatch):
    """A run keeps one checkpoint: each that is opened gives way to a newer one."""
    tree, steps = {"a": np.zeros(3, np.float32)}, iter((2, 3))
    checkpoints.save(tmp_path, 1, tree, keep=1)
    verify = checkpoints.damage

    def prune_first(checkpoint):
        if step := next(steps, None):
            monkeypatch.setattr(checkpoints, "damage", verify)
            checkpoints.save(tmp_path, step, tree, keep=1)
            monkeypatch.setattr(checkpoints, "damage", prune_first)
        return verify(checkpoint)

    monkeypatch.setattr(checkpoints, "damage", prune_first)
    said = []
    assert checkpoints.restore(tmp_path, tree, said.append).step == 3
    assert said == []


def test_a_link_to_nowhere_gives_way_to_the_checkpoint(tmp_path):
    (tmp_path / "step-0000000001").symlink_to("nowhere")
    checkpoints.save(tmp_path, 1, {"a": np.zeros(3, np.float32)})
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000000001"]
    assert checkpoints.damage(tmp_path / "step-0000000001") is None
