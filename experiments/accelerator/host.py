"""What the host does for 1,000 steps while the device computes, in CPU-seconds."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from experiments.accelerator.checks import Check
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.data import batch_indices
from wgan_jax.loop.rows import first_divergence, rows_of

DISPATCHES, STEPS = 10, 100
METRICS = ("critic_loss", "generator_loss", "wasserstein_estimate", "score_magnitude")
MOST = 0.5  # CPU-seconds; a GPU that makes 2,000 steps a second leaves half a second


def check(variants: list[str], networks: list[str]) -> Iterator[Check]:
    """Measures each part; fails where all of them would keep a GPU waiting."""
    random = np.random.default_rng(0)
    metrics = {n: random.standard_normal(STEPS).astype(np.float32) for n in METRICS}
    rows = rows_of(0, STEPS, metrics)
    finite = {"generator": True, "critic": True}
    with tempfile.TemporaryDirectory() as folder:
        log = MetricsLog(RunFolder.create(Path(folder) / "run", {"seed": 0}))
        parts: dict[str, Callable[[], object]] = {
            "indices of batches": _indices,
            "arrays of metrics to rows": lambda: rows_of(0, STEPS, metrics),
            "search for what is not finite": lambda: first_divergence(rows, finite),
            "metrics.jsonl and TensorBoard": lambda: log.write(rows),
        }
        seconds = {name: _cpu_seconds(part) for name, part in parts.items()}
        log.close()
    told = ", ".join(f"{name} {1e3 * s:.1f} ms" for name, s in seconds.items())
    total = sum(seconds.values())
    steps = DISPATCHES * STEPS
    yield Check(total < MOST, f"host, CPU time for {steps:,} steps: {told}")


def _indices() -> None:
    for step in range(STEPS):
        batch_indices(0, 60_000, step * 5 * 64, (5, 64))


def _cpu_seconds(part: Callable[[], object]) -> float:
    part()
    begin = time.process_time()
    for _ in range(DISPATCHES):
        part()
    return time.process_time() - begin
