"""One checkpoint under a name of its own, which only a better one replaces."""

import shutil

import numpy as np
import pytest

from wgan_jax.artifacts import best, checkpoints
from wgan_jax.artifacts.best import is_better, open_best, read_best, save_best
from wgan_jax.errors import UserError

TREE = {"a": np.arange(3.0)}


def fail(message):
    raise AssertionError(message)


def save(folder, step, value=1.0, replaces=None):
    return save_best(folder, step, TREE, "wasserstein1", value, replaces)


@pytest.mark.parametrize(
    ("value", "than", "direction", "better"),
    [
        (1, 2, "lower", True),
        (2, 1, "lower", False),
        (2, 1, "higher", True),
        (1, 2, "higher", False),
        (1, 1, "lower", False),
        (1, 1, "higher", False),
        (float("nan"), 1, "lower", False),
        (float("-inf"), 1, "lower", False),
    ],
)
def test_better_is_a_strict_order_in_the_metrics_direction(
    value, than, direction, better
):
    assert is_better(value, than, direction) is better


def test_what_is_saved_is_read_with_its_metric_and_its_arrays(tmp_path):
    folder = tmp_path / "best"
    assert read_best(folder, fail) is None
    saved = save(folder, 20, 0.25)
    assert read_best(folder, fail) == saved
    assert (saved.step, saved.metric, saved.value) == (20, "wasserstein1", 0.25)
    restored = checkpoints.restore(folder, TREE, fail)
    np.testing.assert_array_equal(restored.tree["a"], TREE["a"])


@pytest.mark.parametrize("old", [10, 30, 20])
def test_the_folder_holds_one_checkpoint_whatever_the_order_of_steps(tmp_path, old):
    """A run that went back may find its best before the step of the old one."""
    save(tmp_path, old)
    saved = save(tmp_path, 20, 0.5, replaces=old)
    assert checkpoints.list_steps(tmp_path) == [20]
    assert open_best(tmp_path, fail) == saved.path


@pytest.mark.parametrize("old", [10, 30])
def test_a_kill_before_the_removal_of_the_old_one_leaves_the_new_one(
    tmp_path, old, monkeypatch
):
    save(tmp_path, old)
    monkeypatch.setattr(checkpoints, "remove", lambda path: None)
    saved = save(tmp_path, 20, replaces=old)
    assert len(checkpoints.list_steps(tmp_path)) == 2
    assert read_best(tmp_path, fail) == saved


def test_a_damaged_best_is_named_and_counts_as_none(tmp_path):
    path = save(tmp_path, 20).path
    (path / "state.safetensors").write_bytes(b"torn")
    said = []
    assert read_best(tmp_path, said.append) is None
    assert "state.safetensors has changed" in said[0]
    with pytest.raises(UserError, match="--best METRIC"):
        open_best(tmp_path, said.append)


def test_one_that_a_live_run_replaces_while_it_is_read_is_read_again(
    tmp_path, monkeypatch
):
    save(tmp_path, 20)
    damage, seen = best.damage, []

    def replaced(path):
        seen.append(path.name)
        if len(seen) == 1:
            save(tmp_path, 30, replaces=20)
        return damage(path)

    monkeypatch.setattr(best, "damage", replaced)
    assert open_best(tmp_path, fail).name == checkpoints.path_of(tmp_path, 30).name
    assert len(seen) == 2


def test_a_write_that_fails_leaves_the_old_one(tmp_path, monkeypatch):
    saved = save(tmp_path, 10)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "write_manifest", full)
    with pytest.raises(UserError, match="No space left on device"):
        save(tmp_path, 20, replaces=10)
    assert best.read_best(tmp_path, fail) == saved


def test_a_folder_that_was_copied_without_it_has_no_best(tmp_path):
    save(tmp_path / "best", 1)
    shutil.rmtree(tmp_path / "best")
    with pytest.raises(UserError, match="no whole checkpoint"):
        open_best(tmp_path / "best", fail)
