"""What is on record of a comparison, as tables and in words."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.benchmark.tables import format_number, table
from experiments.parity.cells import OURS, TORCH, Cell, cell_of, is_current
from experiments.parity.costs import Cost, cost_of, device_words
from experiments.parity.verdicts import (
    Result,
    Spread,
    Verdict,
    false_alarms,
    steps_of_side,
    verdict_of,
)
from experiments.records import read_record
from experiments.spread import ERRORS, shown_number, with_spread
from wgan_jax.config.samples import samples_of

FLOORS = 2  # the headline threshold, in floors
THRESHOLDS = (150.0, 100.0, 60.0, 40.0)  # besides; an MLP may reach no other


class Comparison(NamedTuple):
    """What is on record of one comparison.

    Attributes:
        planned: every cell that belongs to it.
        results: of the planned cells, those that are current.
        speeds: as `costs.read_speeds`.
    """

    planned: Sequence[Cell]
    results: Sequence[Result]
    speeds: Mapping[str, Any]

    @property
    def dataset(self) -> str:
        """The data set, the same for all cells."""
        return self.planned[0].dataset

    @property
    def variants(self) -> list[str]:
        """The members, in their order."""
        return list(dict.fromkeys(cell.variant for cell in self.planned))

    @property
    def missing(self) -> list[Cell]:
        """The planned cells without a current result."""
        done = {cell_of(result) for result in self.results}
        return [cell for cell in self.planned if cell not in done]


def read_comparison(
    planned: Sequence[Cell], record: Path, speeds: Mapping[str, Any]
) -> Comparison:
    """Picks the results of a comparison out of a record.

    Raises:
        UserError: the record is something else.
    """
    wanted = set(planned)
    on_record = read_record(record, cell_of)
    results = [r for r in on_record if cell_of(r) in wanted and is_current(r)]
    return Comparison(planned, results, speeds)


def summary(comparison: Comparison) -> str:
    """The tables and what has to be known of them."""
    parts = [_missing_words(comparison)]
    if comparison.results:
        parts += [_judge_words(comparison), _verdicts(comparison)]
        parts += [_weakness(comparison), "### Time to a given FD\n", _times(comparison)]
        parts += [_time_words(comparison)]
    return "\n".join(parts)


def _missing_words(comparison: Comparison) -> str:
    missing, planned = comparison.missing, comparison.planned
    if not missing:
        return f"All {len(planned)} cells are on record.\n"
    names = ", ".join(f"{c.variant} {c.side} seed {c.seed}" for c in missing)
    return (
        f"**{len(missing)} of {len(planned)} cells are missing** "
        f"(the command above makes them): {names}.\n"
    )


def _judge_words(comparison: Comparison) -> str:
    first, cell = comparison.results[0], comparison.planned[0]
    return (
        f"{cell.dataset}, {cell.steps:,} steps, raw weights, {first['count']:,} "
        f"samples against {first['count']:,} of the {first['split']} split; features "
        f"{first['features']['name']}, {first['features']['sha256'][:8]}. Floor, by "
        f"real samples: {shown_number(first['floor'])}. {_made_words(comparison)}\n"
    )


def _made_words(comparison: Comparison) -> str:
    """With what the cells of either side were made, each once."""
    told = []
    for side, name in ((OURS, "Ours"), (TORCH, "PyTorch's")):
        ways = dict.fromkeys(
            ", ".join(f"{what} {value}" for what, value in r["versions"].items())
            for r in comparison.results
            if r["side"] == side
        )
        told += [f"{name} were made with {', and with '.join(ways)}."] if ways else []
    return " ".join(told)


def _verdicts(comparison: Comparison) -> str:
    head = ["member", "FD, ours", "FD, PyTorch", "difference", "allowed", "verdict"]
    head += ["ours by seed", "PyTorch by seed"]
    found = [verdict_of(comparison.results, name) for name in comparison.variants]
    return table(head, [_verdict_row(verdict) for verdict in found])


def _verdict_row(verdict: Verdict) -> list[str]:
    ours, torch = verdict.ours, verdict.torch
    return [
        verdict.variant,
        with_spread(ours.mean, ours.deviation),
        with_spread(torch.mean, torch.deviation),
        shown_number(verdict.difference),
        shown_number(verdict.allowed),
        f"**{verdict.word}**",
        _by_seed(ours),
        _by_seed(torch),
    ]


def _by_seed(spread: Spread) -> str:
    words = [shown_number(value) for value in spread.values]
    words += [f"{spread.missing} diverged"] * bool(spread.missing)
    return ", ".join(words) or "not run"


def _weakness(comparison: Comparison) -> str:
    seeds = len({cell.seed for cell in comparison.planned})
    words = (
        f"*Allowed* are {ERRORS} standard errors of the difference of the means over "
        "the seeds: *inside* says that a difference was not seen, and one smaller than "
        "that could not have been."
    )
    if seeds > 1:
        members = len(comparison.variants)
        one, any_of = false_alarms(seeds, members)
        words += (
            f" {seeds} seeds are few: of two sides that are equal, {100 * one:.0f} % "
            f"of such comparisons say *outside*, and at least one of {members} in "
            f"{100 * any_of:.0f} %; the steps to a threshold below are further "
            "comparisons of that kind."
        )
    return words + "\n"


def _times(comparison: Comparison) -> str:
    head = ["member", "FD at most", "steps, ours", "steps, PyTorch", "of the steps"]
    head += ["seconds, ours", "seconds, PyTorch", "PyTorch / ours"]
    floor = comparison.results[0]["floor"]
    rows = []
    ran = {result["variant"] for result in comparison.results}
    for variant in comparison.variants:
        if variant not in ran:  # the table of verdicts says so
            continue
        cost = cost_in(comparison, variant)
        for threshold in (*THRESHOLDS, FLOORS * floor):
            sides = [
                steps_of_side(comparison.results, variant, side, threshold)
                for side in (OURS, TORCH)
            ]
            name = shown_number(threshold)
            if threshold == FLOORS * floor:
                name += f" ({FLOORS} x floor)"
            verdict = Verdict(variant, *sides)
            rows.append([variant, name, *_time_row(verdict, cost)])
    return table(head, rows)


def cost_in(comparison: Comparison, variant: str) -> Cost | None:
    """What a step of a member costs on the comparison's data; None: not on file."""
    cell = next(cell for cell in comparison.planned if cell.variant == variant)
    config = cell.config()
    return cost_of(comparison.speeds, config, samples_of(config).shape)


