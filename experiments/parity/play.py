"""Trains a cell on its side, and judges the raw weights at every checkpoint."""

import functools
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

import wgan_jax
from experiments.leaderboard.real_samples import reference_of
from experiments.parity.cells import (
    OURS,
    Cell,
    cell_of,
    checkpoints,
    is_current,
    result_path,
)
from experiments.parity.sides import Side, open_side, start_of
from experiments.records import read_result
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.data import Dataset, load
from wgan_jax.files import disk_errors, json_bytes, write_atomic
from wgan_jax.loop.evaluation.floors import measure_floors
from wgan_jax.loop.evaluation.measure import measure
from wgan_jax.loop.evaluation.reference import Reference
from wgan_jax.loop.stored_config import deciding
from wgan_jax.metrics.registry import METRICS

FRECHET = METRICS["frechet_distance"]


@functools.lru_cache(maxsize=1)
def _judge_of(dataset: str) -> tuple[Dataset, Reference, float]:
    data = load(dataset)
    reference = reference_of(data)
    return data, reference, measure_floors(reference, [FRECHET])[FRECHET.name]


def judge(images: np.ndarray, reference: Reference) -> float:
    """The Frechet distance of generated images, as on the leaderboard."""
    comparison = reference.compared_with(reference.side(images))
    values, _ = measure(comparison, reference.offered, [FRECHET])
    return values[FRECHET.name]


def make_cell(cell: Cell, threads: int) -> dict[str, Any]:
    """Trains and judges.

    Args:
        cell: which.
        threads: of PyTorch.

    Returns:
        The cell's fields; `curve`, pairs of step and Frechet distance; `diverged`, the
        checkpoint at which weights were not finite, or None; `floor`, `count`, `split`
        and `features` of the judge; `config`, `versions` and `cpu_seconds`.

    Raises:
        UserError: data or PyTorch are not there.
    """
    begin = time.process_time()
    dataset, reference, floor = _judge_of(cell.dataset)
    start = start_of(cell, dataset)
    side = open_side(cell.side, start, dataset.train, threads)
    curve, diverged = _train(side, cell.steps, reference)
    net = reference.net
    assert net is not None
    return cell._asdict() | {
        "curve": curve,
        "diverged": diverged,
        "floor": floor,
        "count": reference.count,
        "split": reference.split,
        "features": {"name": net.name, "sha256": net.sha256},
        "config": deciding(cell.config()),
        "versions": _versions(cell.side),
        "cpu_seconds": round(time.process_time() - begin, 1),
    }


def _train(
    side: Side, steps: int, reference: Reference
) -> tuple[list[tuple[int, float]], int | None]:
    curve: list[tuple[int, float]] = []
    made = 0
    for step in checkpoints(steps):
        side.run(step - made)
        made = step
        if not all(math.isfinite(np.sum(array)) for array in side.weights()):
            return curve, step
        curve.append((step, judge(side.sample(reference.count), reference)))
    return curve, None


def _versions(side: str) -> dict[str, str]:
    if side == OURS:
        device = jax.devices()[0].device_kind
        versions = {"wgan_jax": wgan_jax.__version__, "jax": jax.__version__}
        return {**versions, "device": device}
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"
    return {"torch": torch.__version__, "device": device}


def make_cells(
    wanted: Sequence[Cell], runs: Path, threads: int
) -> Iterator[dict[str, Any]]:
    """Makes cells, but those that have a current result in the folder.

    Args:
        wanted: in order.
        runs: where results are kept; made if need be.
        threads: of PyTorch.

    Yields:
        Each new result, after it is on the disk.

    Raises:
        UserError: as `make_cell`.
        ArtifactError: a result cannot be written.
    """
    with disk_errors(f"keep results in {runs}", ADVICE):  # before hours of training
        runs.mkdir(parents=True, exist_ok=True)
    for cell in wanted:
        path = result_path(cell, runs)
        # Once more for each: another process may have made it meanwhile.
        if path.exists() and is_current(read_result(path, cell_of)):
            continue
        result = make_cell(cell, threads)
        with disk_errors(f"write {path}", ADVICE):
            write_atomic(path, json_bytes(result))
        yield result
