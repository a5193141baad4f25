"""What is refused before a run starts, and what it starts from."""

import dataclasses
import json
from typing import Any

import jax
import numpy as np
import pytest

from tests.runs import as_session, images, points, tiny_run
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.errors import UserError
from wgan_jax.loop.plan import make_keys


def test_the_three_keys_of_a_run_differ_and_come_from_its_seed():
    words = [jax.random.key_data(key).tolist() for key in make_keys(0)]
    assert len({tuple(word) for word in words}) == 3
    again = [jax.random.key_data(key).tolist() for key in make_keys(0)]
    other = [jax.random.key_data(key).tolist() for key in make_keys(1)]
    assert words == again
    assert not any(word in other for word in words)


def test_a_prepared_run_has_its_folder_and_config(tmp_path):
    session = as_session(tiny_run(tmp_path / "run", "gp"), points())
    stored = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (stored["dataset"], stored["n_critic"]) == ("custom", 5)
    assert stored["penalty_weight"] == pytest.approx(0.1)
    assert (session.start, session.plan.config.network) == (0, "toy")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"devices": 99}, "devices is 99, but this host has 8"),
        (
            {"devices": 3},
            "batch_size 8 does not divide.*6 and 9.*divides among 2",
        ),
        ({"batch_size": 51}, "has 50 training samples"),
        ({"network": "dcgan"}, "Networks that fit: toy"),
    ],
)
def test_what_cannot_run_leaves_no_folder(fields, words, tmp_path):
    with pytest.raises(UserError, match=words):
        as_session(tiny_run(tmp_path / "run", **fields), points())
    assert not (tmp_path / "run").exists()


def test_arrays_of_the_wrong_kind_are_refused(tmp_path):
    with pytest.raises(UserError, match="uint8"):
        as_session(tiny_run(tmp_path / "run"), images().astype(np.int64))


def test_paths_are_recorded_in_full_and_others_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "files").mkdir()
    config = tiny_run(tmp_path / "run", dataset="ring8", data_dir="files")
    session = as_session(config)
    assert session.plan.config.data_dir == str(tmp_path / "files")
    with pytest.raises(UserError, match="dataset is"):
        as_session(tiny_run(tmp_path / "other", dataset=tmp_path / "x.npy"))


def test_a_default_folder_is_named_after_the_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = tiny_run(tmp_path, seed=4)
    fields: dict[str, Any] = vars(config) | {"run_dir": None}
    names = []
    for _ in range(2):
        folder = as_session(type(config)(**fields), points()).folder
        assert folder is not None
        names.append(str(folder.path))
    assert names == ["runs/gan-custom-seed4", "runs/gan-custom-seed4-2"]


@pytest.mark.parametrize("named", [False, True])
def test_of_two_runs_that_take_one_name_the_slower_takes_the_next(
    named, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    create, asked = RunFolder.create, []

    def come_second(path, config):
        asked.append(str(path))
        if len(asked) == 1:
            create(path, config)  # another run, since the name was chosen
        return create(path, config)

    monkeypatch.setattr(RunFolder, "create", come_second)
    config = tiny_run(tmp_path / "mine", seed=4)
    if named:
        with pytest.raises(UserError, match="already holds a run"):
            as_session(config, points())
        return
    folder = as_session(dataclasses.replace(config, run_dir=None), points()).folder
    assert folder is not None
    assert asked == ["runs/gan-custom-seed4", "runs/gan-custom-seed4-2"]
    assert folder.config()["run_dir"] == str(folder.path) == asked[1]
