import json
import os
import subprocess
import sys

import numpy as np
import pytest

from wgan_jax import files
from wgan_jax.artifacts import checkpoints
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
        (folder.path / "config.json").write_text('{"seed": 0}')

    monkeypatch.setattr(RunFolder, "_refuse_to_overwrite", other_is_faster)
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


@pytest.mark.parametrize("name", ["a\0b", "r\udcff"])
def test_a_name_that_no_folder_of_a_run_has_is_refused(name):
    with pytest.raises(UserError, match="cannot be used"):
        RunFolder.open(name)


def test_a_config_that_never_ends_is_refused_at_once(tmp_path):
    file = tmp_path / "config.json"
    os.mkfifo(file)
    with pytest.raises(UserError, match=r"config\.json': Not a regular file"):
        RunFolder.open(tmp_path)
    file.unlink()
    file.write_text("[" * 200_000)
    with pytest.raises(UserError, match=r"config\.json is damaged"):
        RunFolder.open(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        *('{"seed": ', "[1, 2]", "", "\x00\x00"),
        *('{"own_data": 5}', '{"own_parts": []}', '{"sources": null}'),
    ],
)
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


def test_what_a_killed_writer_left_is_removed(tmp_path):
    RunFolder.create(tmp_path, {})
    left = [".tmp-metrics.jsonl-7", "samples/.tmp-step-00000002.png-7", ".tmp-probe-7"]
    for name in left:
        (tmp_path / name).write_text("half")
    unfinished = tmp_path / "checkpoints" / ".tmp-step-0000000002-7"
    unfinished.mkdir()
    (unfinished / "state.safetensors").write_text("half")
    RunFolder.open_to_write(tmp_path)
    assert not list(tmp_path.rglob(".tmp-*"))


# In the folder of the run and in those that it writes in.
LOOK_ALIKES = (
    *(".tmp-thesis/chapter1.txt", ".tmp-thesis.json-7", ".tmp-config.json-7a"),
    *(".tmp-config.json", ".tmp-my-config.json-7", ".tmp-metrics.jsonl-8/mine"),
    *(".replaced-thesis/chapter1.txt", ".replaced-step-1/x", "xtmp-config.json-7"),
    *(".tmp-step-12-7/x", ".tmp-step-0000000012-old/x", ".tmp-step-00000012.png"),
)


def test_look_alikes_are_the_users(tmp_path):
    places = [tmp_path / name for name in (".", "samples", "checkpoints", "best")]
    RunFolder.create(tmp_path, {}).release()
    names = [place / name for place in places for name in LOOK_ALIKES]
    for name in names:
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text("mine")
    folder = RunFolder.open_to_write(tmp_path)
    checkpoints.save(folder.checkpoints, 3, {"w": np.zeros(2)}, keep=1)
    checkpoints.save(folder.checkpoints, 4, {"w": np.zeros(2)}, keep=1)
    assert [n for n in names if not n.exists() or n.read_text() != "mine"] == []


def test_nothing_is_removed_from_a_folder_that_is_no_run(tmp_path):
    (tmp_path / ".tmp-metrics.jsonl-7").write_text("mine")
    (tmp_path / "metrics.jsonl").write_text("mine")
    with pytest.raises(UserError, match="nothing in it is overwritten"):
        RunFolder.create(tmp_path, {})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [".tmp-metrics.jsonl-7", "metrics.jsonl"]


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
