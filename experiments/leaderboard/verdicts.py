"""Who leads a board, and who cannot be told from the leader."""

import math
from collections.abc import Sequence

from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import BUDGETS
from experiments.leaderboard.record import Result
from experiments.leaderboard.standings import (
    LAST,
    Standing,
    below_floor,
    inside_noise,
    marks,
    spread_of,
    standings,
)
from experiments.leaderboard.trust import JUDGES, called, first_under
from experiments.spread import shown_number, with_spread
from wgan_jax.metrics.registry import quantities


def leaders(results: Sequence[Result], board: str) -> str:
    """Who leads a board at each budget, and who cannot be told from the leader.

    Args:
        results: of one preset.
        board: a name of `BOARDS`.

    Returns:
        A sentence; "" where there is no number.
    """
    parts = [
        words
        for budget in BUDGETS
        if (words := verdict(standings(results, board, budget), board, budget))
    ]
    return f"**{board}**: {'; '.join(parts)}." if parts else ""


def verdict(lines: Sequence[Standing], board: str, budget: str) -> str:
    """Which member leads, and which differences are inside the noise of the seeds.

    Args:
        lines: of one budget, the best first.
        board: a name of `BOARDS`.
        budget: a name of `BUDGETS`.

    Returns:
        A part of a sentence; "" where no member has a number.
    """
    known = [line for line in lines if line.results]
    if not known:
        return ""
    best, others = known[0], known[1:]
    after, name = f"after {amount(board, budget)}", BOARDS[board].headline
    if (floor := below_floor(best, name)) is not None:
        count = sum(below_floor(line, name) is not None for line in known)
        return (
            f"{after} none leads: {count} of {len(known)} members lie below the floor "
            f"({shown_number(floor)})"
        )
    words = f"{after} {best.variant} leads ({_title(board)} "
    told = [with_spread(best.headline, best.spread), *_missed_modes(best)]
    words += ", ".join([*told, *marks(best), *_other_judges(known, board)]) + ")"
    if len(best.results) == 1 and others:
        return f"{words}, of one seed alone, so that nothing can be said"
    close = [_with_missed(line) for line in others if inside_noise(best, line)]
    unknown = [line.variant for line in others if inside_noise(best, line) is None]
    if close:
        words += f", not told from it by the seeds: {', '.join(close)}"
    if unknown:
        names = "all others" if len(unknown) == len(others) else ", ".join(unknown)
        words += f"; of one seed alone, so that nothing can be said: {names}"
    if not close and not unknown and others:
        words += f", ahead of {others[0].variant} and all others by more than the noise"
    return words


def _missed_modes(line: Standing) -> list[str]:
    """Points can lie well at few modes."""
    reached, _ = spread_of(line.results, LAST, "modes")
    there = line.results[0]["floors"].get("modes", math.nan)
    missed = reached < there  # False where there are no modes
    return [f"{shown_number(reached)} of {there:g} modes"] if missed else []


def _with_missed(line: Standing) -> str:
    missed = _missed_modes(line)
    return f"{line.variant} ({missed[0]})" if missed else line.variant


def _other_judges(known: Sequence[Standing], board: str) -> list[str]:
    """Whom the other feature nets put first, where it is another member."""
    if BOARDS[board].headline != "frechet_distance":
        return []
    firsts: dict[str, list[str]] = {}
    for judge in JUDGES:
        if (first := first_under(known, judge)) not in (None, known[0].variant):
            firsts.setdefault(first, []).append(called(judge))
    return [f"by {' and '.join(judges)} {v} does" for v, judges in firsts.items()]


def amount(board: str, budget: str) -> str:
    """A budget in words."""
    row = BOARDS[board]
    return f"{row.steps:,} steps" if budget == "steps" else f"{row.seconds:g} seconds"


def _title(board: str) -> str:
    title = quantities()[BOARDS[board].headline].title
    return title.replace("{net}", "FD")
