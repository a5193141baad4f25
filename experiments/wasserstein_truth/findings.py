"""What the cells on record say of the claims, counted. No file is read here."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from experiments.wasserstein_truth.record import Means

Size = tuple[int, int]
Table = Mapping[tuple[Size, str], Means]  # ((d, n), row) -> means over seeds
Tables = Mapping[str, Table]  # budget -> the cells made with its steps
Published = Mapping[Size, Mapping[str, float]]
# (cell, the published figures of its size) -> whether the claim holds there.
Holds = Callable[[Means, Mapping[str, float]], bool]

WITHIN = 0.05
_ROUNDING = 0.0005  # of the published W1
# Rows of theirs by our names.
THEIRS = {"clip": "clip", "gp": "gp", "lp": "lp", "sn-fixed": "sn", "sorted": "sort"}


class Claim(NamedTuple):
    """What is claimed of a row of the funnels.

    Attributes:
        text: in words.
        row: whose cells it is about.
        holds: asked of every cell.
        least: the smallest dimension that it is claimed for.
        below: the dimension that it is no longer claimed for.
        budget: whose steps the cells are made with.
    """

    text: str
    row: str
    holds: Holds
    least: int = 2
    below: int = 129
    budget: str = "reduced"


class Finding(NamedTuple):
    """A claim and in how many cells it holds.

    Attributes:
        claim: the claim.
        holds: the cells where it holds.
        fails: those where it does not.
        missing: those not measured yet.
    """

    claim: Claim
    holds: list[Size]
    fails: list[Size]
    missing: list[Size]


def find(tables: Tables, published: Published) -> list[Finding]:
    """Counts the claims over the funnels.

    Args:
        tables: the measured cells.
        published: the published ones.

    Returns:
        The findings, in the order of the page.
    """
    return [_count(tables[claim.budget], published, claim) for claim in _claims()]


def is_bound(cell: Means) -> bool:
    """Whether the value is at most W1 + 3 standard errors."""
    return excess(cell) <= 3


def excess(cell: Means) -> float:
    """By how many standard errors the value is above W1."""
    # An exact W1 shares no noise with the value's samples.
    error = cell["excess_error"] if cell["w1_error"] else cell["value_error"]
    return (cell["value"] - cell["w1"]) / max(error, 1e-9)


def _claims() -> list[Claim]:
    near = "cos of {} within .05 of the published, d >= 8, {} budget"
    beats = "cos of {} above published gp"
    bound = "{}' value at most W1 + 3 standard errors"
    true_w1 = "W1 agrees with the published one (3 standard errors)"
    return [
        Claim(true_w1, "trivial", _true_w1),
        *(
            Claim(near.format(row, "published"), row, _near(row), 8, budget="published")
            for row in ("clip", "sn-fixed", "gp", "lp")
        ),
        *(
            Claim(near.format(row, "reduced"), row, _near(row), 8)
            for row in ("gp", "lp")
        ),
        Claim(beats.format("cones"), "cones", _beats_gp),
        Claim(f"{beats.format('sorted')}, d >= 32", "sorted", _beats_gp, 32),
        Claim(f"{beats.format('sorted')}, d < 32", "sorted", _beats_gp, below=32),
        *(
            Claim(bound.format(f"`{row}`"), row, lambda cell, _: is_bound(cell))
            for row in ("cones", "sorted")
        ),
    ]


def truth_score(cell: Means, theirs: Mapping[str, float]) -> float:
    """True W1 less the published one, in standard errors of the difference."""
    return (cell["w1"] - theirs["w1"]) / _truth_error(cell)


def _truth_error(cell: Means) -> float:
    # Theirs is a mean over a quarter of our samples: twice our standard error. Ours is
    # the mean over as many seeds.
    return cell["w1_error"] * (4 + 1 / cell["seeds"]) ** 0.5


def _true_w1(cell: Means, theirs: Mapping[str, float]) -> bool:
    allowed = 3 * _truth_error(cell) + _ROUNDING
    return abs(cell["w1"] - theirs["w1"]) <= allowed


def _near(row: str) -> Holds:
    name = f"{THEIRS[row]}_cos"
    return lambda cell, theirs: abs(cell["cos"] - theirs[name]) <= WITHIN


def _beats_gp(cell: Means, theirs: Mapping[str, float]) -> bool:
    return cell["cos"] > theirs["gp_cos"]


def _count(table: Table, published: Published, claim: Claim) -> Finding:
    sizes = [s for s in published if claim.least <= s[0] < claim.below]
    measured = [size for size in sizes if (size, claim.row) in table]
    good = [s for s in measured if claim.holds(table[s, claim.row], published[s])]
    bad = [size for size in measured if size not in good]
    return Finding(claim, good, bad, [s for s in sizes if s not in measured])
