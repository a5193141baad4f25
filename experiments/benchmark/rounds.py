"""Interleaved rounds: ours, PyTorch, ours, PyTorch, each in a process of its own.

A slow minute of the machine then falls on both sides, and ratios taken pair by pair
hold although absolute figures vary. This file drives workers and computes ratios; it
knows neither library.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any, NamedTuple

from experiments.bench_cases import Case

ROOT = Path(__file__).parent.parent


class WorkerError(Exception):
    """A worker could not do what it was asked."""


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


class Worker:
    """A process that makes one side's steps."""

    def __init__(self, side: str, python: str, threads: int) -> None:
        """Starts `experiments.bench_worker`."""
        words = [python, "-m", "experiments.bench_worker"]
        self._process = subprocess.Popen(
            [*words, side, repr(time.time()), str(threads)],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        """Sends a request and waits for its answer.

        Raises:
            WorkerError: with what the worker said.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(json.dumps({"do": do, **request}), file=self._process.stdin)
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline() or '{"error": "died"}')
        except BrokenPipeError:
            answer = {"error": "died"}
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

    def __enter__(self) -> "Worker":
        """Nothing more to do."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            pipe.close()


class Setup(NamedTuple):
    """Where both sides run.

    Attributes:
        torch_python: the interpreter with PyTorch.
        threads: of either side.
        data: network -> file of samples.
    """

    torch_python: str
    threads: int
    data: dict[str, str]

    def open(
        self, side: str, case: Case, form: str | None = None
    ) -> tuple[Worker, dict[str, Any]]:
        """Starts a worker that has made its first step; returns what it said."""
        python = sys.executable if side == "jax" else self.torch_python
        worker = Worker(side, python, self.threads)
        try:
            opened = worker.ask(
                "open",
                config=case.config,
                data=self.data[case.network],
                threads=self.threads,
                form=form,
            )
        except BaseException:
            worker.__exit__(None, None, None)
            raise
        return worker, opened


def try_forms(
    setup: Setup, case: Case, forms: list[str], seconds: float
) -> dict[str, float | str]:
    """Gives every PyTorch form a short trial.

    Args:
        setup: where.
        case: what.
        forms: their names.
        seconds: of each trial.

    Returns:
        Form -> steps per second, or why it cannot run.
    """
    found: dict[str, float | str] = {}
    for form in forms:
        try:
            worker, _ = setup.open("torch", case, form)
            with worker:
                found[form] = worker.ask("settle", seconds=seconds)["steps_per_second"]
        except WorkerError as error:
            found[form] = str(error)
    return found


def spread(values: list[float]) -> dict[str, float]:
    """Median, smallest and largest."""
    return {"median": median(values), "low": min(values), "high": max(values)}


def measure_pair(
    setup: Setup, case: Case, form: str, budget: Budget, sizes: tuple[int, ...]
) -> dict[str, Any]:
    """Measures one case against one PyTorch form, turn by turn.

    Args:
        setup: where.
        case: what.
        form: PyTorch's form.
        budget: how long and how often.
        sizes: of matrix products for the peak; empty to leave it out.

    Returns:
        Steps per second of both, their ratio pair by pair, time to the first step, peak
        memory, and the peak of the matrix product on either side.
    """
    ours, ours_opened = setup.open("jax", case)
    with ours:
        theirs, theirs_opened = setup.open("torch", case, form)
        with theirs:
            sides = {"ours": ours, "torch": theirs}
            rounds = _rounds(sides, budget)
            peaks = {
                name: max(
                    worker.ask("peak", size=n, seconds=0.7)["flops_per_second"]
                    for n in sizes
                )
                for name, worker in sides.items()
                if sizes
            }
            flops = ours.ask("flops")["flops"]
            memory = {name: worker.ask("memory") for name, worker in sides.items()}
    ratios = [a / b for a, b in zip(rounds["ours"], rounds["torch"], strict=True)]
    opened = {"ours": ours_opened, "torch": theirs_opened}
    return {
        **{
            name: {
                "steps_per_second": spread(rounds[name]),
                "rounds": rounds[name],
                **opened[name],
                **memory[name],
            }
            for name in opened
        },
        "ratio": spread(ratios),
        "ratios": ratios,
        "matrix_peak": peaks,
        "xla_flops": flops,
    }


def _rounds(sides: dict[str, Worker], budget: Budget) -> dict[str, list[float]]:
    steps = {}
    for name, worker in sides.items():
        rate = worker.ask("settle", seconds=budget.settle)["steps_per_second"]
        steps[name] = max(1, round(rate * budget.seconds))
    rounds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(budget.rounds):
        for name, worker in sides.items():
            time.sleep(0.1)  # the other side's idle threads stop spinning
            timed = worker.ask("run", steps=steps[name])
            rounds[name].append(timed["steps"] / timed["seconds"])
    return rounds
