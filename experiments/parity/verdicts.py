"""Compares the sides: is FD the same, and how long does either take to reach one?

It reads results as `play.make_cell` returns them, and trains nothing.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from experiments.parity.cells import OURS, TORCH
from experiments.spread import ERRORS, error_of_difference, over_seeds

Result = Mapping[str, Any]
Curve = Sequence[tuple[int, float]]
INSIDE, OUTSIDE, UNKNOWN = "inside", "outside", "too few seeds"


class Spread(NamedTuple):
    """One number of one side, over the seeds.

    Attributes:
        values: of the seeds that have one, in their order.
        missing: how many seeds ran and have none.
    """

    values: tuple[float, ...]
    missing: int = 0

    @property
    def ran(self) -> int:
        """How many seeds ran."""
        return len(self.values) + self.missing

    @property
    def mean(self) -> float:
        """Of the values; NaN of none."""
        return over_seeds(self.values)[0]

    @property
    def deviation(self) -> float:
        """Standard deviation; NaN of fewer than two."""
        return over_seeds(self.values)[1]


class Verdict(NamedTuple):
    """Both sides of a member after their last step.

    Attributes:
        variant: member of the family.
        ours: Frechet distances; missing are seeds that diverged.
        torch: PyTorch's.
    """

    variant: str
    ours: Spread
    torch: Spread

    @property
    def difference(self) -> float:
        """Our mean less PyTorch's: below 0 ours is better."""
        return self.ours.mean - self.torch.mean

    @property
    def allowed(self) -> float:
        """Two standard errors of the difference; NaN where a side has one seed."""
        sides = (self.ours, self.torch)
        error = error_of_difference(*((s.deviation, len(s.values)) for s in sides))
        return ERRORS * error

    @property
    def word(self) -> str:
        """`inside` where the means differ by no more than is allowed.

        `too few seeds` also while one diverged and the sides ran unequal numbers.
        """
        gone = self.ours.missing, self.torch.missing
        if gone[0] != gone[1]:
            if self.ours.ran != self.torch.ran:  # the other side's may diverge yet
                return UNKNOWN
            return f"{OUTSIDE}: {gone[0]} of ours, {gone[1]} of PyTorch's diverged"
        if math.isnan(self.allowed):
            return UNKNOWN
        return INSIDE if abs(self.difference) <= self.allowed else OUTSIDE


def of_side(results: Sequence[Result], variant: str, side: str) -> list[Result]:
    """The results of a member on a side, by seed."""
    mine = [r for r in results if (r["variant"], r["side"]) == (variant, side)]
    return sorted(mine, key=lambda result: result["seed"])


def verdict_of(results: Sequence[Result], variant: str) -> Verdict:
    """Compares the sides of a member after their last step."""
    return Verdict(variant, *(_last(results, variant, side) for side in (OURS, TORCH)))


def _last(results: Sequence[Result], variant: str, side: str) -> Spread:
    mine = of_side(results, variant, side)
    whole = [result for result in mine if result["diverged"] is None]
    values = tuple(result["curve"][-1][1] for result in whole)
    return Spread(values, len(mine) - len(whole))


def steps_to(curve: Curve, threshold: float) -> float | None:
    """How many steps a training needs until FD is at most a threshold.

    Args:
        curve: pairs of step and FD, by step.
        threshold: above 0.

    Returns:
        Where log FD, taken as linear in the steps between two checkpoints, crosses for
        the first time; the first checkpoint where FD is low enough there already; None
        where no checkpoint is.
    """
    before: tuple[int, float] | None = None
    for step, value in curve:
        if value <= threshold:
            if before is None:
                return float(step)
            part = math.log(before[1] / threshold) / math.log(before[1] / value)
            return before[0] + part * (step - before[0])
        before = (step, value)
    return None


def steps_of_side(
    results: Sequence[Result], variant: str, side: str, threshold: float
) -> Spread:
    """Steps to a threshold over the seeds; missing are those that never got there."""
    mine = of_side(results, variant, side)
    found = [steps_to(result["curve"], threshold) for result in mine]
    reached = tuple(steps for steps in found if steps is not None)
    return Spread(reached, len(found) - len(reached))


def false_alarms(seeds: int, members: int) -> tuple[float, float]:
    """How often equal sides are called outside, if FD is normal over the seeds.

    Args:
        seeds: of either side, at least 2.
        members: that are compared.

    Returns:
        The chance for one member, and for at least one of them.
    """
    from scipy import stats

    one = 2 * float(stats.t.sf(ERRORS, 2 * seeds - 2))
    return one, 1 - (1 - one) ** members
