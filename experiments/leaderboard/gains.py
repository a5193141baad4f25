"""What averaging weights, choosing checkpoints and choosing presets are worth."""

import statistics
from collections.abc import Sequence

from experiments.benchmark import ROOT
from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import BUDGETS
from experiments.leaderboard.record import Result
from experiments.leaderboard.standings import LAST, Place, number, standings
from experiments.spread import percent
from wgan_jax.metrics.registry import quantities

_TRIALS = ROOT / "experiments" / "results"  # tuning-BOARD.json


def average(whole: Sequence[Result], boards: Sequence[str]) -> str:
    """Averaged weights against the last ones.

    Args:
        whole: results of runs that neither diverged nor collapsed.
        boards: names of boards.

    Returns:
        A sentence; "" where there is nothing to compare.
    """
    better = _compared(whole, ("last", "raw"), LAST)
    if not better:
        return ""
    medians = [
        f"{board} {percent(statistics.median(mine))}"
        for board in boards
        if (mine := [gain for r, gain in better if r["board"] == board])
    ]
    gains: dict[str, list[float]] = {}
    for r, gain in better:
        gains.setdefault(r["variant"], []).append(gain)
    worse = sorted(v for v, mine in gains.items() if statistics.median(mine) < 0)
    words = (
        "The moving average of the weights is better than the last weights in "
        f"{sum(gain > 0 for _, gain in better)} of {len(better)} cells that did not "
        f"collapse; at the median: {', '.join(medians)}"
    )
    return (
        f"{words}; worse more often for {', '.join(worse)}." if worse else f"{words}."
    )


def choice(whole: Sequence[Result]) -> str:
    """The best checkpoint against the last one; as `average`."""
    gains = [gain for _, gain in _compared(whole, LAST, ("best", "ema"))]
    if not gains:
        return ""
    return (
        "Taking the best checkpoint in place of the last one, which looks at the test "
        f"split, makes the figure better in {sum(gain > 0 for gain in gains)} of "
        f"{len(gains)} cells that did not collapse, by {percent(max(gains))} at most: "
        "a table of best checkpoints flatters by that much. It makes it worse in "
        f"{sum(gain < 0 for gain in gains)}, where fewer samples made the choice, and "
        "leaves the others, whose last is their best."
    )


def presets(whole: Sequence[Result], boards: Sequence[str]) -> str:
    """What choosing presets by a board's own figure gave them there; as `average`."""
    tuned = [b for b in boards if (_TRIALS / f"tuning-{b}.json").exists()]
    better = total = 0
    for board in tuned:
        for budget in BUDGETS:
            for line in standings(whole, board, budget):
                name = BOARDS[board].headline
                found = {r["seed"]: number(r, LAST, name) for r in line.results}
                values = {seed: v for seed, v in found.items() if v is not None}
                first, others = values.pop(0, None), list(values.values())
                if first is None or not others:
                    continue
                sign = 1.0 if quantities()[name].better == "lower" else -1.0
                better += sign * (statistics.fmean(others) - first) > 0
                total += 1
    if not total:
        return ""
    return (
        f"The presets were chosen on {', '.join(tuned)} by the same figure, mostly on "
        f"seed 0: it is better than the mean of the other seeds in {better} of {total} "
        "lines there; half would be chance."
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
