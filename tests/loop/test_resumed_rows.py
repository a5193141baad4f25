"""The rows that a checkpoint counts on: there before it, counted when a run goes on."""

from tests.runs import points, steps, tiny_run, train
from wgan_jax import resume
from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.logs import MetricsLog


def test_rows_are_on_the_device_before_the_checkpoint_that_counts_on_them(
    tmp_path, monkeypatch
):
    """After a power cut the log has every step up to the checkpoint."""
    order, sync, save = [], MetricsLog.sync, checkpoints.save

    def synced(log):
        sync(log)
        order.append(len(steps(tmp_path / "run")))

    def saved(folder, step, *rest, **options):
        order.append(f"checkpoint {step}")
        return save(folder, step, *rest, **options)

    monkeypatch.setattr(MetricsLog, "sync", synced)
    monkeypatch.setattr(checkpoints, "save", saved)
    train(tiny_run(tmp_path / "run", checkpoint_every=2), points())
    assert order == [2, "checkpoint 2", 4, "checkpoint 4"]


def test_rows_that_are_missing_are_said_once_when_the_run_goes_on(tmp_path, capsys):
    run_dir = tmp_path / "run"
    log = run_dir / "metrics.jsonl"
    train(tiny_run(run_dir, steps=4), points())
    first, _, *rest = log.read_text().splitlines(keepends=True)
    log.write_text("".join([first, *rest]))
    resume(run_dir, points(), steps=6)
    told = capsys.readouterr().err
    assert "has 3 rows up to step 4, but 4 were logged" in told
    assert "after line 1, step 1 to 3" in told
    assert steps(run_dir) == [1, 3, 4, 5, 6]
    resume(run_dir, points(), steps=7)
    assert "logged" not in capsys.readouterr().err
