"""Processes that make one side's steps, and where they run.

A process is asked over pipes and answers there (`worker`). This module knows neither
library, and does not know what is measured.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
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


class Setup(NamedTuple):
    """Where both sides run.

    Attributes:
        torch_python: the interpreter with PyTorch.
        threads: of either side.
        folder: for the samples.
    """

    torch_python: str
    threads: int
    folder: Path

    @contextlib.contextmanager
    def open(
        self,
        side: str,
        case: Case,
        form: str | None = None,
        change: str | None = None,
    ) -> Iterator[tuple[WorkerProcess, Answer]]:
        """Starts a worker that makes its first step; it ends with the block.

        Args:
            side: `jax` or `torch`.
            case: what.
            form: PyTorch's form.
            change: of our side, by its name in `changes`.

        Yields:
            The worker, and its answer to `open`.

        Raises:
            WorkerError: when it cannot make a step.
        """
        python = sys.executable if side == "jax" else self.torch_python
        data = str(write_samples(case.network, self.folder))
        request = {"data": data, "threads": self.threads, "form": form}
        request |= {"change": change}
        worker = WorkerProcess(side, python, self.threads, change)
        try:
            yield worker, worker.ask("open", config=case.config, **request)
        finally:
            worker.end()
