"""Cells of the table: what each is, in what order, and where its result is kept.

One JSON file a cell, written whole or not at all, so that a run can be killed at any
time and goes on where it stood.
"""

import functools
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.records import read_result
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.files import disk_errors, json_bytes, write_atomic

SEEDS = 3  # in few dimensions; one above
_FEW = 32
_EARLY = ("trivial", "cones", "sorted")  # rows whose cells come first


class Cell(NamedTuple):
    """One number of the table.

    Attributes:
        family: a name of `families.FAMILIES`.
        instance: `published` or `drawn-SEED`.
        dim: d.
        count: n.
        row: a name of `rows.ROWS`.
        seed: of the solver, not of the instance.
        budget: a name of `rows.BUDGETS`.
    """

    family: str
    instance: str
    dim: int
    count: int
    row: str
    seed: int
    budget: str

    @property
    def name(self) -> str:
        """What its file is called, without the ending."""
        return "-".join(str(part) for part in self)


def plan_cells(
    families: Sequence[str],
    rows: Sequence[str],
    seeds: Sequence[int],
    budget: str,
    instance: str | None = None,
) -> list[Cell]:
    """The cells of a run, the most telling first.

    Seed by seed; inside a seed the rows without training and the solvers come first,
    then the critics by growing dimension. Above 32 dimensions there is one seed.

    Args:
        families: names of families.
        rows: names of rows.
        seeds: of the solvers.
        budget: how long critics are trained.
        instance: for every family; its own by default.

    Returns:
        The cells in order.
    """
    from experiments.wasserstein_truth.families import FAMILIES
    from experiments.wasserstein_truth.rows import ROWS

    cells = [
        Cell(family, instance or FAMILIES[family].instance, *size, row, seed, budget)
        for family in families
        for size in FAMILIES[family].sizes
        for row in rows
        for seed in seeds
        if seed == 0 or size[0] <= _FEW
    ]
    return sorted(cells, key=functools.partial(_place, list(ROWS)))


def _place(order: list[str], cell: Cell) -> tuple:
    late = cell.row not in _EARLY
    size, row = (cell.dim, cell.count), order.index(cell.row)
    return (cell.seed, late, *((size, row) if late else (row, size)))


def shard_of(cells: Sequence[Cell], index: int, shards: int) -> list[Cell]:
    """The part of the cells that one of several processes makes."""
    return list(cells[index::shards])


def cell_of(result: dict[str, Any]) -> Cell:
    """Which cell a result is of.

    Raises:
        KeyError: it is no result.
    """
    return Cell(*(result[field] for field in Cell._fields))


# What results were made with before they carried the settings of their rows.
_ADAM = {"adam": [2e-4, 0.0, 0.9]}
_UNMARKED: dict[str, dict[str, Any]] = {
    "trivial": {},
    "cones": {"cones": 256},
    "sorted": {
        "low": 16,
        "few": {"hidden": 5, "group": 4},
        "many": {"hidden": 3, "group": 16},
    },
    "clip": _ADAM | {"limit": 0.04, "started_within": 0.04},
    "wgan": {"rmsprop": [5e-5, 0.99], "limit": 0.01},
    "sn-fixed": _ADAM | {"steps": 5},
    "sn": _ADAM | {"steps": 5},
    "gp": _ADAM | {"weight": 10.0},
    "lp": _ADAM | {"weight": 10.0, "one_sided": True},
    "gn": _ADAM | {"piecewise_linear": True},
}


def is_current(result: dict[str, Any]) -> bool:
    """Whether a row is still made with the result's steps, batch and settings."""
    from experiments.wasserstein_truth.rows import ROWS

    row = ROWS.get(result["row"])
    if row is None:
        return False
    settings = result.get("settings", _UNMARKED.get(result["row"]))
    made = result["steps"], result["batch"], settings
    return made == (row.steps[result["budget"]], row.batch, row.settings)


def make_cell(cell: Cell, steps: int | None = None) -> dict[str, Any]:
    """Fits and measures.

    Args:
        cell: which.
        steps: instead of the budget's; for tests.

    Returns:
        The cell's fields and its numbers, JSON-able.

    Raises:
        UserError: for unknown names, or published data that are not there.
    """
    import jax

    from experiments.wasserstein_truth.families import make_pair
    from experiments.wasserstein_truth.measure import measure
    from experiments.wasserstein_truth.rows import ROWS

    row = ROWS[cell.row]
    pair = make_pair(cell.family, cell.instance, cell.dim, cell.count)
    steps = steps or row.steps[cell.budget]
    # Of the whole name: no two cells share their samples.
    key = jax.random.fold_in(jax.random.key(cell.seed), zlib.crc32(cell.name.encode()))
    fit_key, test_key = jax.random.split(key)
    start = time.process_time()
    found = measure(pair, row.fit(pair, fit_key, steps, row.batch), test_key)
    seconds = round(time.process_time() - start, 1)
    spent = {"steps": steps, "batch": row.batch, "cpu_seconds": seconds}
    spent["jax"] = jax.__version__
    return cell._asdict() | spent | {"settings": row.settings} | found


def run_cells(cells: Sequence[Cell], folder: Path) -> Iterator[dict[str, Any]]:
    """Makes cells, but those that have a result in the folder.

    Args:
        cells: in order; `record.missing` leaves out those on record too.
        folder: where results are kept; made if need be.

    Yields:
        Each new result, after it is on the disk.

    Raises:
        ArtifactError: a result cannot be written.
        UserError: as `make_cell`.
    """
    with disk_errors(f"keep results in {folder}", ADVICE):
        folder.mkdir(parents=True, exist_ok=True)
    for cell in cells:
        path = folder / f"{cell.name}.json"
        # Once more for each: another process may have made it meanwhile.
        if path.exists() and is_current(read_result(path, cell_of)):
            continue
        result = make_cell(cell)
        with disk_errors(f"write {path}", ADVICE):
            write_atomic(path, json_bytes(result))
        yield result


def read_cells(folder: Path) -> list[dict[str, Any]]:
    """Reads every result in a folder.

    Raises:
        UserError: a file is no result.
    """
    return [read_result(path, cell_of) for path in sorted(folder.glob("*.json"))]
