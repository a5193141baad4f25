"""Processes that make one side's steps, and where they run.

A process is asked over pipes and answers there (`worker`). This module knows neither
library, and does not know what is measured.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from experiments.benchmark import ROOT
from experiments.benchmark.cases import Case, write_samples
from experiments.benchmark.changes import environment

Answer = dict[str, Any]


class WorkerError(Exception):
    """A worker could not do what it was asked."""


class WorkerProcess:
    """A process of `experiments.benchmark.worker`, which makes one side's steps."""

    def __init__(
        self, side: str, python: str, threads: int, change: str | None = None
    ) -> None:
        """Starts it, with the flags of a change."""
        words = [python, "-m", "experiments.benchmark.worker"]
        self._process = subprocess.Popen(
            [*words, side, repr(time.time()), str(threads)],
            cwd=ROOT,
            env=environment(change),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, do: str, **request: Any) -> Answer:
        """Sends a request and waits for its answer.

        Raises:
            WorkerError: with the worker's error.
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

    def end(self) -> None:
        """Ends the process, whatever it does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        # A request that the process never read is flushed here, and has no reader.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()


class Job(NamedTuple):
    """What a worker is opened for.

    Attributes:
        side: `jax` or `torch`.
        case: what it plays.
        form: PyTorch's form.
        change: of our side, by its name in `changes`.
    """

    side: str
    case: Case
    form: str | None = None
    change: str | None = None


class Opened(NamedTuple):
    """A worker that has made its first step, and its answer to `open`."""

    worker: WorkerProcess
    answer: Answer


class Setup(NamedTuple):
    """Where both sides run.

    Attributes:
        torch_python: the interpreter with PyTorch.
        threads: of either side.
        folder: for the samples.
        at_once: how many workers compile at the same time. Steps are timed one worker
            after the other whatever it is, times to a first step only where it is 1.
    """

    torch_python: str
    threads: int
    folder: Path
    at_once: int = 1

    @contextlib.contextmanager
    def open(self, job: Job) -> Iterator[Opened]:
        """Starts a worker that makes its first step; it ends with the block.

        Raises:
            WorkerError: when it cannot make a step.
        """
        python = sys.executable if job.side == "jax" else self.torch_python
        data = str(write_samples(job.case.network, self.folder))
        request = {"data": data, "threads": self.threads, "form": job.form}
        request |= {"change": job.change, "config": job.case.config}
        worker = WorkerProcess(job.side, python, self.threads, job.change)
        try:
            answer = worker.ask("open", **request)
            if self.at_once > 1:  # beside others, which is not what a user waits for
                answer |= {"import_seconds": None, "first_step_seconds": None}
            yield Opened(worker, answer)
        finally:
            worker.end()

    @contextlib.contextmanager
    def open_all(self, jobs: Sequence[Job]) -> Iterator[list[Opened | WorkerError]]:
        """Starts a worker for each job, `at_once` at a time; they end with the block.

        Yields:
            The workers in the order of the jobs; in place of one that cannot make a
            step, its error.
        """
        for job in jobs:
            write_samples(job.case.network, self.folder)  # once, not by every worker
        with contextlib.ExitStack() as stack:

            def enter(job: Job) -> Opened | WorkerError:
                try:
                    return stack.enter_context(self.open(job))
                except WorkerError as error:
                    return error

            with ThreadPoolExecutor(self.at_once) as pool:
                opened = list(pool.map(enter, jobs))
            yield opened
