"""Makes a cell: trains its run to the cell's step, and has it judged there.

A run folder serves both budgets: it is trained to the smaller number of steps, judged,
and goes on. Training gives the same bits whether it was interrupted or not. A run is
judged at its end alone, so that its best checkpoint is never one of later steps.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax

import wgan_jax
from experiments.leaderboard import cells
from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import Cell, Speeds
from experiments.leaderboard.judge import judge
from experiments.leaderboard.second_judges import other_references
from experiments.records import read_result
from wgan_jax import Config
from wgan_jax.artifacts.checkpoints import latest_step
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.errors import DivergedError
from wgan_jax.files import disk_errors, json_bytes, write_atomic
from wgan_jax.loop.stored_config import deciding


class Workplace(NamedTuple):
    """Where a leaderboard works.

    Attributes:
        runs: run folders and results.
        strips: rows of samples.
        second_judges: folder of weights of second feature nets, NET.safetensors.
    """

    runs: Path
    strips: Path
    second_judges: Path


def make_cells(
    wanted: Sequence[Cell], speeds: Speeds, place: Workplace
) -> Iterator[dict[str, Any]]:
    """Makes cells, but those that have a current result.

    Args:
        wanted: in order; the two budgets of a run one after the other.
        speeds: for the budgets of seconds.
        place: where to.

    Yields:
        Each new result, after it is on the disk.

    Raises:
        UserError: unknown names, data that are not there, speeds that are missing.
        ArtifactError: a result cannot be written.
        InterruptedRunError: training was stopped; the same command goes on.
    """
    for steps, cell in in_order(wanted, speeds):
        path = cells.result_path(cell, place.runs)
        if path.exists() and cells.is_current(read_result(path, cells.cell_of), speeds):
            continue
        result = make_cell(cell, steps, place)
        write_result(result, place.runs)
        yield result


def in_order(wanted: Sequence[Cell], speeds: Speeds) -> list[tuple[int, Cell]]:
    """Steps and cells, run by run and those of a run upwards: one run serves them all.

    Raises:
        UserError: a speed is missing.
    """
    by_run: dict[Cell, list[tuple[int, Cell]]] = {}
    for cell in wanted:
        steps = cells.steps_of(cell, speeds)
        by_run.setdefault(cell._replace(budget=""), []).append((steps, cell))
    return [each for todo in by_run.values() for each in sorted(todo)]


def write_result(result: dict[str, Any], runs: Path) -> None:
    """Keeps the result of a cell beside the run folders.

    Raises:
        ArtifactError: it cannot be written.
    """
    path = cells.result_path(cells.cell_of(result), runs)
    with disk_errors(f"write {path}", ADVICE):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, json_bytes(result))


def make_cell(cell: Cell, steps: int, place: Workplace) -> dict[str, Any]:
    """Trains and judges.

    Args:
        cell: which.
        steps: generator updates.
        place: where its run folder is.

    Returns:
        The cell's fields, how it was made, and what `judge` found; `diverged` is the
        reason where training ended before its last step.

    Raises:
        UserError: data or a second judge are not there: said before it trains.
    """
    start = time.process_time()
    other_references(cell.board, place.second_judges)  # refused before it trains
    folder = folder_for(steps, cells.run_dir(cell, place.runs))
    made = {
        "budget_steps": steps,
        "config": deciding(cell.config()),
        "version": wgan_jax.__version__,
        "jax": jax.__version__,
        "device": jax.devices()[0].device_kind,
        "diverged": None,
    }
    try:
        train_to(steps, cell, folder)
    except DivergedError as error:
        return cell._asdict() | made | {"diverged": str(error), "judged": {}}
    strip = place.strips / f"{cell.name}.png" if cell.is_shown else None
    found = judge(cell.board, folder, steps, strip, place.second_judges)
    seconds = round(time.process_time() - start, 1)
    return cell._asdict() | made | {"cpu_seconds": seconds} | found


def folder_for(steps: int, folder: Path) -> Path:
    """The folder to train in: another one where the run is past the step already.

    That is so when a speed was measured again and is lower, or a result was removed.
    """
    newest = latest_step(folder / "checkpoints")
    past = newest is not None and newest > steps
    return folder.with_name(f"{folder.name}-to-{steps}") if past else folder


def train_to(steps: int, cell: Cell, folder: Path, *, measured: bool = True) -> None:
    """Trains a run to a step that is not behind it, from wherever it stands.

    Args:
        steps: generator updates.
        cell: of the run.
        folder: of the run.
        measured: whether a new run is measured on the way: same bits, and later.
    """
    if latest_step(folder / "checkpoints") == steps:
        return
    board = BOARDS[cell.board]
    every = max(1, board.steps // board.measurements)
    if (folder / "config.json").exists():
        wgan_jax.resume(folder, steps=steps, quiet=True, devices=1)
        return
    config = cell.config()
    named = {name: value for name, value in vars(config).items() if value is not None}
    free = {
        "steps": steps,
        "run_dir": str(folder),
        "evaluate_every": every if measured else 0,
        "best": board.headline if measured else None,
        "sample_every": 0,
        "checkpoint_every": every,
        "keep": 2,  # the best one is kept besides
        "devices": 1,
        "quiet": True,
    }
    wgan_jax.train(Config(**{**named, **free}))
