"""Changes are measured beside the unchanged program; one that cannot run says why."""

import contextlib
from typing import Any, cast

import jax.numpy as jnp
import numpy as np

from experiments.benchmark import machine, options, tables
from experiments.benchmark.changes import NAMES, RECIPES, environment
from experiments.benchmark.processes import Opened, WorkerError, WorkerProcess
from experiments.benchmark.rounds import Budget
from tests.experiments.benchmark.test_report import MACHINE
from tests.games import by_hand
from wgan_jax.constraints import unconstrained
from wgan_jax.training.optimizers import adam


def test_flat_optimisers_make_the_same_moves():
    recipe = by_hand(unconstrained(), critic_optimizer=adam(0.1, 0.5, 0.9))
    params = {"a": jnp.ones(3), "b": jnp.full((2, 2), 2.0)}
    moved = []
    for made in (recipe, RECIPES["flat optimisers"](recipe)):
        optimizer = made.critic_optimizer
        updates, _ = optimizer.update(params, optimizer.init(params), params)
        moved.append(updates)
    for name in params:
        np.testing.assert_array_equal(moved[0][name], moved[1][name])


def test_flags_are_appended(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--a=1")
    flags = environment("deterministic")["XLA_FLAGS"]
    assert flags == "--a=1 --xla_gpu_deterministic_ops=true"
    assert environment("fakes ahead")["XLA_FLAGS"] == "--a=1"


class Worker:
    """Answers like a process; a step of the changed program takes half the time."""

    def __init__(self, change: str | None) -> None:
        self._seconds = 0.5 if change else 1.0

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        steps = request.get("steps", 1)
        return {
            "run": {"steps": steps, "seconds": self._seconds * steps},
            "settle": {"steps_per_second": 1 / self._seconds},
            "memory": {"peak_device": 7},
            "peak": {"flops_per_second": 1e9},
        }[do]


class Setup:
    @contextlib.contextmanager
    def open_all(self, jobs):
        yield [
            WorkerError("died")
            if job.change == "deterministic"
            else Opened(cast("WorkerProcess", Worker(job.change)), {})
            for job in jobs
        ]


def test_what_changes_and_batches_bring_becomes_a_table(monkeypatch, capsys):
    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    setup: Any = Setup()
    measured = options.measure_options(
        setup, [("gan", "toy")], Budget(rounds=1), (64, 128)
    )
    (first,) = next(measured)  # kept where the rest is stopped
    assert (len(first["changes"]), first["batches"]) == (len(NAMES), [])
    (entries,) = measured
    brought = {row["change"]: row for row in entries[0]["changes"]}
    assert brought["flat optimisers"]["ratio"]["median"] == 2
    assert brought["deterministic"]["problem"] == "died"
    assert [row["samples_per_second"] for row in entries[0]["batches"]] == [64, 128]
    result = {"machine": MACHINE, "date": "today", "command": "c", "entries": entries}
    page = tables.options(result, None)
    assert "| deterministic | died |" in page
    assert "| flat optimisers | **2.00** (2.00 to 2.00) |" in page
    assert "toy/gan" in capsys.readouterr().out
