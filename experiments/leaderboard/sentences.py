"""What the tables say, in sentences that are computed from the cells.

One sentence a board on who leads, and what holds across boards: averages, budgets,
noise, and runs that failed.
"""

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import BUDGETS
from experiments.leaderboard.record import Result
from experiments.leaderboard.standings import (
    LAST,
    Place,
    Standing,
    inside_noise,
    marks,
    number,
    spread_of,
    standings,
)
from experiments.spread import shown_number, with_spread
from wgan_jax.metrics.registry import quantities

_FEWEST = 4  # members: the ranks of fewer say nothing


def sentences(results: Sequence[Result]) -> list[str]:
    """Everything that can be said of results.

    Args:
        results: of one preset.

    Returns:
        Sentences; none where there is no result.
    """
    boards = [board for board in BOARDS if any(r["board"] == board for r in results)]
    whole = [r for r in results if r["diverged"] is None]
    said = [_leaders(results, board) for board in boards]
    said += [_average(whole), _choice(whole), _budgets(results, boards)]
    said += [_noise(results, boards), *_below_floors(results, boards)]
    said += [_failures(results, boards)]
    return [sentence for sentence in said if sentence]


def _leaders(results: Sequence[Result], board: str) -> str:
    """Who leads a board at each budget, and who cannot be told from the leader."""
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
    words = f"after {_amount(board, budget)} {best.variant} leads ({_title(board)} "
    told = [with_spread(best.headline, best.spread), *_missed_modes(best)]
    words += ", ".join([*told, *marks(best)]) + ")"
    if len(best.results) == 1 and others:
        return f"{words}, of one seed alone, so that nothing can be said"
    close = [line.variant for line in others if inside_noise(best, line)]
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


def _amount(board: str, budget: str) -> str:
    row = BOARDS[board]
    return f"{row.steps:,} steps" if budget == "steps" else f"{row.seconds:g} seconds"


def _title(board: str) -> str:
    title = quantities()[BOARDS[board].headline].title
    return title.replace("{net}", "FD")


def _average(whole: Sequence[Result]) -> str:
    better = _compared(whole, ("last", "raw"), LAST)
    if not better:
        return ""
    worse = sorted({r["variant"] for r, gain in better if gain < 0})
    median = statistics.median(gain for _, gain in better)
    words = (
        "The moving average of the weights is better than the last weights in "
        f"{sum(gain > 0 for _, gain in better)} of {len(better)} cells, by "
        f"{_percent(median)} at the median"
    )
    return f"{words}; not always for {', '.join(worse)}." if worse else f"{words}."


def _choice(whole: Sequence[Result]) -> str:
    gains = [gain for _, gain in _compared(whole, LAST, ("best", "ema"))]
    if not gains:
        return ""
    return (
        "Taking the best checkpoint in place of the last one, which looks at the test "
        f"split, makes a figure better by {_percent(statistics.median(gains))} at the "
        f"median and by {_percent(max(gains))} at most: a table of best checkpoints "
        "flatters by that much."
    )


def _compared(
    whole: Sequence[Result], before: Place, after: Place
) -> list[tuple[Result, float]]:
    """Each cell, and by which share of the first number the second one is better."""
    found: list[tuple[Result, float]] = []
    for r in whole:
        name = BOARDS[r["board"]].headline
        old, new = number(r, before, name), number(r, after, name)
        if old and new is not None:
            sign = 1.0 if quantities()[name].better == "lower" else -1.0
            found.append((r, sign * (old - new) / abs(old)))
    return found


def _budgets(results: Sequence[Result], boards: Sequence[str]) -> str:
    """How far the order depends on whether steps or seconds are equal."""
    from scipy import stats

    said: list[str] = []
    for board in boards:
        orders = [
            [s.variant for s in standings(results, board, budget) if s.results]
            for budget in BUDGETS
        ]
        common = [v for v in orders[0] if v in orders[1]]
        if len(common) < _FEWEST:
            continue
        # Places among the members that both tables have.
        second = [v for v in orders[1] if v in common]
        moves = {v: common.index(v) - second.index(v) for v in common}
        places = [second.index(v) for v in common]
        rank: Any = stats.spearmanr(range(len(common)), places)
        most = max(common, key=lambda v: moves[v])
        gained = f", {most} gains {moves[most]} places" if moves[most] > 1 else ""
        said.append(f"{board} {rank.statistic:.2f}{gained}")
    if not said:
        return ""
    return (
        "Equal time in place of equal steps changes the order of the members; rank "
        f"correlation of the two orders: {'; '.join(said)}."
    )


def _noise(results: Sequence[Result], boards: Sequence[str]) -> str:
    """How much seeds differ, beside what a set of samples leaves open."""
    said: list[str] = []
    for board in boards:
        lines = [s for budget in BUDGETS for s in standings(results, board, budget)]
        spreads = [
            s.spread / abs(s.headline)
            for s in lines
            if s.headline and not math.isnan(s.spread)
        ]
        halves = list(_half_intervals(lines))
        if spreads and halves:
            seeds, samples = map(statistics.median, (spreads, halves))
            said.append(f"{board} {_percent(seeds)} and {_percent(samples)}")
    if not said:
        return ""
    return (
        "The two kinds of noise, medians over the members, as a share of the figure: "
        "standard deviation over seeds, and half the 95 % interval of one run's samples"
        f": {'; '.join(said)}."
    )


def _below_floors(results: Sequence[Result], boards: Sequence[str]) -> Iterator[str]:
    """Where generated samples come nearer to the test split than real ones do."""
    for board in boards:
        name = BOARDS[board].headline
        lines = [s for budget in BUDGETS for s in standings(results, board, budget)]
        known = [s for s in lines if s.results and name in s.results[0]["floors"]]
        below = [s for s in known if s.headline < s.results[0]["floors"][name]]
        if below and quantities()[name].better == "lower":
            floor = shown_number(below[0].results[0]["floors"][name])
            yield (
                f"On {board} {len(below)} of {len(known)} figures lie below the floor "
                f"({floor}): its test samples differ from the training samples by more "
                "than the members do, so that its order says little."
            )


def _half_intervals(lines: Sequence[Standing]) -> Iterator[float]:
    for line in lines:
        for r in line.results:
            if r["interval"] is not None and line.headline:
                low, high = r["interval"]
                yield (high - low) / 2 / abs(line.headline)


def _failures(results: Sequence[Result], boards: Sequence[str]) -> str:
    found = [
        f"{board} {line.variant} after {_amount(board, budget)} ({', '.join(words)})"
        for board in boards
        for budget in BUDGETS
        for line in standings(results, board, budget)
        if (words := marks(line))
    ]
    if not found:
        return "No run diverged, collapsed or copied its data." if results else ""
    return f"These failed: {'; '.join(found)}."


def _percent(share: float) -> str:
    return f"{share:.0%}" if abs(share) >= 0.095 else f"{share:.1%}"