def _time_row(verdict: Verdict, cost: Cost | None) -> list[str]:
    sides = verdict.ours, verdict.torch
    cells = [_steps(side) for side in sides]
    reached = all(side.values and not side.missing for side in sides)
    cells.append(verdict.word if reached else "")
    if cost is None:
        return [*cells, "", "", "no speed on file"]
    seconds = [
        side.mean * each if side.values and not side.missing else None
        for side, each in zip(sides, (cost.ours, cost.torch), strict=True)
    ]
    cells += ["" if each is None else format_number(each) for each in seconds]
    ours, torch = seconds
    ratio = (
        "" if ours is None or torch is None else f"**{format_number(torch / ours)}**"
    )
    return [*cells, ratio]


def _steps(side: Spread) -> str:
    if not side.ran:
        return "not run"
    if not side.values:
        return "not reached"
    words = with_spread(side.mean, side.deviation)
    return (
        f"{words} ({len(side.values)} of {side.ran} seeds)" if side.missing else words
    )


def _time_words(comparison: Comparison) -> str:
    speeds = comparison.speeds
    machine = speeds["machine"]
    versions = ", ".join(f"{k} {v}" for k, v in machine["versions"].items())
    found = {v: cost_in(comparison, v) for v in comparison.variants}
    costs = {variant: cost for variant, cost in found.items() if cost is not None}
    forms = ", ".join(f"{cost.form} for {v}" for v, cost in costs.items())
    starts = ", ".join(
        f"{v} {' and '.join(map(format_number, cost.first_steps))}"
        for v, cost in costs.items()
    )
    commands = dict.fromkeys(cost.command for cost in costs.values())
    return (
        "Time is steps times seconds per step, not a stopwatch: steps are the mean "
        "over the seeds of where the curve of log FD, linear between checkpoints, "
        "first reaches the threshold (+- over the seeds); judging costs no time. "
        "Seconds per step were measured with nothing else running "
        f"({machine['processor']}, {device_words(speeds)}; {versions}; "
        f"{speeds['date']}), PyTorch in the fastest of the forms tried: "
        f"{forms or 'none'}. *Of the steps*: whether they differ by more than two "
        "standard errors, as above. A time is shown where every seed that ran reached "
        "the threshold. Start-up is not in it: the first step ends after (seconds, "
        f"ours and PyTorch) {starts or '-'}. The speeds:\n\n"
        + "".join(f"    {line}\n" for line in commands)
    )
