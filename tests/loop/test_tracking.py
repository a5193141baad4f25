"""What is measured while a run trains, and the best checkpoint.

Neither may change a number of training, and a kill may lose neither.
"""

import dataclasses
import json
import shutil
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import wgan_jax
from tests.events import table_of_runs
from tests.runs import points, rows, sha, tiny_run, train
from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.best import save_best
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.log_reading import read_metrics
from wgan_jax.data import from_arrays
from wgan_jax.loop import tracking
from wgan_jax.loop.evaluation.reference import make_reference
from wgan_jax.loop.plan import make_plan
from wgan_jax.loop.tracking import Tracker
from wgan_jax.metrics import exact_wasserstein1, registry
from wgan_jax.metrics.registry import MetricRow, Quantity


def evaluations(run_dir):
    return read_metrics(run_dir / "evaluations.jsonl")


def best_of(run_dir):
    """The step in best/, and what its manifest says of it."""
    (step,) = checkpoints.list_steps(run_dir / "best")
    manifest = run_dir / "best" / f"step-{step:010d}" / "manifest.json"
    return step, json.loads(manifest.read_text())["content"]["extra"]


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """Six steps, measured at every second one, the best by W1 kept."""
    run_dir = tmp_path_factory.mktemp("tracked") / "run"
    config = tiny_run(
        run_dir,
        steps=6,
        evaluate_every=2,
        checkpoint_every=2,
        keep=9,
        best="wasserstein1",
    )
    train(config, points())
    return config, run_dir


def test_every_kth_step_and_the_last_has_one_row(tmp_path):
    config = tiny_run(tmp_path / "run", steps=5, evaluate_every=2, ema_decay=0.0)
    train(config, points())
    found = evaluations(tmp_path / "run")
    assert [row["step"] for row in found] == [2, 4, 5]
    assert {(row["weights"], row["count"]) for row in found} == {("raw", 25)}
    assert all(row["wasserstein1"] > 0 for row in found)


def test_the_average_is_measured_where_there_is_one(tmp_path):
    config = tiny_run(tmp_path / "run", steps=2, evaluate_every=2, ema_decay=0.5)
    train(config, points())
    assert evaluations(tmp_path / "run")[0]["weights"] == "ema"


def test_measuring_changes_no_bit_of_training(tracked, tmp_path):
    config, run_dir = tracked
    plain = dataclasses.replace(
        config, run_dir=str(tmp_path / "plain"), evaluate_every=0, best=None
    )
    train(plain, points())
    assert sha(tmp_path / "plain") == sha(run_dir)
    assert rows(tmp_path / "plain") == rows(run_dir)
    assert not (tmp_path / "plain" / "evaluations.jsonl").exists()


def test_a_finished_run_is_in_tensorboards_table_with_what_was_measured(tracked):
    told = table_of_runs(tracked[1] / "tensorboard")
    step, content = told["experiment"]
    tags = {info.name.tag for info in content.experiment.metric_infos}
    assert (step, tags >= {"eval/wasserstein1", "train/critic_loss"}) == (6, True)
    options = told["session_start_info"][1].session_start_info.hparams
    assert options["variant"].string_value == "gan"
    assert options["evaluate_every"].number_value == 2


def test_the_best_is_the_one_with_the_least_distance(tracked):
    _, run_dir = tracked
    values = {row["step"]: row["wasserstein1"] for row in evaluations(run_dir)}
    step, extra = best_of(run_dir)
    assert (step, extra["value"]) == min(values.items(), key=lambda item: item[1])
    assert extra["metric"] == "wasserstein1"


@pytest.fixture
def told(monkeypatch):
    """A metric whose values are told beforehand: one function and one row."""

    def tell(*values, better: Any = "lower"):
        given = iter(values)

        def compute(comparison):
            value = next(given)
            if value is None:
                raise ValueError("too little to see")
            return {"told": value}

        quantity = Quantity("told", "as told", better)
        row = MetricRow("told", (quantity,), frozenset({"points"}), compute)
        monkeypatch.setitem(registry.METRICS, "told", row)

    return tell


@pytest.fixture(scope="module")
def plan(tracked):
    """The run of `tracked`, before anything is measured."""
    return make_plan(tracked[0], from_arrays(points()))


def measure(plan, tracked, run_dir, *steps):
    """Measures states of some steps as one start of a run does; returns the rows."""
    plan = plan._replace(config=dataclasses.replace(plan.config, best="told"))
    (run_dir / "best").mkdir(parents=True, exist_ok=True)
    state = wgan_jax.load_trained(tracked[1]).state
    tracker, found = Tracker(plan, state, RunFolder(run_dir)), []
    log: Any = SimpleNamespace(write_evaluation=found.append)
    for step in steps:
        tracker.measure(state.replace(step=np.int32(step)), log)
    return found


