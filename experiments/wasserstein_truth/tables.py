"""The cells on record as Markdown tables. No file is read or written here."""

import statistics
from collections.abc import Mapping

from experiments.wasserstein_truth.draws import MANY, Draws
from experiments.wasserstein_truth.families import FAMILIES
from experiments.wasserstein_truth.findings import THEIRS, Published, Size, Table
from experiments.wasserstein_truth.record import Means, Result
from experiments.wasserstein_truth.rows import ROWS

_DRAWN_ROWS = ("cones", "sorted", "gp")
# Mean and deviation of W1 over eight draws by the same rule, from another program.
EARLIER = {
    (2, 4): (0.97, 0.15),
    (2, 16): (0.51, 0.08),
    (2, 256): (0.138, 0.005),
    (4, 4): (1.62, 0.19),
    (4, 16): (1.08, 0.06),
    (8, 4): (1.92, 0.10),
    (8, 16): (1.54, 0.02),
    (16, 16): (1.74, 0.03),
    (32, 16): (1.65, 0.03),
    (64, 16): (1.40, 0.03),
    (128, 16): (1.08, 0.03),
}


def cosines(table: Table, published: Published) -> str:
    """The cosines of every cell, with its deviation over seeds and the published one.

    Args:
        table: the funnels.
        published: the published ones.
    """

    def cell(size: Size, row: str) -> str:
        found, theirs = table.get((size, row)), THEIRS.get(row)
        mine = _with_spread(found, "cos") if found else "missing"
        return f"{mine} ({published[size][f'{theirs}_cos']:.2f})" if theirs else mine

    rows = [[f"{d}, {n}", *(cell((d, n), row) for row in ROWS)] for d, n in published]
    return markdown(["d, n", *ROWS], rows)


def values(table: Table) -> str:
    """Values and L2 of every cell of the funnels."""

    def cell(size: Size, row: str) -> str:
        found = table.get((size, row))
        return _value_l2(found) if found else "missing"

    def truth(size: Size) -> str:
        found = table.get((size, "trivial"))
        return f"{found['w1']:.3f} +- {found['w1_error']:.3f}" if found else "missing"

    rows = [
        [f"{d}, {n}", truth((d, n)), *(cell((d, n), row) for row in ROWS)]
        for d, n in FAMILIES["funnels"].sizes
    ]
    return markdown(["d, n", "W1", *ROWS], rows)


def longer(reduced: Table, full: Table, published: Published) -> str:
    """The critics whose published steps are more than the reduced ones.

    Args:
        reduced: the funnels with reduced steps.
        full: those with published steps.
        published: the published ones.
    """
    rows = [
        [f"{d}, {n}", row]
        + [_cos(reduced.get(((d, n), row))), _cos(full[(d, n), row])]
        + [f"{published[d, n][f'{THEIRS[row]}_cos']:.2f}"]
        for d, n in published
        for row in ("gp", "lp")
        if ((d, n), row) in full
    ]
    steps = [f"{ROWS['gp'].steps[b]:,} steps" for b in ("reduced", "published")]
    return markdown(["d, n", "row", *steps, "published"], rows)


def others(everything: dict[str, Table]) -> str:
    """Every family but the funnels.

    Args:
        everything: family -> its cells.
    """
    rows = []
    for family, table in everything.items():
        for d, n in FAMILIES[family].sizes if family != "funnels" else []:
            truth = table.get(((d, n), "trivial"))
            cells = [
                f"{_with_spread(found, 'cos')} / {found['l2']:.2f} / "
                f"{found['value']:.3f}"
                if (found := table.get(((d, n), row)))
                else "missing"
                for row in ROWS
            ]
            rows.append(
                [f"{family} {d}, {n}", f"{truth['w1']:.3f}" if truth else "missing"]
                + cells
            )
    return markdown(["family d, n", "W1", *ROWS], rows)


def drawn(results: list[Result], many: Mapping[Size, Draws]) -> str:
    """Funnels drawn afresh: W1 over the instances, and the cosines of a few rows.

    Args:
        results: all on record.
        many: W1 over many more draws of a size, see `draws`.
    """
    afresh = [
        r
        for r in results
        if r["family"] == "funnels" and r["instance"].startswith("drawn-")
    ]
    rows = []
    for size, (mean, deviation) in EARLIER.items():
        here = [r for r in afresh if (r["dim"], r["count"]) == size]
        w1 = [r["w1"] for r in here if r["row"] == "trivial"]
        cells = [_over([r["cos"] for r in here if r["row"] == w]) for w in _DRAWN_ROWS]
        rows.append(
            [f"{size[0]}, {size[1]}", *_many(many.get(size)), str(len(w1)), _over(w1)]
            + [f"{mean:.3g} +- {deviation:.2g}", *cells]
        )
    head = ["d, n", f"W1, {MANY} draws", "sd of 8 of them, 95 %", "draws", "W1"]
    head += ["W1, other program", *(f"cos of {row}" for row in _DRAWN_ROWS)]
    return markdown(head, rows)


def _many(draws: Draws | None) -> list[str]:
    if draws is None:
        return ["-", "-"]
    return [
        f"{draws['mean']:.3f} +- {draws['deviation']:.3f}",
        f"{draws['low']:.3f} to {draws['high']:.3f}",
    ]


def _over(numbers: list[float]) -> str:
    if not numbers:
        return "-"
    text = f"{statistics.fmean(numbers):.3f}"
    if len(numbers) == 1:
        return f"{text} (one draw)"
    return f"{text} +- {statistics.stdev(numbers):.3f}"


def _cos(found: Means | None) -> str:
    return _with_spread(found, "cos") if found else "missing"


def _with_spread(found: Means, name: str) -> str:
    spread = f" +- {found[f'{name}_spread']:.3f}" if found["seeds"] > 1 else ""
    return f"{found[name]:.3f}{spread}"


def _value_l2(found: Means) -> str:
    text = f"{found['value']:.3f} / {found['l2']:.2f}"
    if "raw_value" in found:
        text += f"; f / n: {found['raw_value']:.3f} / {found['raw_l2']:.2f}"
    return text


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
