"""A worker in a process of its own makes steps and answers; errors are answers too."""

import json
import sys
from pathlib import Path

import pytest

from experiments.benchmark import sizes
from experiments.benchmark.cases import make_case
from experiments.benchmark.processes import Job, Opened, Setup, WorkerError
from experiments.benchmark.worker import Worker, answer


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return Setup(torch_python=sys.executable, threads=1, folder=tmp_path)


def test_our_side_opens_runs_and_reports_errors(setup: Setup) -> None:
    case = make_case("gan", "toy", width=8, batch_size=8)
    with setup.open(Job("jax", case)) as (worker, opened):
        assert opened["form"] == "jit under pmap, one device"
        assert 0 < opened["import_seconds"] < opened["first_step_seconds"]
        timed = worker.ask("run", steps=3)
        assert timed["steps"] == 3
        assert timed["seconds"] > 0
        assert worker.ask("settle", seconds=0.2)["steps_per_second"] > 10
        assert worker.ask("memory")["peak_rss"] > 2**20
        with pytest.raises(WorkerError, match=r"TypeError: .*steps"):
            worker.ask("run")
        assert worker.ask("run", steps=1)["steps"] == 1
        worker._process.kill()
        with pytest.raises(WorkerError, match="died"):
            worker.ask("run", steps=1)


def test_workers_open_together_and_one_that_cannot_tells_why(setup: Setup) -> None:
    case = make_case("gan", "toy", width=8, batch_size=8)
    broken = case._replace(config=case.config | {"n_critic": -1})
    jobs = [Job("jax", broken), Job("jax", case)]
    with setup._replace(at_once=2).open_all(jobs) as (error, made):
        assert isinstance(error, WorkerError)
        assert "n_critic" in str(error)
        assert isinstance(made, Opened)
        assert made.answer["first_step_seconds"] is None
        assert made.worker.ask("run", steps=2)["steps"] == 2
    assert made.worker._process.poll() is not None


def test_a_request_that_cannot_be_met_names_the_reason(tmp_path: Path) -> None:
    worker = Worker("jax", started=0.0)
    missing = {"do": "open", "config": {}, "data": str(tmp_path / "x"), "threads": 1}
    assert "No such file" in answer(worker, json.dumps(missing))["error"]
    assert "close" in answer(worker, '{"do": "close"}')["error"]
    assert "error" in answer(worker, "not JSON")


def test_a_point_of_the_sizes_is_measured(setup: Setup, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sizes, "SERIES", (("gan", "toy", "width", (8,)),))
    monkeypatch.setattr(sizes, "SECONDS", 0.2)
    (entry,) = sizes.measure_sizes(setup)
    assert (entry["case"], entry["axis"]) == ("toy gan", "width")
    (point,) = entry["points"]
    assert point["value"] == 8
    ratio = point["samples_per_second"] / point["steps_per_second"]
    assert ratio == pytest.approx(256)  # the preset's batch, one critic update
    assert 0 < point["of_peak"] < 1
    assert "toy/gan width 8" in capsys.readouterr().out
