"""The part of BENCHMARKS.md: claims, tables and figures from the record."""

from pathlib import Path

from experiments.benchmark.report import PAGE, put_part
from experiments.records import read_record
from experiments.wasserstein_truth import RECORD, ROOT, tables
from experiments.wasserstein_truth.cells import cell_of, is_current
from experiments.wasserstein_truth.draws import Draws, read_draws
from experiments.wasserstein_truth.families import FAMILIES
from experiments.wasserstein_truth.figures import draw_cosines, draw_values
from experiments.wasserstein_truth.findings import Finding, Size, Table, find
from experiments.wasserstein_truth.record import (
    Result,
    over_seeds,
    read_published,
)
from experiments.wasserstein_truth.rows import BUDGETS, ROWS
from experiments.wasserstein_truth.sentences import (
    sentences,
    sigma_words,
)
from experiments.wasserstein_truth.sentences_of_draws import drawn_sentences
from experiments.wasserstein_truth.wording import sizes_text
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
class; its depth and groups were chosen on one drawn instance of some sizes
(`drawn-50`, about 30 fits), its rate earlier on three of the published ones (32, 64;
32, 256; 128, 64).
`gn` is measured as f^, bounded by 1, whose value is not W1, and as f over its mean
gradient norm (f / n); cos is the same for both inside linear pieces.

Command: `{_RUN} --seeds 0,1,2 --processes 2`, then
`python -m experiments.wasserstein_truth table`. The budget is *reduced*: batch 1,024
(`sorted` 512), no decay of rates but in the solvers, and these steps:
"""
_NOTES = """`sn-fixed` is spectral normalisation as the published code has it: sigma is
read from the kernel's data, a constant in the derivative, so that an update may grow
the largest singular value alone. That one line explains their low row{sigma}

Depth and groups are what `sorted` lacked with 2 layers of 128 units sorted whole. On
drawn instances (cos, 2,000 to 3,000 steps): 4, 16 from .738 to .957 with 5 layers of
fours; 128, 16 from .746 to .950 with 3 layers of sixteens (by fours .770, 256 units
wide .814); looked at once, on no record, like what follows. With 256 funnels it is
weakest, for want of fit and not of samples: at 32, 256 (3 layers of sixteens, 2,000
steps) its value on fresh samples is
.710 and on its own last batches .728, both half of W1, 1.432. Four times the batch
gives .743, the whole layer sorted .737, 5 layers of eights with twice the steps .726.

The sphere's radius decides what cones reach on it: -u is one cone outside of it and
convex inside, where none helps. With radius 4, half of Q inside, they reach cos .04;
with 3.7 as here .32; with 3.6 .44 (once, on no record).
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
    results = [r for r in read_record(record, cell_of) if is_current(r)]
    everything = {family: _table(results, family) for family in FAMILIES}
    pictures = [record.with_name(f"{record.stem}-{name}.png") for name in _FIGURES]
    draw_cosines(everything["funnels"], read_published(), pictures[0])
    draw_values(everything["funnels"], pictures[1])
    parts = _parts(results, everything, pictures, read_draws(record))
    with disk_errors(f"write {page}", ADVICE):
        text = page.read_text("utf-8") if page.exists() else ""
        part = put_part(text, "wasserstein_truth", "\n".join(parts))
        write_atomic(page, part.encode())
    return page


_FIGURES = {
    "cos": "Mean cosine to the optimal gradient against dimension",
    "value": "Estimated against true W1",
}


def _parts(
    results: list[Result],
    everything: dict[str, Table],
    pictures: list[Path],
    draws: dict[Size, Draws],
) -> list[str]:
    published = read_published()
    funnels = everything["funnels"]
    budgets = {b: _table(results, "funnels", b) for b in BUDGETS}
    findings = find(budgets, published)
    told = sentences(results, findings, budgets, everything, published)
    shown = zip(pictures, _FIGURES.values(), strict=True)
    return [
        _INTRO,
        _steps(),
        _NOTES.format(sigma=sigma_words(funnels, published)),
        "### What holds\n",
        "".join(f"* {sentence}\n" for sentence in told),
        _findings(findings),
        *(_picture(path, text) for path, text in shown),
        f"### Funnels: cos (published)\n\n{_seeds(results)}",
        tables.cosines(funnels, published),
        "### Funnels: value / L2\n",
        tables.values(funnels),
        "### Funnels: cos at the published budget\n",
        tables.longer(funnels, budgets["published"], published),
        "### Funnels drawn afresh\n",
        *drawn_sentences(results, draws),
        tables.drawn(results, draws),
        "### Other families: cos / L2 / value\n",
        tables.others(everything),
        _missing(everything),
    ]


def _table(results: list[Result], family: str, budget: str = "reduced") -> Table:
    """Of the family's own instance, with a budget's steps: means over seeds."""
    cells: dict[tuple[Size, str], list[Result]] = {}
    for r in results:
        asked = family, FAMILIES[family].instance, ROWS[r["row"]].steps[budget]
        if (r["family"], r["instance"], r["steps"]) == asked:
            cells.setdefault(((r["dim"], r["count"]), r["row"]), []).append(r)
    return {key: over_seeds(group) for key, group in cells.items()}


def _steps() -> str:
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
        [f.claim.text, f"{len(f.holds)} of {len(f.holds) + len(f.fails)}"]
        + [sizes_text(f.fails), str(len(f.missing))]
        for f in findings
    ]
    return tables.markdown(["claim", "holds in", "not in (d, n)", "not measured"], rows)


def _seeds(results: list[Result]) -> str:
    """How many cells of the table have how many seeds."""
    made = _table(results, "funnels").values()
    counts = {n: sum(cell["seeds"] == n for cell in made) for n in (1, 2, 3)}
    return (
        "Means +- standard deviation over the solver's seeds; without +- it is one "
        f"seed. Cells with one seed: {counts[1]}, two: {counts[2]}, three: "
        f"{counts[3]}.\n"
    )


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
