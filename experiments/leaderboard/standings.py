"""From cells to standings: one line a member, over its seeds, best first."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.collapse import collapsed
from experiments.leaderboard.record import Result
from experiments.spread import least_difference, over_seeds
from wgan_jax.loop.evaluation.words import COPIES
from wgan_jax.metrics.registry import quantities

Place = tuple[str, str]  # checkpoint, weights
LAST = ("last", "ema")
NORMAL = 1.96  # standard errors in half a 95 % interval


class Standing(NamedTuple):
    """A member on a board.

    Attributes:
        variant: member of the family.
        results: a result a seed, those that did not diverge.
        diverged: how many seeds did.
        headline: of `LAST`, mean over the seeds; NaN where every seed diverged.
        spread: its standard deviation over the seeds; NaN of fewer than two.
    """

    variant: str
    results: tuple[Result, ...]
    diverged: int
    headline: float
    spread: float

    @property
    def steps(self) -> int | None:
        """Generator updates; None where every seed diverged."""
        return self.results[0]["budget_steps"] if self.results else None


def standings(results: Sequence[Result], board: str, budget: str) -> list[Standing]:
    """Every member that has a cell, the best first.

    Args:
        results: of one preset.
        board: a name of `BOARDS`.
        budget: a name of `BUDGETS`.
    """
    groups: dict[str, list[Result]] = {}
    for result in results:
        if (result["board"], result["budget"]) == (board, budget):
            groups.setdefault(result["variant"], []).append(result)
    name = BOARDS[board].headline
    lines = [_standing(variant, group, name) for variant, group in groups.items()]
    sign = 1.0 if quantities()[name].better == "lower" else -1.0
    # Not a number comes last, whichever direction is better.
    return sorted(lines, key=lambda s: (math.isnan(s.headline), sign * s.headline))


def _standing(variant: str, group: list[Result], name: str) -> Standing:
    whole = tuple(r for r in group if r["diverged"] is None)
    mean, spread = spread_of(whole, LAST, name)
    return Standing(variant, whole, len(group) - len(whole), mean, spread)


def spread_of(
    results: Sequence[Result], place: Place, name: str
) -> tuple[float, float]:
    """Mean and standard deviation of a number; NaN where there is none."""
    found = (number(result, place, name) for result in results)
    return over_seeds([value for value in found if value is not None])


def number(result: Result, place: Place, name: str) -> float | None:
    """One number of one cell; None where it was not measured."""
    checkpoint, weights = place
    return result["judged"][checkpoint][weights].get(name)


def inside_noise(first: Standing, other: Standing) -> bool | None:
    """Whether the seeds do not tell two members apart, see `spread.least_difference`.

    Returns:
        None where one of them has fewer than two seeds.
    """
    least = least_difference(*((s.spread, len(s.results)) for s in (first, other)))
    if math.isnan(least):
        return None
    return abs(first.headline - other.headline) <= least


def sampling_error(standing: Standing, name: str) -> float:
    """Standard error of a figure by its finite samples alone, mean over the seeds.

    Args:
        standing: of a member.
        name: its headline.

    Returns:
        From the 95 % intervals; NaN without, and of counts: drawing seen samples again
        never shows a mode that was not seen.
    """
    if quantities()[name].whole:
        return math.nan
    ends = [r["interval"] for r in standing.results if r["interval"] is not None]
    return over_seeds([(high - low) / 2 / NORMAL for low, high in ends])[0]


def below_floor(standing: Standing, name: str) -> float | None:
    """The floor, where a member's figure lies below it and lower is better."""
    if not standing.results or quantities()[name].better != "lower":
        return None
    floor = standing.results[0]["floors"].get(name)
    return floor if floor is not None and standing.headline < floor else None


def is_collapsed(result: Result) -> bool:
    """Whether the last checkpoint's averaged weights make too little."""
    return bool(collapsed(result["judged"]["last"]["ema"], result["floors"]))


def marks(standing: Standing) -> list[str]:
    """What has to be known of a line: failures, and that several devices made it."""
    found = failures(standing)
    devices = sorted({result.get("device", "?") for result in standing.results})
    if len(devices) > 1:  # a GPU's products are shorter: seeds are not all that differs
        found.append(f"a mean over {' and '.join(devices)}")
    return found


def failures(standing: Standing) -> list[str]:
    """How many of its runs diverged, collapsed or copied."""
    found: list[str] = []
    if standing.diverged:
        found.append(f"{standing.diverged} diverged")
    for word, seeds in (("collapsed", is_collapsed), ("copies", _copies)):
        count = sum(seeds(result) for result in standing.results)
        if count:
            found.append(f"{count} of {len(standing.results)} {word}")
    return found


def _copies(result: Result) -> bool:
    found: Any = number(result, LAST, "data_copying")
    return found is not None and found < COPIES