@pytest.mark.parametrize(
    ("better", "values", "kept"),
    [
        ("lower", [3.0, 1.0, 2.0], 2),
        ("lower", [1.0, 1.0, 2.0], 1),
        ("higher", [3.0, 4.0, 4.0], 2),
        ("higher", [3.0, 1.0, 2.0], 1),
        ("lower", [float("inf"), 5.0, None], 2),
    ],
)
def test_the_direction_comes_from_the_row(
    better, values, kept, plan, tracked, told, tmp_path
):
    told(*values, better=better)
    found = measure(plan, tracked, tmp_path, 1, 2, 3)
    assert best_of(tmp_path)[0] == kept
    assert [row.get("told") for row in found] == values


def test_a_value_that_is_not_finite_is_no_best(plan, tracked, told, tmp_path):
    told(float("inf"))
    measure(plan, tracked, tmp_path, 1)
    assert checkpoints.list_steps(tmp_path / "best") == []


def test_the_best_of_before_a_resume_is_not_forgotten(plan, tracked, told, tmp_path):
    told(1.0, 2.0, 0.5)
    measure(plan, tracked, tmp_path, 1)
    measure(plan, tracked, tmp_path, 2)
    assert best_of(tmp_path)[0] == 1
    measure(plan, tracked, tmp_path, 3)
    assert best_of(tmp_path)[0] == 3


def test_what_cannot_be_measured_is_said_and_does_not_stop_the_run(
    plan, tracked, told, tmp_path, capsys
):
    told(None)
    (row,) = measure(plan, tracked, tmp_path, 2)
    message = "told of step 2 was not measured: too little to see"
    assert message in capsys.readouterr().err
    assert "told" not in row
    assert row["wasserstein1"] > 0


def gone_back(tracked, tmp_path, step):
    """The run as a kill right after the checkpoint of a step would have left it."""
    config, run_dir = tracked
    part = tmp_path / "part"
    shutil.copytree(run_dir, part)
    for later in checkpoints.list_steps(part / "checkpoints"):
        if later > step:
            shutil.rmtree(part / "checkpoints" / f"step-{later:010d}")
    (part / "summary.json").unlink()
    return dataclasses.replace(config, run_dir=str(part), resume=True), part


@pytest.mark.parametrize("step", [2, 4])
def test_a_resumed_run_has_every_evaluation_once_and_the_same_best(
    tracked, tmp_path, step
):
    config, part = gone_back(tracked, tmp_path, step)
    train(config, points())
    whole = tracked[1]
    for name in ("evaluations.jsonl", "metrics.jsonl"):
        assert (part / name).read_bytes() == (whole / name).read_bytes()
    assert best_of(part) == best_of(whole)
    assert sha(part) == sha(whole)


def test_a_kill_between_checkpoint_and_evaluation_loses_neither(tracked, tmp_path):
    config, part = gone_back(tracked, tmp_path, 4)
    lines = (part / "evaluations.jsonl").read_bytes().splitlines(keepends=True)
    (part / "evaluations.jsonl").write_bytes(lines[0])
    shutil.rmtree(part / "best")
    train(config, points())
    assert [row["step"] for row in evaluations(part)] == [2, 4, 6]
    assert evaluations(part) == evaluations(tracked[1])


def test_another_metric_on_resume_starts_anew_and_says_so(tracked, tmp_path, capsys):
    config, part = gone_back(tracked, tmp_path, 4)
    folder = part / "best"
    (old,) = checkpoints.list_steps(folder)
    manifest = folder / f"step-{old:010d}" / "manifest.json"
    shutil.rmtree(manifest.parent)
    save_best(folder, old, {"a": np.zeros(1)}, "modes", 8.0, None)
    train(dataclasses.replace(config, steps=8), points())
    assert "holds the best by modes" in capsys.readouterr().err
    assert best_of(part)[1]["metric"] == "wasserstein1"
    assert best_of(part)[0] in (6, 8)


def test_the_samples_are_those_of_the_state(tracked):
    """By hand: what the run's checkpoints make, against the same points."""
    _, run_dir = tracked
    real = make_reference(from_arrays(points()), 25, tracking.SEED, None).real.samples
    by_hand = {
        step: exact_wasserstein1(
            real, wgan_jax.load_trained(run_dir, step).sample(tracking.SEED, 25)
        )
        for step in (2, 4, 6)
    }
    found = {row["step"]: row["wasserstein1"] for row in evaluations(run_dir)}
    assert found == by_hand
