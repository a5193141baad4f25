"""Checkpoints: every bit comes back, the last are kept, another state is refused."""

import shutil
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
import safetensors.numpy

from wgan_jax.artifacts.checkpoints import latest_step, list_steps, restore, save
from wgan_jax.errors import UserError


class State(NamedTuple):
    params: dict
    nothing: None
    step: int


@jax.tree_util.register_dataclass
@dataclass
class Wrapped:
    state: State
    rate: float


def make_tree() -> Wrapped:
    params: dict[str, Any] = {
        "negative_zero": np.full((4, 4), -0.0, np.float32),
        "not_finite": np.array([np.nan, np.inf, -np.inf], np.float32),
        "subnormal": np.array([1e-45], np.float32),
        "half": np.arange(7).astype(ml_dtypes.bfloat16),
        "key": np.array([1, 2**32 - 1], np.uint32),
        "big": np.array([2**40, -1], np.int64),
        "scalar": np.array(True),
        "empty": np.zeros((0, 3), np.float32),
        "transposed": np.arange(6, dtype=np.float32).reshape(2, 3).T,
        "jax": [jnp.ones((2, 3)), (jnp.int32(4),)],
        "a/b c%": {"0": np.float64(0.1)},
    }
    return Wrapped(State(params, None, 7), 0.1)


def values(tree):
    return [
        (np.asarray(leaf).dtype, np.asarray(leaf).shape, np.asarray(leaf).tobytes())
        for leaf in jax.tree.leaves(tree)
    ]


def fail(message):
    raise AssertionError(message)


TEMPLATE = {"w": jax.ShapeDtypeStruct((64, 64), np.float32)}


def test_every_bit_comes_back(tmp_path):
    tree = make_tree()
    path = save(tmp_path, 12, tree)
    step, back, _ = restore(tmp_path, tree, fail)
    assert (step, path.name) == (12, "step-0000000012")
    assert jax.tree.structure(back) == jax.tree.structure(tree)
    assert values(back) == values(tree)
    assert type(back.state.step) is int
    assert type(back.rate) is float


def test_a_relative_folder_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = type(tmp_path)("checkpoints")
    save(path, 1, {"w": np.ones(3)})
    assert restore(path, {"w": np.ones(3)}, fail)[0] == 1


def test_one_checkpoint_can_be_named(two):
    step, tree, _ = restore(two / "step-0000000001", TEMPLATE, fail)
    assert step == 1
    np.testing.assert_array_equal(tree["w"], 1)


def test_the_last_k_are_kept(tmp_path):
    for step in range(1, 6):
        save(tmp_path, step, {"w": np.ones(3)}, keep=2)
    assert list_steps(tmp_path) == [4, 5]
    assert latest_step(tmp_path) == 5
    assert len(list(tmp_path.iterdir())) == 2


def test_no_folder_means_no_steps(tmp_path):
    assert list_steps(tmp_path / "absent") == []
    assert latest_step(tmp_path / "absent") is None
    with pytest.raises(UserError, match="no checkpoint in"):
        restore(tmp_path / "absent", TEMPLATE, fail)


def test_saving_a_step_again_replaces_it(two, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(two, folder)
    save(folder, 2, {"w": np.full((64, 64), 9, np.float32)})
    np.testing.assert_array_equal(restore(folder, TEMPLATE, fail)[1]["w"], 9)
    assert sorted(p.name for p in folder.iterdir()) == [
        "step-0000000001",
        "step-0000000002",
    ]


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ({"w": np.zeros((64, 32), np.float32)}, "w: saved"),
        ({"w": np.zeros((64, 64), np.float16)}, "float16"),
        ({"v": np.zeros((64, 64), np.float32)}, "v: saved None"),
        ({}, "w: saved"),
    ],
)
def test_a_state_of_another_shape_is_refused_by_name(two, template, named):
    with pytest.raises(UserError, match="another configuration") as caught:
        restore(two, template, fail)
    assert named in str(caught.value)


def test_names_that_collide_are_refused(tmp_path):
    with pytest.raises(ValueError, match="same name"):
        save(tmp_path, 1, {"a": {"b": np.ones(1)}, "a.b": np.ones(1)})


def test_saving_says_nothing(tmp_path, capfd):
    save(tmp_path, 1, {"w": np.ones(3)})
    restore(tmp_path, {"w": np.ones(3)}, fail)
    assert capfd.readouterr() == ("", "")


def test_a_checkpoint_of_orbax_is_refused_in_one_sentence(tmp_path):
    """As version 0.1 wrote them: a folder of arrays and a manifest of another name."""
    old = tmp_path / "step-0000000007"
    (old / "state").mkdir(parents=True)
    (old / "state" / "_METADATA").write_text("{}")
    (old / "MANIFEST").write_text("0" * 64 + "\n{}")
    with pytest.raises(UserError, match="written by wgan_jax 0.1 in a format of orbax"):
        restore(tmp_path, TEMPLATE, fail)
    assert (old / "MANIFEST").exists()


def test_other_frameworks_read_the_arrays(tmp_path):
    path = save(tmp_path, 1, {"w": np.arange(6, dtype=np.float32).reshape(2, 3).T})
    arrays = safetensors.numpy.load_file(path / "state.safetensors")
    assert list(arrays) == ["w"]
    np.testing.assert_array_equal(arrays["w"], np.arange(6).reshape(2, 3).T)


def test_what_is_saved_beside_the_state_comes_back(tmp_path):
    save(tmp_path, 1, {"w": np.ones(3)}, extra={"elapsed": {"starts": 2}})
    assert restore(tmp_path, {"w": np.ones(3)}, fail).extra == {
        "elapsed": {"starts": 2}
    }
