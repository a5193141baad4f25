"""The findings as sentences, every number of them from the record."""

import statistics
from collections.abc import Mapping

from experiments.wasserstein_truth.findings import (
    Finding,
    Published,
    Table,
    Tables,
    truth_score,
)
from experiments.wasserstein_truth.record import Result
from experiments.wasserstein_truth.sentences_of_solvers import bounds, cones, sorting
from experiments.wasserstein_truth.wording import but, share

_SIX = 6  # cells at the published budget that the claim asks for
_HALF = 0.5  # cos of a critic that is stuck is 0, of one that is not nearly 1


def sentences(
    results: list[Result],
    findings: list[Finding],
    tables: Tables,
    everything: Mapping[str, Table],
    published: Published,
) -> list[str]:
    """Says what holds and what does not.

    Args:
        results: every cell on record that is still made so.
        findings: the claims, counted.
        tables: the funnels by budget.
        everything: family -> its cells at the reduced budget.
        published: the published figures.

    Returns:
        Sentences; those about cells not measured yet are left out.
    """
    by = {(f.claim.row, f.claim.budget, f.claim.text): f for f in findings}

    def named(row: str, part: str, budget: str = "reduced") -> Finding:
        return next(
            f for (r, b, t), f in by.items() if (r, b) == (row, budget) and part in t
        )

    scores = [
        truth_score(tables["reduced"][size, "trivial"], published[size])
        for size in published
        if (size, "trivial") in tables["reduced"]
    ]
    told = [_record(results), _truth(named("trivial", "W1 agrees"), scores)]
    told += [_repeated(named(row, "within", "published")) for row in _REPEATED]
    told += [_shortened(row, named(row, "within"), tables) for row in ("gp", "lp")]
    told += [bounds(results), cones(named("cones", "above"), everything)]
    mine = [f for f in findings if f.claim.row == "sorted"]
    told += [sorting(mine, tables["reduced"], published)]
    told += [_stuck(results)]
    return [sentence for sentence in told if sentence]


_REPEATED = ("clip", "sn-fixed", "gp", "lp")


def _record(results: list[Result]) -> str:
    funnels = {
        (r["dim"], r["count"])
        for r in results
        if r["family"] == "funnels" and r["instance"] == "published"
    }
    cpu = sum(r["cpu_seconds"] for r in results) / 3600
    return (
        f"{len(results)} cells are on record, {len(funnels)} of 28 sizes of funnels "
        f"among them; they took {cpu:.1f} CPU-hours."
    )


def _truth(found: Finding, scores: list[float]) -> str:
    text = (
        f"The true W1 is within 3 standard errors of the published one in "
        f"{share(found)} sizes{but(found)}"
    )
    if not scores:
        return f"{text}."
    spread = statistics.fmean(score**2 for score in scores) ** 0.5
    return (
        f"{text}; the differences, in these errors (theirs from 4,096 samples, twice "
        f"ours), have a root mean square of {spread:.2f}, where right errors give 1."
    )


def _repeated(found: Finding) -> str:
    if not found.holds and not found.fails:
        return ""
    enough = "as the claim asks" if len(found.holds) >= _SIX else "short of the six"
    return (
        f"With the published number of steps `{found.claim.row}` is within .05 of the "
        f"published cosine in {share(found)} cells of d >= 8 measured, {enough}"
        f"{but(found)}."
    )


def _shortened(row: str, found: Finding, tables: Tables) -> str:
    if not found.fails:
        return ""
    full, short = tables["published"], tables["reduced"]
    grown = [
        f"{d}, {n}: {short[(d, n), row]['cos']:.3f} grows to "
        f"{full[(d, n), row]['cos']:.3f}"
        for d, n in found.fails
        if ((d, n), row) in full
    ]
    why = f" (with all of them, {'; '.join(grown)})" if grown else ""
    return (
        f"With a tenth of the steps `{row}` is so in {share(found)} cells{but(found)}"
        f": many funnels take longer{why}."
    )


def _stuck(results: list[Result]) -> str:
    """Seed by seed: a mean over one that is stuck and one that is not is neither."""
    gp, lp = (_on_the_line(results, row) for row in ("gp", "lp"))
    stuck = [r for r in gp if r["cos"] < _HALF]
    if not stuck or not lp:
        return ""
    worst = min(stuck, key=lambda r: r["cos"])
    cosines = [", ".join(f"{r['cos']:.3f}" for r in rows) for rows in (gp, lp)]
    return (
        f"On the line the two-sided penalty is stuck with {len(stuck)} of {len(gp)} "
        f"seeds (cos by seed {cosines[0]}; stuck, the value is {worst['value']:.3f} of "
        f"{worst['w1']:.3f}). Such a critic is f = x or f = -x, slope 1 everywhere and "
        "no penalty, right on one half and wrong on the other; to bend it into -|x| "
        "the slope has to pass 0, which the two-sided penalty fines and the one-sided "
        f"does not (lp: cos {cosines[1]})."
    )


def _on_the_line(results: list[Result], row: str) -> list[Result]:
    """By seed, at the reduced budget."""
    asked = "line", row, "reduced"
    mine = [r for r in results if (r["family"], r["row"], r["budget"]) == asked]
    return sorted(mine, key=lambda r: r["seed"])


def sigma_words(funnels: Table, published: Published) -> str:
    """What a constant sigma costs where it costs much; a full stop until measured.

    Args:
        funnels: at the reduced budget.
        published: the published figures.
    """
    size = (8, 4)
    fixed, ours = (funnels.get((size, row)) for row in ("sn-fixed", "sn"))
    if not fixed or not ours:
        return "."
    theirs = published[size]
    return (
        f": at {size[0]}, {size[1]} it gives\ncos {fixed['cos']:.3f}, value "
        f"{fixed['value']:.3f} (published {theirs['sn_cos']:.2f}, "
        f"{theirs['sn_value']:.2f}); the derivative through sigma, `sn`, gives cos "
        f"{ours['cos']:.3f}."
    )
