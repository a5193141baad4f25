"""Interleaved rounds: ours, PyTorch, ours, PyTorch, each in a process of its own.

A slow minute of the machine then falls on both sides, and ratios taken pair by pair
hold although absolute numbers vary. This module drives workers and computes ratios; it
knows neither library.
"""

import time
from statistics import median
from typing import NamedTuple

from experiments.benchmark.cases import Case
from experiments.benchmark.processes import (
    Answer,
    Job,
    Opened,
    Setup,
    WorkerProcess,
)


class Budget(NamedTuple):
    """How long and how often.

    Attributes:
        rounds: pairs of timed turns.
        seconds: of one turn.
        settle: warm-up of one side.
        trial: of each PyTorch form when the fastest is sought.
        compiled: whether `torch.compile` is tried.
        published: whether PyTorch as published is measured too.
    """

    rounds: int = 7
    seconds: float = 2.0
    settle: float = 3.0
    trial: float = 2.0
    compiled: bool = True
    published: bool = True


QUICK = Budget(rounds=3, seconds=1.0, settle=1.5, trial=1.0, compiled=False)


def measure_pair(
    setup: Setup, case: Case, form: str, budget: Budget, sizes: tuple[int, ...]
) -> Answer:
    """Opens both sides of a case and compares them, see `compare`.

    Args:
        setup: where.
        case: what.
        form: PyTorch's form.
        budget: how long and how often.
        sizes: of matrix products for the peak; empty to leave it out.

    Raises:
        WorkerError: when a side cannot make a step.
    """
    with (
        setup.open(Job("jax", case)) as ours,
        setup.open(Job("torch", case, form)) as theirs,
    ):
        return compare(ours, theirs, budget, sizes)


def compare(
    ours: Opened, theirs: Opened, budget: Budget, sizes: tuple[int, ...]
) -> Answer:
    """Measures our side against PyTorch's, turn by turn.

    Args:
        ours: our side of a case.
        theirs: PyTorch's.
        budget: how long and how often.
        sizes: of matrix products for the peak; empty to leave it out.

    Returns:
        Steps per second of both, their ratio pair by pair, time to the first step, peak
        memory, and the peak of the matrix product on either side.
    """
    sides = {"ours": ours.worker, "torch": theirs.worker}
    speeds = take_turns(sides, budget)
    # Before the products, whose matrices may be larger than all that a game holds.
    memory = {name: worker.ask("memory") for name, worker in sides.items()}
    peaks = {name: _peak(w, sizes) for name, w in sides.items() if sizes}
    return {
        "ours": _row(speeds["ours"], ours.answer, memory["ours"]),
        "torch": _row(speeds["torch"], theirs.answer, memory["torch"]),
        **ratios(speeds["ours"], speeds["torch"]),
        "matrix_peak": peaks,
        "xla_flops": ours.worker.ask("flops")["flops"],
    }


def ratios(speeds: list[float], others: list[float]) -> Answer:
    """Ratios of speeds turn by turn, and their spread."""
    found = [a / b for a, b in zip(speeds, others, strict=True)]
    return {"ratio": spread(found), "ratios": found}


def take_turns(
    sides: dict[str, WorkerProcess], budget: Budget
) -> dict[str, list[float]]:
    """Warms both sides up, then lets them make timed steps one after the other.

    Args:
        sides: name -> worker.
        budget: how long and how often.

    Returns:
        Name -> steps per second of each turn.
    """
    steps = {}
    for name, worker in sides.items():
        rate = worker.ask("settle", seconds=budget.settle)["steps_per_second"]
        steps[name] = max(1, round(rate * budget.seconds))
    speeds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(budget.rounds):
        for name, worker in sides.items():
            time.sleep(0.1)  # the other side's idle threads stop spinning
            timed = worker.ask("run", steps=steps[name])
            speeds[name].append(timed["steps"] / timed["seconds"])
    return speeds


def _peak(worker: WorkerProcess, sizes: tuple[int, ...]) -> float:
    return max(
        worker.ask("peak", size=n, seconds=0.7)["flops_per_second"] for n in sizes
    )


def _row(speeds: list[float], opened: Answer, memory: Answer) -> Answer:
    return {"steps_per_second": spread(speeds), "rounds": speeds, **opened, **memory}


def spread(values: list[float]) -> dict[str, float]:
    """Median, smallest and largest."""
    return {"median": median(values), "low": min(values), "high": max(values)}
