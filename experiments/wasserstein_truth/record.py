"""The one file of the repository that holds every cell, and the published table."""

import csv
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.records import add_to_record, read_record
from experiments.wasserstein_truth import RECORD
from experiments.wasserstein_truth.cells import (
    Cell,
    cell_of,
    is_current,
    read_cells,
)

Result = dict[str, Any]
Means = dict[str, float]
# Reprinted from metrics/metrics_nd/**/metrics_deg_8_seed_2.csv of
# justkolesov/Wasserstein1Benchmark, commit 359d2b1, two digits.
PUBLISHED = Path(__file__).with_name("published.csv")


def collect(folder: Path, record: Path = RECORD) -> Path:
    """Puts the cells of a folder into the record; cells only in the record stay.

    Args:
        folder: of the cells.
        record: the file.

    Returns:
        The file.

    Raises:
        UserError: a file of either is no result.
        ArtifactError: the record cannot be written.
    """
    return add_to_record(record, read_cells(folder), cell_of, is_current)


def missing(cells: Sequence[Cell], folder: Path, record: Path = RECORD) -> list[Cell]:
    """The cells with a result neither on record nor in a folder, in their order.

    A result of other steps, of another batch or of other settings than the row's is
    none.

    Args:
        cells: those wanted.
        folder: of the cells made here.
        record: of those made anywhere.

    Raises:
        UserError: a file of either is no result.
    """
    results = [*read_record(record, cell_of), *read_cells(folder)]
    done = {cell_of(result) for result in results if is_current(result)}
    return [cell for cell in cells if cell not in done]


def over_seeds(results: list[Result]) -> Means:
    """The means of results that differ by their seeds, and how many they are.

    `cos_spread` is the standard deviation of cos over the seeds; 0 for one seed.
    """
    names = [
        name
        for name, value in results[0].items()
        if isinstance(value, float) and name != "cpu_seconds"
    ]
    means = {name: statistics.fmean(r[name] for r in results) for name in names}
    cosines = [r["cos"] for r in results]
    spread = statistics.stdev(cosines) if len(cosines) > 1 else 0.0
    return means | {"seeds": len(results), "cos_spread": spread}


def read_published(path: Path = PUBLISHED) -> dict[tuple[int, int], dict[str, float]]:
    """Reads the published table: (d, n) -> `w1`, `gp_cos`, `gp_l2`, `gp_value`, ..."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        (int(row["d"]), int(row["n"])): {
            name: float(value) for name, value in row.items() if name not in ("d", "n")
        }
        for row in rows
    }
