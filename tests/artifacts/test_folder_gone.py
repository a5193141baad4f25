"""Run folders in a home, gone in the middle of a run, or without permission."""

import shutil

import numpy as np
import pytest

from tests.permissions import forbid
from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.naming import default_run_dir
from wgan_jax.errors import UserError
from wgan_jax.files import ArtifactError


def test_a_run_folder_in_a_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert RunFolder.create("~/run", {"seed": 0}).path == tmp_path / "run"
    assert RunFolder.open("~/run").config() == {"seed": 0}
    with pytest.raises(UserError, match="home of a user"):
        RunFolder.create("~nosuchuser/run", {})


def test_a_folder_that_is_gone_is_not_called_unknown(tmp_path):
    """Who writes in a run hears that it was removed, and nothing makes it again."""
    folder = RunFolder.create(tmp_path / "run", {"seed": 0})
    shutil.rmtree(folder.path)
    with pytest.raises(UserError, match="was removed or emptied while the run wrote"):
        folder.config()
    with pytest.raises(ArtifactError, match="moved or removed meanwhile"):
        folder.write_json("summary.json", {})
    with pytest.raises(ArtifactError, match="moved or removed meanwhile"):
        checkpoints.save(folder.checkpoints, 1, {"a": np.zeros(1)})
    assert not folder.path.exists()


def test_a_folder_that_goes_while_a_checkpoint_is_saved_cannot_be_written(
    tmp_path, monkeypatch
):
    folder = RunFolder.create(tmp_path / "run", {"seed": 0})
    publish = checkpoints._publish

    def gone(temporary, final):
        publish(temporary, final)
        folder.path.rename(tmp_path / "elsewhere")
        folder.path.write_text("in the way")

    monkeypatch.setattr(checkpoints, "_publish", gone)
    with pytest.raises(ArtifactError, match="cannot write the checkpoint of step 1"):
        checkpoints.save(folder.checkpoints, 1, {"a": np.zeros(1)})


def test_folders_that_were_removed_are_made_when_a_run_goes_on(tmp_path):
    folder = RunFolder.create(tmp_path / "run", {"seed": 0})
    folder.samples.rmdir()
    folder.checkpoints.rmdir()
    folder.release()
    again = RunFolder.open_to_write(tmp_path / "run")
    assert again.samples.is_dir()
    assert again.checkpoints.is_dir()


def test_no_permission_is_not_taken_for_no_run(tmp_path, monkeypatch):
    RunFolder.create(tmp_path / "run", {"seed": 0}).release()
    forbid(monkeypatch, tmp_path / "run")
    with pytest.raises(UserError, match="Permission denied. Mend its permissions"):
        RunFolder.open(tmp_path / "run")
    with pytest.raises(UserError, match="Permission denied. Mend its permissions"):
        checkpoints.list_steps(tmp_path / "run" / "checkpoints")
    with pytest.raises(UserError, match="Permission denied. Mend its permissions"):
        default_run_dir("run", "x", 0, tmp_path / "run")
