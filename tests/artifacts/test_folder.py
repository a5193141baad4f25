import json
import subprocess
import sys

import numpy as np
import pytest

from wgan_jax import files
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.errors import UserError
from wgan_jax.files import ArtifactError


def test_create_then_open_gives_the_config_back(tmp_path):
    config = {"variant": "gn", "seed": 3, "rate": 2e-4, "ema": None}
    RunFolder.create(tmp_path / "a" / "b", config)
    folder = RunFolder.open(tmp_path / "a" / "b")
    assert folder.config() == config
    assert folder.samples.is_dir()
    assert folder.checkpoints.is_dir()


def test_a_run_is_never_overwritten(tmp_path):
    RunFolder.create(tmp_path / "run", {"seed": 0})
    with pytest.raises(UserError, match=r"--resume.*--run-dir"):
        RunFolder.create(tmp_path / "run", {"seed": 1})
    assert RunFolder.open(tmp_path / "run").config() == {"seed": 0}


def test_of_two_creators_at_once_one_is_refused(tmp_path, monkeypatch):
    """The other run appears after the check and before the config is written."""
    path = tmp_path / "run"

    def other_is_faster(folder):
        (folder / "config.json").write_text('{"seed": 0}')

    monkeypatch.setattr("wgan_jax.artifacts.folder.remove_temporaries", other_is_faster)
    with pytest.raises(UserError, match="already holds a run"):
        RunFolder.create(path, {"seed": 1})
    assert RunFolder.open(path).config() == {"seed": 0}
    assert [p.name for p in path.iterdir()] == ["config.json"]


def test_foreign_files_stay_as_they_are(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    RunFolder.create(tmp_path, {"seed": 0})
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["metrics.jsonl", "samples/step-00000001.png"])
def test_files_where_a_run_would_write_are_not_touched(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(UserError, match="nothing in it is overwritten"):
        RunFolder.create(tmp_path, {"seed": 0})
    assert (tmp_path / name).read_text() == "mine"
    assert not (tmp_path / "config.json").exists()


def test_a_crash_before_the_config_leaves_a_folder_that_can_be_used(tmp_path):
    (tmp_path / "samples").mkdir()
    (tmp_path / ".tmp-config.json-123").write_text('{"see')
    RunFolder.create(tmp_path, {"seed": 0})
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "checkpoints",
        "config.json",
        "samples",
    ]


def test_a_config_that_cannot_be_written_leaves_no_run(tmp_path, monkeypatch):
    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(ArtifactError, match="No space left on device"):
        RunFolder.create(tmp_path, {"seed": 0})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("where", ["file/run", "file", "/proc/nothing/run"])
def test_an_unusable_path_is_one_clear_error(tmp_path, where):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArtifactError, match="--run-dir") as caught:
        RunFolder.create(tmp_path / where, {})
    assert where in str(caught.value)
    assert caught.value.exit_code == 2


def test_opening_what_is_no_run_says_so(tmp_path):
    with pytest.raises(UserError, match="no run in"):
        RunFolder.open(tmp_path)
    with pytest.raises(UserError, match="no run in"):
        RunFolder.open(tmp_path / "absent")


@pytest.mark.parametrize("content", ['{"seed": ', "[1, 2]", "", "\x00\x00"])
def test_a_damaged_config_is_named(tmp_path, content):
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        RunFolder.open(tmp_path)


def test_write_json_speaks_plain_json(tmp_path):
    folder = RunFolder.create(tmp_path, {})
    value = {
        "f32": np.float32(0.1),
        "nan": float("nan"),
        "inf": np.float32("inf"),
        "list": np.arange(3),
        "tuple": (1, True, None),
        "path": tmp_path,
    }
    folder.write_json("summary.json", value)

    def refuse(word):
        raise AssertionError(word)

    read = json.loads(folder.summary.read_text(), parse_constant=refuse)
    assert read == {
        "f32": float(np.float32(0.1)),
        "nan": None,
        "inf": None,
        "list": [0, 1, 2],
        "tuple": [1, True, None],
        "path": str(tmp_path),
    }


def test_a_failed_write_keeps_the_old_content(tmp_path, monkeypatch):
    folder = RunFolder.create(tmp_path, {})
    folder.write_json("summary.json", {"steps": 1})

    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(ArtifactError, match="No space left"):
        folder.write_json("summary.json", {"steps": 2})
    assert json.loads(folder.summary.read_text()) == {"steps": 1}
    assert not list(tmp_path.glob(".tmp-*"))


def test_clean_removes_what_a_killed_writer_left(tmp_path):
    folder = RunFolder.create(tmp_path, {})
    for place in (folder.path, folder.samples, folder.checkpoints):
        (place / ".tmp-x-1").write_text("half")
    folder.recover()
    assert not list(tmp_path.rglob(".tmp-*"))


def test_sample_names_sort_in_the_order_of_the_steps(tmp_path):
    folder = RunFolder(tmp_path)
    names = [folder.sample_path(step).name for step in (9, 10, 200, 10_000)]
    assert names == sorted(names)


def test_the_room_imports_nothing_heavy():
    code = (
        "import sys; import wgan_jax.artifacts.checkpoints, wgan_jax.artifacts.logs, "
        "wgan_jax.artifacts.plots, wgan_jax.artifacts.progress, "
        "wgan_jax.artifacts.report, wgan_jax.artifacts.summary; "
        "print([m for m in ('jax', 'orbax', 'matplotlib', 'tensorboardX', 'rich', "
        "'PIL') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
