"""A run that fails before its first step leaves its folder to the corrected command."""

import pytest

from tests.runs import points, tiny_run, train
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.artifacts.withdrawal import withdraw
from wgan_jax.loop import train as loop


@pytest.mark.parametrize("before", [False, True], ids=["new", "there"])
def test_the_corrected_command_may_use_the_folder(tmp_path, monkeypatch, before):
    run_dir = tmp_path / "run"
    if before:
        run_dir.mkdir()
        (run_dir / "notes.txt").write_text("mine")

    def fail(*_):
        raise MemoryError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(loop, "Engine", fail)
        with pytest.raises(MemoryError):
            train(tiny_run(run_dir), points())
    left = [path.name for path in run_dir.iterdir()] if run_dir.exists() else None
    assert left == (["notes.txt"] if before else None)
    assert train(tiny_run(run_dir), points()).summary["steps"] == 4


def test_a_run_that_made_a_step_stays_whatever_it_has_logged(tmp_path, monkeypatch):
    def fail(*_):
        raise MemoryError("no room")

    monkeypatch.setattr(loop.TrainLoop, "_show_progress", fail)  # after a step
    config = tiny_run(tmp_path / "run", steps=40, log_every=1000, evaluate_every=0)
    with pytest.raises(MemoryError):
        train(config, points())
    assert not (tmp_path / "run" / "metrics.jsonl").read_text()
    assert (tmp_path / "run" / "config.json").exists()


@pytest.mark.parametrize("what", ["step", "picture", "foreign"])
def test_what_was_made_or_is_the_users_stays(tmp_path, what):
    folder = RunFolder.create(tmp_path / "run", {"seed": 0})
    with MetricsLog(folder) as log:
        if what == "step":
            log.write([{"step": 1}])
    if what == "picture":
        folder.sample_path(0).touch()
    if what == "foreign":
        (folder.samples / "thesis.png").touch()
    withdraw(folder)
    names = (
        {path.name for path in folder.path.iterdir()} if folder.path.exists() else {}
    )
    assert ("config.json" in names) == (what == "step")
    assert ("samples" in names) == (what != "picture")
