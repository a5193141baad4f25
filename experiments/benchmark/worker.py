"""One side of a benchmark in a process of its own, driven over pipes.

    python -m experiments.bench_worker jax|torch

Requests and answers are JSON, one a line: `open` builds and makes the first step, `run`
makes timed steps, `peak` measures the matrix product, `flops` asks XLA, `close` ends.
An error is an answer too. What a library prints goes to stderr.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np


class Worker:
    """Answers requests; keeps one game."""

    def __init__(self, side: str, started: float) -> None:
        """For `jax` or `torch`; `started` is when the process was asked for."""
        self._side, self._started = side, started
        self._player: Any = None

    def open(
        self, config: dict[str, Any], data: str, threads: int, form: str | None = None
    ) -> dict[str, Any]:
        """Imports, builds, and makes the first step."""
        samples = np.load(data)
        if self._side == "jax":
            from experiments import bench_jax

            imported = time.time()
            self._player = bench_jax.Player(config, samples)
        else:
            from experiments import bench_torch

            imported = time.time()
            assert form is not None
            self._player = bench_torch.Player(config, samples, form, threads)
        self._player.run(1)
        return {
            "import_seconds": imported - self._started,
            "first_step_seconds": time.time() - self._started,
            **self._player.description(),
        }

    def run(self, steps: int) -> dict[str, Any]:
        """Makes timed steps."""
        start = time.perf_counter()
        self._player.run(steps)
        seconds = time.perf_counter() - start
        return {"steps": steps, "seconds": seconds}

    def settle(self, seconds: float) -> dict[str, Any]:
        """Warms up for about this long, and finds the pace."""
        steps, rate, start = 1, 0.0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            timed = self.run(steps)
            rate = steps / timed["seconds"]
            self._player.pace(rate)
            steps = max(1, min(2 * steps, round(rate * seconds / 2)))
        return {"steps_per_second": rate}

    def peak(self, size: int, seconds: float) -> dict[str, Any]:
        """Measures the matrix product."""
        if self._side == "jax":
            from experiments.bench_jax import matrix_peak
        else:
            from experiments.bench_torch import matrix_peak
        return {"flops_per_second": matrix_peak(size, seconds)}

    def flops(self) -> dict[str, Any]:
        """Asks XLA for the work of one step."""
        return {"flops": self._player.compiled_flops()}

    def memory(self) -> dict[str, Any]:
        """Peak memory so far, in bytes."""
        scale = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
        return {"peak_rss": peak, "peak_device": self._player.device_memory()}


def main() -> None:
    """Serves until the pipe closes."""
    side, started, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    # Libraries print to stdout too, so answers get a descriptor of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if cores and threads < len(cores):
        os.sched_setaffinity(0, cores[:threads])
    worker = Worker(side, started)
    for line in sys.stdin:
        answer = _answer(
            getattr(worker, (request := json.loads(line)).pop("do")), request
        )
        print(json.dumps(answer), file=answers, flush=True)


def _answer(method: Callable[..., Any], request: dict[str, Any]) -> dict[str, Any]:
    try:
        return method(**request)
    except Exception as error:  # the driver decides what a failure means
        words = " ".join(str(error).split())[:300]
        return {"error": f"{type(error).__name__}: {words}"}


if __name__ == "__main__":
    main()
