"""Second opinions anew: cells on record, judged by second nets of other weights.

The runs are trained again, to the same bits and without measuring on the way, which
takes half as long. That the bits are the same is seen by the headline of the last
checkpoint: where it is not the recorded one, the cell stays as it is.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from experiments.leaderboard import cells
from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import Cell, Speeds
from experiments.leaderboard.judge import headline_rows, measure_side, sides_of
from experiments.leaderboard.play import (
    Workplace,
    folder_for,
    in_order,
    train_to,
    write_result,
)
from experiments.leaderboard.real_samples import real_side
from experiments.leaderboard.second_judges import (
    SECOND,
    other_references,
    second_opinions,
)
from wgan_jax import load_trained
from wgan_jax.artifacts.checkpoints import latest_step
from wgan_jax.errors import DivergedError

_SAME = 1e-5  # relative: records keep six digits


def rejudge(
    results: Sequence[dict[str, Any]], speeds: Speeds, place: Workplace
) -> Iterator[tuple[Cell, dict[str, Any] | None]]:
    """Asks the second judges about cells that others have judged.

    Args:
        results: current ones, of any boards.
        speeds: for the budgets of seconds.
        place: where the weights are, and where to train and to keep the results.

    Yields:
        Each cell with its new result, kept on the disk; None in place of it where
        this processor trains to other bits.

    Raises:
        UserError: data or a second judge are not there.
        ArtifactError: a result cannot be written.
        InterruptedRunError: training was stopped; the same command goes on.
    """
    old = {cells.cell_of(result): result for result in results}
    todo = [cell for cell, result in old.items() if is_of_others(result, place)]
    for steps, cell in in_order(todo, speeds):
        result = _judged_again(old[cell], steps, cell, place)
        if result is not None:
            write_result(result, place.runs)
        yield cell, result


def is_of_others(result: dict[str, Any], place: Workplace) -> bool:
    """Whether the second net that judged a cell is not the one of the folder."""
    if result["diverged"] is not None or SECOND not in result["judges"]:
        return False
    net = other_references(result["board"], place.second_judges)[SECOND].net
    assert net is not None
    return result["judges"][SECOND]["sha256"] != net.sha256


def _judged_again(
    result: dict[str, Any], steps: int, cell: Cell, place: Workplace
) -> dict[str, Any] | None:
    folder = cells.run_dir(cell, place.runs)
    if latest_step(folder / "checkpoints") != steps:
        folder = folder_for(steps, cells.run_dir(cell, place.runs / "not-measured"))
        try:
            train_to(steps, cell, folder, measured=False)
        except DivergedError:  # the one on record did not
            return None
    reference, _ = real_side(cell.board)
    side = sides_of(load_trained(folder, steps), reference)["ema"]
    headline = BOARDS[cell.board].headline
    found = measure_side(side, reference, headline_rows(cell.board))[headline]
    recorded = result["judged"]["last"]["ema"][headline]
    if abs(found - recorded) > _SAME * abs(recorded):
        return None
    opinions = second_opinions(cell.board, side.samples, place.second_judges)
    return {**result, "judges": opinions}
