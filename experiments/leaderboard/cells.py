"""Cells of the table: what each is, in what order, and where its result is kept.

One JSON file a cell, written whole or not at all, beside the run folders, so
that a run can be killed at any time and goes on where it stood.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.leaderboard.boards import BOARDS, board_config
from experiments.records import is_same_config, is_same_net, read_result
from wgan_jax.config import ResolvedConfig
from wgan_jax.errors import UserError
from wgan_jax.loop.stored_config import deciding

Speeds = Mapping[str, float]  # `speed_name` -> generator updates per second
BUDGETS = ("steps", "clock")  # equally many generator steps, or equally long


class Cell(NamedTuple):
    """One line of a table, for one seed.

    Attributes:
        board: a name of `boards.BOARDS`.
        variant: member of the family.
        seed: of the run.
        budget: a name of `BUDGETS`.
        preset: whose defaults, `tuned` or `paper`.
    """

    board: str
    variant: str
    seed: int
    budget: str
    preset: str = "tuned"

    @property
    def name(self) -> str:
        """How files and messages call it."""
        return "-".join(str(part) for part in self)

    @property
    def is_shown(self) -> bool:
        """Whether its samples are in the picture: one run a member, at equal steps."""
        return self.seed == 0 and self.budget == "steps"

    def config(self) -> ResolvedConfig:
        """What is trained, without blanks and without a number of steps."""
        return board_config(self.board, self.variant, self.seed, self.preset)


def plan_cells(
    boards: Sequence[str],
    variants: Mapping[str, Sequence[str]],
    seeds: Sequence[int],
    budgets: Sequence[str],
    preset: str = "tuned",
) -> list[Cell]:
    """The cells of a run, the most telling first: seed by seed, board by board.

    Args:
        boards: names of boards.
        variants: board -> the members that play it.
        seeds: of the runs.
        budgets: names of `BUDGETS`.
        preset: whose defaults.

    Returns:
        The cells in order.
    """
    return [
        Cell(board, variant, seed, budget, preset)
        for seed in seeds
        for board in boards
        for variant in variants[board]
        for budget in budgets
    ]


def shard_of(cells: Sequence[Cell], index: int, shards: int) -> list[Cell]:
    """The part that one of several processes makes; a run belongs to one of them."""
    runs = list(dict.fromkeys(cell._replace(budget="") for cell in cells))
    mine = set(runs[index::shards])
    return [cell for cell in cells if cell._replace(budget="") in mine]


def steps_of(cell: Cell, speeds: Speeds) -> int:
    """How many generator updates the budget of a cell allows.

    Args:
        cell: which.
        speeds: as `speeds.read_speeds` gives them.

    Raises:
        UserError: the speed of this member has not been measured.
    """
    board = BOARDS[cell.board]
    if cell.budget == "steps":
        return board.steps
    speed = speeds.get(speed_name(cell.board, cell.variant, cell.preset))
    if speed is None:
        raise UserError(
            f"{cell.name} trains for {board.seconds:g} seconds, but the speed of "
            f"{cell.variant} on {cell.board} is not on file: run `python -m "
            "experiments.leaderboard speeds` on a machine that does nothing else."
        )
    return max(1, round(board.seconds * speed))


def speed_name(board: str, variant: str, preset: str) -> str:
    """How a speed is called on file."""
    return f"{board}-{variant}-{preset}"


def run_dir(cell: Cell, runs: Path) -> Path:
    """The folder of a cell's run, the same for both budgets.

    Its name changes with anything that the numbers of the run depend on: another
    version of a preset never goes on where an older one stood.
    """
    text = json.dumps(deciding(cell.config()), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    name = f"{cell.variant}-{cell.preset}-seed{cell.seed}-{digest}"
    return runs / cell.board / name


def result_path(cell: Cell, runs: Path) -> Path:
    """Where the result of a cell is kept."""
    return runs / f"{cell.name}.json"


def cell_of(result: Mapping[str, Any]) -> Cell:
    """Which cell a result is of.

    Raises:
        KeyError: it is no result.
    """
    return Cell(*(result[field] for field in Cell._fields))


def is_current(result: Mapping[str, Any], speeds: Speeds) -> bool:
    """Whether the cell would still be made in the same way."""
    cell = cell_of(result)
    try:
        now, steps = deciding(cell.config()), steps_of(cell, speeds)
        # No net judges points, nor a run that diverged.
        same = is_same_config(result["config"], now)
        same = same and is_same_net(result.get("features"))
        return same and result["budget_steps"] == steps
    except (UserError, KeyError):  # a member, a board, a speed or a field that is gone
        return False


def read_results(runs: Path) -> list[dict[str, Any]]:
    """Reads every result below a folder.

    Raises:
        UserError: a file is no result.
    """
    return [read_result(path, cell_of) for path in sorted(runs.glob("*.json"))]
