"""Runs side by side: which differ by their seed alone, and in what the others differ.

Runs of one group are repeats of one experiment, so that their numbers have a mean and a
spread. Pure functions of records.
"""

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wgan_jax.artifacts.folder import DATA
from wgan_jax.artifacts.report.cards import NO_METRIC, chosen_weights, results_of
from wgan_jax.artifacts.report.record import Record

# Fields that change no number: where a run lies, what it writes and says, how it is cut
# into programs. A test holds them against the fields of `Config`.
NO_DIFFERENCE = frozenset(
    {
        *("run_dir", "data_dir", "resume", "quiet", "compilation_cache", "devices"),
        *("steps_per_dispatch", "log_every", "sample_every", "checkpoint_every"),
        *("keep", "coordinator", "num_processes", "process_id"),
        *("evaluate_every", "best"),
    }
)
_FIRST = ("variant", "dataset", "network", "objective", "constraint")
_STEPS, _SEED = "steps", "seed"

Fields = dict[str, Any]


class Group(NamedTuple):
    """Runs that differ by their seed alone; often a single one.

    Attributes:
        label: what sets it apart from the other groups, in a few words.
        records: its runs.
        fields: what makes it this group: the fields that count, steps as made.
    """

    label: str
    records: list[Record]
    fields: Fields

    def name(self, record: Record) -> str:
        """Names one of its runs."""
        if len(self.records) == 1:
            return self.label
        return f"{self.label}, seed {record.config.get(_SEED)}"


class Spread(NamedTuple):
    """A number of several runs.

    Attributes:
        mean: over the runs that have it.
        deviation: standard deviation over them (n - 1); None of a single one.
        count: how many have it.
    """

    mean: float
    deviation: float | None
    count: int


def group_runs(records: Sequence[Record]) -> list[Group]:
    """Groups runs that differ by their seed alone.

    Args:
        records: the runs.

    Returns:
        The groups in the order of their first runs. A seed that comes twice is no
        second observation: that run stands in a group of its own.
    """
    found: dict[tuple[str, int], list[Record]] = {}
    names = data_names(records)
    for record in records:
        seed, repeat = record.config.get(_SEED), 0
        key = repr(sorted(_counting_fields(record, names).items(), key=str))
        while seed in [r.config.get(_SEED) for r in found.get((key, repeat), [])]:
            repeat += 1
        found.setdefault((key, repeat), []).append(record)
    fields = [_counting_fields(runs[0], names) for runs in found.values()]
    labels = _labels(fields, list(found.values()))
    return [Group(*group) for group in zip(labels, found.values(), fields, strict=True)]


def differences(groups: Sequence[Group]) -> dict[str, list[Any]]:
    """The fields in which groups differ: name -> the value of each group."""
    names = dict.fromkeys(name for group in groups for name in group.fields)
    rows = {name: [group.fields.get(name) for group in groups] for name in names}
    return {name: row for name, row in rows.items() if len(set(map(repr, row))) > 1}


def quality(record: Record) -> dict[str, Mapping[str, Any]]:
    """What was measured of the samples of a run.

    Args:
        record: the run.

    Returns:
        Metric -> `value` and, of an evaluation after training, its interval and floor.
    """
    weights = chosen_weights(record.evaluation)
    if weights is not None:
        return dict(results_of(record.evaluation)[weights])
    last = record.evaluations[-1] if record.evaluations else {}
    return {n: {"value": v} for n, v in last.items() if n not in NO_METRIC}


def shown_how(record: Record) -> dict[str, Any]:
    """The `step`, `weights` and `count` of what `quality` gives; None if not known."""
    last = record.evaluations[-1] if record.evaluations else {}
    found = record.evaluation or last
    weights = chosen_weights(record.evaluation) or last.get("weights")
    count, step = (
        value if isinstance(value, int) else None
        for value in (found.get("count"), found.get("step"))
    )
    return {"step": step, "weights": weights, "count": count}


def measured_by(record: Record) -> int | None:
    """How many samples `quality` was measured by; None where nobody wrote it down."""
    return shown_how(record)["count"]


def spread(values: Sequence[Any]) -> Spread | None:
    """Mean and standard deviation of the numbers among values; None without any."""
    numbers = [float(v) for v in values if _is_number(v)]
    if not numbers:
        return None
    several = len(numbers) > 1
    deviation = statistics.stdev(numbers) if several else None
    return Spread(statistics.fmean(numbers), deviation, len(numbers))


def data_names(records: Sequence[Record]) -> dict[str, str]:
    """Names data sets, so that different ones have different names.

    Args:
        records: the runs.

    Returns:
        `Record.data` -> its name, with a checksum where another has the same.
    """
    names: dict[str, str] = {}
    for record in records:
        names.setdefault(record.data, record.data_name)
    shared = Counter(names.values())
    return {d: f"{n} ({d[:8]})" if shared[n] > 1 else n for d, n in names.items()}


def _counting_fields(record: Record, names: Mapping[str, str]) -> Fields:
    fields = {n: v for n, v in record.config.items() if n not in NO_DIFFERENCE}
    fields.pop(_SEED, None)
    parts = {n: v for n, v in record.own.items() if n != DATA}
    # Steps as made: half a run is no repeat of a whole one.
    return fields | parts | {"dataset": names[record.data], _STEPS: record.step}


def _labels(fields: list[Fields], runs: list[list[Record]]) -> list[str]:
    """Labels of as few fields as tell the groups apart."""
    names = dict.fromkeys(name for each in fields for name in each)
    differing = [n for n in names if len({repr(each.get(n)) for each in fields}) > 1]
    given = {n for n in differing if _is_given(runs, n)}
    ranked = [n for n in _FIRST if n in differing]
    ranked += sorted(
        (n for n in differing if n not in _FIRST), key=lambda n: n not in given
    )
    chosen: list[str] = []
    for name in ranked:
        if _distinct(fields, [*chosen, name]) > _distinct(fields, chosen):
            chosen.append(name)
    if not chosen:
        titles = [group[0].title for group in runs]
    else:
        titles = [", ".join(_words(n, each.get(n)) for n in chosen) for each in fields]
    if len(set(titles)) == len(titles):
        return titles
    return [f"{t} ({r[0].path.name})" for t, r in zip(titles, runs, strict=True)]


def _distinct(fields: list[Fields], names: Sequence[str]) -> int:
    return len({repr([each.get(name) for name in names]) for each in fields})


def _is_given(runs: list[list[Record]], name: str) -> bool:
    return any(r.sources.get(name) == "given" for group in runs for r in group)


def _words(name: str, value: Any) -> str:
    if name in ("variant", "network"):
        return str(value)
    if name == "dataset":
        return f"on {value}"
    return f"{name.replace('_', ' ')} {value}"


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and math.isfinite(value)
