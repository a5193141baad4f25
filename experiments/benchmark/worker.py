"""One side of a benchmark in a process of its own, driven over pipes.

    python -m experiments.benchmark.worker jax|torch STARTED THREADS

Requests and answers are JSON, one a line; `do` names a method of `Worker`, the rest are
its arguments: `open` builds a side and makes the first step, `settle` warms up, `run`
makes timed steps, `peak` measures the matrix product, `flops` asks XLA (our side
alone), `memory` reads peaks. An error is an answer too, {"error": ...}. The process
ends when its stdin is closed. What a library prints goes to stderr.
"""

import json
import os
import resource
import sys
import time
from typing import Any

import numpy as np


class Worker:
    """Answers requests about one game, which `open` builds."""

    def __init__(self, side: str, started: float) -> None:
        """For `jax` or `torch`; `started` is when the process was asked for."""
        self._side_name, self._started = side, started
        self._side: Any = None

    def open(
        self,
        config: dict[str, Any],
        data: str,
        threads: int,
        form: str | None = None,
        change: str | None = None,
    ) -> dict[str, Any]:
        """Imports a side, builds it and makes the first step.

        Args:
            config: fields of `Config` without blanks.
            data: the .npy file with the samples.
            threads: how many PyTorch may use.
            form: how PyTorch runs.
            change: what is other about our side than in a run.

        Returns:
            Seconds since the process was asked for, and what the side is.
        """
        samples = np.load(data)
        if self._side_name == "jax":
            from experiments.benchmark.side_jax import JaxSide

            imported = time.time()
            self._side = JaxSide(config, samples, change)
        else:
            from experiments.benchmark.side_torch import TorchSide

            imported = time.time()
            assert form is not None
            self._side = TorchSide(config, samples, form, threads)
        self._side.run(1)
        return {
            "import_seconds": imported - self._started,
            "first_step_seconds": time.time() - self._started,
            **self._side.description(),
        }

    def run(self, steps: int) -> dict[str, Any]:
        """Makes timed steps."""
        start = time.perf_counter()
        self._side.run(steps)
        seconds = time.perf_counter() - start
        return {"steps": steps, "seconds": seconds}

    def settle(self, seconds: float) -> dict[str, Any]:
        """Warms up for about this long, and finds the speed."""
        steps, rate, start = 1, 0.0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            timed = self.run(steps)
            rate = steps / timed["seconds"]
            self._side.set_speed(rate)
            steps = max(1, min(2 * steps, round(rate * seconds / 2)))
        return {"steps_per_second": rate}

    def peak(self, size: int, seconds: float) -> dict[str, Any]:
        """Measures the matrix product at the game's precision."""
        return {"flops_per_second": self._side.matrix_peak(size, seconds)}

    def flops(self) -> dict[str, Any]:
        """Asks XLA for the work of one step."""
        return {"flops": self._side.xla_flops()}

    def memory(self) -> dict[str, Any]:
        """Peak memory so far, in bytes."""
        scale = 1 if sys.platform == "darwin" else 1024  # macOS counts in bytes
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
        return {"peak_rss": peak, "peak_device": self._side.device_memory()}


def main() -> None:
    """Serves until stdin is closed."""
    side, started, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    # Libraries print to stdout too, so answers get a descriptor of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if cores and threads < len(cores):
        os.sched_setaffinity(0, cores[:threads])
    worker = Worker(side, started)
    for line in sys.stdin:
        print(json.dumps(answer(worker, line)), file=answers, flush=True)


def answer(worker: Worker, line: str) -> dict[str, Any]:
    """Does what one line asks for.

    Args:
        worker: whose method it names.
        line: the request, JSON.

    Returns:
        What the method returned, or the error that it raised, in one line.
    """
    try:
        request = json.loads(line)
        return getattr(worker, request.pop("do"))(**request)
    except Exception as error:  # the driver decides what a failure means
        words = " ".join(str(error).split())[:300]
        return {"error": f"{type(error).__name__}: {words}"}


if __name__ == "__main__":
    main()
