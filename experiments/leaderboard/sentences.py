"""What the tables say, in sentences that are computed from the cells.

One sentence a board on who leads, and what holds across boards: averages, choices,
budgets, noise, judges, and runs that failed.
"""

import itertools
import json
import math
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import BUDGETS
from experiments.leaderboard.gains import average, choice, presets
from experiments.leaderboard.record import Result
from experiments.leaderboard.speeds import played
from experiments.leaderboard.standings import (
    below_floor,
    failures,
    is_collapsed,
    sampling_error,
    standings,
)
from experiments.leaderboard.trust import missed
from experiments.leaderboard.verdicts import amount, leaders
from experiments.spread import percent, shown_number
from wgan_jax.data.registry import DATASETS

_OTHER_MACHINE = 1.2  # times as fast: what one machine's noise does not explain
_FEWEST = 4  # members: the ranks of fewer say nothing
_ALIKE = (("gp", "lp"), ("gan", "nsgan"))  # one computation, another formula at its end


def sentences(results: Sequence[Result]) -> list[str]:
    """Everything that can be said of results.

    Args:
        results: of one preset.

    Returns:
        Sentences; none where there is no result.
    """
    boards = [board for board in BOARDS if any(r["board"] == board for r in results)]
    whole = [r for r in results if r["diverged"] is None and not is_collapsed(r)]
    said = [leaders(results, board) for board in boards]
    said += [average(whole, boards), choice(whole), presets(whole, boards)]
    said += [_budgets(results, boards), _across(results, boards)]
    said += [_speeds(results, boards)]
    said += [_noise(results, boards), _trust(results)]
    said += list(_below_floors(results, boards))
    said += [_failures(results, boards)]
    return [sentence for sentence in said if sentence]


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


def _speeds(results: Sequence[Result], boards: Sequence[str]) -> str:
    """How far measured speeds of equal work lie apart."""
    found: list[str] = []
    for board in boards:
        lines = standings(results, board, "clock")
        steps = {s.variant: s.steps for s in lines if s.steps}
        for pair in _ALIKE:
            if set(pair) <= set(steps):
                counts = [steps[variant] for variant in pair]
                apart = max(counts) / min(counts) - 1
                found.append(f"{board} {' and '.join(pair)} {percent(apart)}")
    if not found:
        return ""
    return (
        "Equal wall clock hangs on speeds that were measured once, and their error is "
        "in no spread over seeds: members that compute nearly the same made steps of "
        f"unequal number: {', '.join(found)}."
    )


def _across(results: Sequence[Result], boards: Sequence[str]) -> str:
    """How unequally fast the same training was on two boards: other machines."""
    rates: dict[str, dict[str, float]] = {}
    for board in boards:
        for line in standings(results, board, "clock"):
            if line.steps:
                shape = DATASETS[BOARDS[board].dataset].sample_shape
                game = played(board, line.variant, "tuned") | {"shape": shape}
                work = json.dumps(game, sort_keys=True)
                rates.setdefault(work, {})[board] = line.steps / BOARDS[board].seconds
    said: list[str] = []
    for slow, fast in itertools.permutations(boards, 2):
        ratios = [r[fast] / r[slow] for r in rates.values() if {slow, fast} <= set(r)]
        if ratios and statistics.median(ratios) > _OTHER_MACHINE:
            said.append(
                f"{fast} {min(ratios):.1f} to {max(ratios):.1f} times as many steps as "
                f"on {slow}"
            )
    if not said:
        return ""
    return (
        "Seconds are comparable within a board alone: the boards were timed on unlike "
        f"machines, and the same training made on {', and on '.join(said)}."
    )


def _trust(results: Sequence[Result]) -> str:
    """Where the order depends on the feature net."""
    if not (found := missed(results)):
        return ""
    return (
        "Where another feature net ranks the cells less alike than was wanted, an "
        f"order says less: {'; '.join(found)}."
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
        errors = [
            sampling_error(s, BOARDS[board].headline) / abs(s.headline)
            for s in lines
            if s.headline
        ]
        if spreads:
            words = f"{board} {percent(statistics.median(spreads))}"
            known = [error for error in errors if not math.isnan(error)]
            words += f" and {percent(statistics.median(known))}" if known else ""
            said.append(words)
    if not said:
        return ""
    return (
        "The two kinds of noise, medians over the members, as a share of the figure: "
        "standard deviation over seeds, and standard error by one run's finite samples"
        f" (none of counts): {'; '.join(said)}."
    )


def _below_floors(results: Sequence[Result], boards: Sequence[str]) -> Iterator[str]:
    """Where generated samples come nearer to the test split than real ones do."""
    for board in boards:
        name = BOARDS[board].headline
        lines = [s for budget in BUDGETS for s in standings(results, board, budget)]
        known = [s for s in lines if s.results and name in s.results[0]["floors"]]
        floors = [floor for s in known if (floor := below_floor(s, name)) is not None]
        if floors:
            yield (
                f"On {board} {len(floors)} of {len(known)} figures lie below the floor "
                f"({shown_number(floors[0])}): its test samples differ from the "
                "training samples by more than the members do, so that its order says "
                "little."
            )


def _failures(results: Sequence[Result], boards: Sequence[str]) -> str:
    found = [
        f"{board} {line.variant} after {amount(board, budget)} ({', '.join(words)})"
        for board in boards
        for budget in BUDGETS
        for line in standings(results, board, budget)
        if (words := failures(line))
    ]
    if not found:
        return "No run diverged, collapsed or copied its data." if results else ""
    return f"These failed: {'; '.join(found)}."
