"""What the cells on record say of the claims, counted. No file is read here."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from experiments.wasserstein_truth.record import Means

Size = tuple[int, int]
Table = Mapping[tuple[Size, str], Means]  # ((d, n), row) -> means over seeds
Published = Mapping[Size, Mapping[str, float]]

WITHIN = 0.05
_ROUNDING = 0.0005  # of the published W1
# Rows of theirs by our names.
THEIRS = {"clip": "clip", "gp": "gp", "lp": "lp", "sn-fixed": "sn", "sorted": "sort"}


class Finding(NamedTuple):
    """A claim and in how many cells it holds.

    Attributes:
        claim: in words.
        holds: the cells where it holds.
        fails: those where it does not.
        missing: those not measured yet.
    """

    claim: str
    holds: list[Size]
    fails: list[Size]
    missing: list[Size]


def find(table: Table, published: Published) -> list[Finding]:
    """Counts the claims over the funnels.

    Args:
        table: the measured cells.
        published: the published ones.

    Returns:
        The findings, in the order of the page.
    """

    def cos(size: Size, row: str) -> float:
        return table[size, row]["cos"]

    def true_w1(size: Size) -> bool:
        cell = table[size, "trivial"]
        # Theirs is a mean over a quarter of our samples: twice our standard error.
        allowed = 3 * 5**0.5 * cell["w1_error"] + _ROUNDING
        return abs(cell["w1"] - published[size]["w1"]) <= allowed

    def near(row: str) -> Callable[[Size], bool]:
        theirs = f"{THEIRS[row]}_cos"
        return lambda size: abs(cos(size, row) - published[size][theirs]) <= WITHIN

    def beats(row: str) -> Callable[[Size], bool]:
        return lambda size: cos(size, row) > published[size]["gp_cos"]

    def bound(row: str) -> Callable[[Size], bool]:
        def below(size: Size) -> bool:
            cell = table[size, row]
            return cell["value"] <= cell["w1"] + 3 * cell["excess_error"]

        return below

    sizes, wide = list(published), [s for s in published if s[0] >= 8]
    high = [s for s in published if s[0] >= 32]
    plan = [
        ("W1 agrees with the published one (3 standard errors)", "trivial", true_w1)
    ]
    claims = [(*entry, sizes) for entry in plan]
    claims += [
        (f"cos of {row} within .05 of the published, d >= 8", row, near(row), wide)
        for row in ("clip", "sn-fixed", "gp", "lp")
    ]
    claims += [
        ("cos of cones above published gp", "cones", beats("cones"), sizes),
        ("cos of sorted above published gp, d >= 32", "sorted", beats("sorted"), high),
        (
            "cos of sorted above published gp, d < 32",
            "sorted",
            beats("sorted"),
            [s for s in sizes if s[0] < 32],
        ),
        ("cones' value at most W1 + 3 standard errors", "cones", bound("cones"), sizes),
        (
            "sorted's value at most W1 + 3 standard errors",
            "sorted",
            bound("sorted"),
            sizes,
        ),
    ]
    return [_count(table, *claim) for claim in claims]


def _count(table: Table, claim: str, row: str, holds, sizes: list[Size]) -> Finding:
    measured = [size for size in sizes if (size, row) in table]
    good = [size for size in measured if holds(size)]
    bad = [size for size in measured if size not in good]
    return Finding(claim, good, bad, [s for s in sizes if s not in measured])
