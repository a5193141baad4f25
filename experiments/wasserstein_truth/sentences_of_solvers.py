"""What the solvers of `wgan_jax.transport.solvers` reach, as sentences."""

from collections.abc import Mapping

from experiments.wasserstein_truth.findings import (
    Finding,
    Published,
    Size,
    Table,
    excess,
    is_bound,
)
from experiments.wasserstein_truth.record import Result
from experiments.wasserstein_truth.wording import but, share, sizes_text

_CRITICS = ("trivial", "gp", "lp", "gn", "sorted")
_LEARNED = 0.02  # of cos, above a cone that nothing trains


def bounds(results: list[Result]) -> str:
    """Whether a value ever exceeded the true W1."""
    made = [r for r in results if r["row"] in ("cones", "sorted")]
    above = [r for r in made if not is_bound(r)]
    text = (
        f"The values of `cones` and `sorted` are at most W1 + 3 standard errors in "
        f"{len(made) - len(above)} of {len(made)} cells, all families and seeds"
    )
    if not above:
        return f"{text}."
    worst = max(above, key=excess)
    return (
        f"{text}; the largest is {worst['row']} in {worst['family']} {worst['dim']}, "
        f"{worst['count']}: {excess(worst):.1f} standard errors above."
    )


def cones(found: Finding, everything: Mapping[str, Table]) -> str:
    """Where `cones` leads, where it hardly learns, and what it is without its class."""
    text = (
        f"`cones` is above published gp in {share(found)} sizes{but(found)}: this is "
        "the benchmark's own hypothesis class."
    )
    if near := _untrained(everything["funnels"]):
        text += (
            f" In {sizes_text(near)} it is not {_LEARNED} above `trivial`, one cone "
            "that nothing trains."
        )
    for family, size in (("segments", (8, 16)), ("sphere", (8, 1))):
        text += _misspecified(family, size, everything[family])
    return text


def _untrained(table: Table) -> list[Size]:
    """The sizes in which cones hardly learn."""
    sizes = dict.fromkeys(size for size, row in table if row == "cones")
    return [
        size
        for size in sizes
        if (size, "trivial") in table
        and table[size, "cones"]["cos"] - table[size, "trivial"]["cos"] <= _LEARNED
    ]


def _misspecified(family: str, size: Size, table: Table) -> str:
    ours = table.get((size, "cones"))
    critics = {w: table[size, w]["cos"] for w in _CRITICS if (size, w) in table}
    if not ours or not critics:
        return ""
    best = max(critics.values())
    verdict = "loses to the best" if ours["cos"] < best else "is above all"
    none = critics.get("trivial") == best
    listed = ", ".join(f"{word} {cos:.3f}" for word, cos in critics.items())
    return (
        f" On the misspecified {family} it {verdict} of the critics measured: cos "
        f"{ours['cos']:.3f}; {listed}."
        + none
        * " None is above `trivial`, which nothing trains: this family does not tell "
        "critics apart."
    )


def sorting(found: list[Finding], table: Table, published: Published) -> str:
    """Where `sorted` leads, and where the published solver of its kind does."""
    above = [f for f in found if "above" in f.claim.text]
    holds = [size for f in above for size in f.holds]
    fails = [size for f in above for size in f.fails]
    if not holds and not fails:
        return ""
    every = "in every cell" if len(holds) == len(published) else "not in every cell"
    return (
        f"`sorted`, which knows nothing of the class, is above published gp {every}: "
        f"in {len(holds)} of {len(holds) + len(fails)}"
        f"{f', not in {sizes_text(fails)}' if fails else ''}."
        + _below_sort(table, published)
    )


def _below_sort(table: Table, published: Published) -> str:
    """Where the published solver of its own kind is better."""
    below = [
        size
        for size, row in published.items()
        if (size, "sorted") in table
        # Theirs have two digits.
        and table[size, "sorted"]["cos"] < row["sort_cos"] - 0.005
    ]
    if not below:
        return ""
    shown = "; ".join(
        f"{d}, {n}: {table[(d, n), 'sorted']['cos']:.3f} of "
        f"{published[(d, n)]['sort_cos']:.2f}"
        for d, n in below
    )
    return (
        f" It is below the published solver that sorts too in {len(below)} ({shown})."
    )
