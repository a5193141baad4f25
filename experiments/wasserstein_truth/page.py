"""The part of BENCHMARKS.md: claims, tables and figures from the record."""

from pathlib import Path
from typing import Any

from experiments.benchmark.report import PAGE, put_part
from experiments.wasserstein_truth import RECORD, ROOT
from experiments.wasserstein_truth.families import FAMILIES
from experiments.wasserstein_truth.figures import draw_cosines, draw_values
from experiments.wasserstein_truth.findings import (
    THEIRS,
    Finding,
    Published,
    Size,
    Table,
    find,
)
from experiments.wasserstein_truth.record import (
    Means,
    over_seeds,
    read_published,
    read_record,
)
from experiments.wasserstein_truth.rows import ROWS
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.files import disk_errors, write_atomic

_RUN = "python -m experiments.wasserstein_truth run"
_INTRO = f"""## How well critics estimate W1

Pairs of distributions whose W1 and optimal critic are known (Korotin, Kolesov & Burnaev
2022, arXiv 2206.07767), and critics trained on them by the package's own updates. *cos*
is the mean cosine between a critic's gradient and the optimal one, *L2* their mean
squared distance, *value* is E_P f - E_Q f: optimal are 1, 0 and W1. 16,384 samples of
the optimal plan a cell; published figures, in brackets, are of 4,096 and one seed.

`cones` and `sorted` (`wgan_jax.transport.solvers`) are 1-Lipschitz by construction, so
their values are lower bounds of W1. Funnels are `cones`' own hypothesis class: its
figures there are a regression within the model, not a better WGAN; on the misspecified
families (segments, sphere) it has no such help. `sorted` knows nothing of the
class; its rate and width were chosen by the cosine on three of these very instances
(32, 64; 32, 256; 128, 64), about 20 settings tried.
`gn` is measured as f^, bounded by 1, whose value is not W1, and as f over its mean
gradient norm (f / n); cos is the same for both inside linear pieces.

Command: `{_RUN} --processes 2`, then
`python -m experiments.wasserstein_truth table`. The budget is *reduced*: batch 1,024
(`sorted` 512), one seed, no decay of rates but in the solvers, and these steps:
"""


def write_part(record: Path = RECORD, page: Path = PAGE) -> Path:
    """Writes the part and its figures.

    Args:
        record: the collected cells.
        page: the page; what is outside this part stays.

    Returns:
        The page.

    Raises:
        UserError: the record is something else.
        ArtifactError: a file cannot be written.
    """
    results = [r for r in read_record(record) if r["budget"] == "reduced"]
    published = read_published()
    everything = {family: _table(results, family) for family in FAMILIES}
    funnels = everything["funnels"]
    cosines, values = (record.with_name(f"{record.stem}-{w}.png") for w in _FIGURES)
    draw_cosines(funnels, published, cosines)
    draw_values(funnels, values)
    parts = [_INTRO, _budgets(), _findings(find(funnels, published))]
    parts += [
        _picture(path, text)
        for path, text in zip((cosines, values), _FIGURES.values(), strict=True)
    ]
    parts += ["### Funnels: cos (published)\n", _cosines(funnels, published)]
    parts += ["### Funnels: value / L2\n", _values(funnels)]
    parts += ["### Other families: cos / L2 / value\n", _others(everything)]
    parts += [_missing(everything)]
    with disk_errors(f"write {page}", ADVICE):
        text = page.read_text("utf-8") if page.exists() else ""
        write_atomic(
            page, put_part(text, "wasserstein_truth", "\n".join(parts)).encode()
        )
    return page


_FIGURES = {
    "cos": "Mean cosine to the optimal gradient against dimension",
    "value": "Estimated against true W1",
}


def _table(results: list[dict[str, Any]], family: str) -> Table:
    """Of the family's own instance: means over seeds."""
    cells: dict[tuple[Size, str], list[dict[str, Any]]] = {}
    for r in results:
        if r["family"] == family and r["instance"] == FAMILIES[family].instance:
            cells.setdefault(((r["dim"], r["count"]), r["row"]), []).append(r)
    return {key: over_seeds(group) for key, group in cells.items()}


def _budgets() -> str:
    lines = [
        f"* `{name}`: {row.what}; {row.steps['reduced']:,} steps"
        + (
            f" (published {row.steps['published']:,})"
            if row.steps["published"] != row.steps["reduced"]
            else ""
        )
        for name, row in ROWS.items()
        if name != "trivial"
    ]
    return "\n".join(["* `trivial`: a cone at the mean of P; no training", *lines, ""])


def _findings(findings: list[Finding]) -> str:
    rows = [
        [f.claim, f"{len(f.holds)} of {len(f.holds) + len(f.fails)}", _sizes(f.fails)]
        + [str(len(f.missing))]
        for f in findings
    ]
    return markdown(["claim", "holds in", "not in (d, n)", "not measured"], rows)


def _sizes(sizes: list[Size]) -> str:
    return "; ".join(f"{d}, {n}" for d, n in sizes) or "-"


def _cosines(table: Table, published: Published) -> str:
    def cell(size: Size, row: str) -> str:
        mine = f"{table[size, row]['cos']:.3f}" if (size, row) in table else "missing"
        theirs = THEIRS.get(row)
        return f"{mine} ({published[size][f'{theirs}_cos']:.2f})" if theirs else mine

    rows = [[f"{d}, {n}", *(cell((d, n), row) for row in ROWS)] for d, n in published]
    return markdown(["d, n", *ROWS], rows)


def _values(table: Table) -> str:
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


def _value_l2(found: Means) -> str:
    text = f"{found['value']:.3f} / {found['l2']:.2f}"
    if "raw_value" in found:
        text += f"; f / n: {found['raw_value']:.3f} / {found['raw_l2']:.2f}"
    return text


def _others(everything: dict[str, Table]) -> str:
    rows = []
    for family, table in everything.items():
        for d, n in FAMILIES[family].sizes if family != "funnels" else []:
            truth = table.get(((d, n), "trivial"))
            cells = [
                f"{found['cos']:.3f} / {found['l2']:.2f} / {found['value']:.3f}"
                if (found := table.get(((d, n), row)))
                else "missing"
                for row in ROWS
            ]
            rows.append(
                [f"{family} {d}, {n}", f"{truth['w1']:.3f}" if truth else "missing"]
                + cells
            )
    return markdown(["family d, n", "W1", *ROWS], rows)


def _missing(everything: dict[str, Table]) -> str:
    absent = sum(
        (size, row) not in everything[name]
        for name, family in FAMILIES.items()
        for size in family.sizes
        for row in ROWS
    )
    if not absent:
        return "No cell of the first seed is missing.\n"
    return f"{absent} cells of the first seed are missing; `{_RUN}` makes them.\n"


def _picture(path: Path, text: str) -> str:
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"![{text}]({shown})\n"


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
