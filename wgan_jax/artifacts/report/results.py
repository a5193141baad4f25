"""The numbers of several runs in tables: means over seeds, and every run by itself."""

from collections.abc import Sequence
from typing import Any

from wgan_jax.artifacts.progress import duration
from wgan_jax.artifacts.report.cards import protocol
from wgan_jax.artifacts.report.chart import draw_key
from wgan_jax.artifacts.report.groups import (
    Group,
    measured_by,
    quality,
    spread,
)
from wgan_jax.artifacts.report.markup import Markup, element, join, table
from wgan_jax.artifacts.report.quantities import (
    compares,
    interval,
    labelled,
    value,
    with_spread,
)
from wgan_jax.artifacts.report.record import Record


def draw_results(groups: list[Group]) -> Markup:
    """Draws the tables: a row for each group where one has several runs, then each run.

    Args:
        groups: the runs.
    """
    return join(_group_table(groups), _run_table(groups))


def metrics_of(records: Sequence[Record]) -> list[str]:
    """The metrics of any run's samples of which one side is better, in their order."""
    names = dict.fromkeys(name for record in records for name in quality(record))
    return [name for name in names if compares(name)]


def _group_table(groups: list[Group]) -> Markup | None:
    """Means over seeds; None where no group has several runs."""
    if all(len(group.records) == 1 for group in groups):
        return None
    names = metrics_of([r for group in groups for r in group.records])
    rows, words = [], "Mean ± standard deviation over seeds."
    for index, group in enumerate(groups):
        seeds = ", ".join(str(r.config.get("seed")) for r in group.records)
        speeds = [r.elapsed.get("steps_per_second") for r in group.records]
        counts = {measured_by(r) for r in group.records if quality(r)}
        most = max((count for count in counts if count is not None), default=None)
        measured = [quality(r) if measured_by(r) == most else {} for r in group.records]
        if len(counts) > 1:
            words = (
                "Mean ± standard deviation over seeds, of each group's runs that were "
                "measured by most samples."
            )
        cells = [_mean([m.get(n, {}).get("value") for m in measured]) for n in names]
        rows.append([draw_key(index, group.label), seeds, _mean(speeds), *cells])
    head = ["group", "seeds", "steps per second", *_titles(groups, names)]
    return join(element("p", words, class_="note"), table(head, rows, class_="numbers"))


def _titles(groups: list[Group], names: list[str]) -> list[str]:
    evaluations = [r.evaluation for group in groups for r in group.records]
    nets = {str(e.get("features_title") or "") for e in evaluations if e}
    # Of several nets none gives its name to the column.
    net = nets.pop() if len(nets) == 1 else None
    return [labelled(name, net) for name in names]


def _mean(values: list[Any]) -> str:
    found = spread(values)
    if found is None:
        return "–"
    words = value(found.mean)
    if found.deviation is not None:
        words = with_spread(found.mean, found.deviation)
    missing = len(values) - found.count
    return f"{words} (n = {found.count})" if missing else words


def _run_table(groups: list[Group]) -> Markup:
    names = metrics_of([r for group in groups for r in group.records])
    rows = []
    for index, group in enumerate(groups):
        for record in group.records:
            measured = quality(record)
            cells = [_measured(measured.get(name, {})) for name in names]
            key = draw_key(index, group.name(record))
            rows.append([key, *_course(record), *cells, record.path])
    if floors := _floors([r for group in groups for r in group.records], names):
        rows.append(["real samples", "", "", "", "", *floors, ""])
    head = ["run", "steps", "time", "steps per second", "device"]
    words = "Every run; in brackets the 95 % interval over samples."
    return join(
        element("p", words, class_="note"),
        table([*head, *_titles(groups, names), "folder"], rows, class_="numbers"),
    )


def _floors(records: Sequence[Record], names: list[str]) -> list[str]:
    """What real samples reach, where all numbers were measured in the same way."""
    shown = [record for record in records if quality(record)]
    if not all(record.evaluation for record in shown):
        return []
    if len({_how(record) for record in shown}) != 1:
        return []
    measured = quality(shown[0])
    floors = [measured.get(name, {}).get("floor") for name in names]
    return ["–" if floor is None else value(floor) for floor in floors]


def _how(record: Record) -> str:
    return f"{record.data} {protocol(record.evaluation)}"


def _measured(entry: Any) -> str:
    if entry.get("value") is None:
        return "–"
    ends = interval(entry)
    return f"{value(entry['value'])} ({ends})" if ends else value(entry["value"])


def _course(record: Record) -> list[str]:
    elapsed, environment = record.elapsed, record.environment or record.summary
    seconds, speed = elapsed.get("wall_seconds"), elapsed.get("steps_per_second")
    return [
        f"{record.step:,}",
        "–" if seconds is None else duration(seconds),
        f"{speed:,.1f}" if speed else "–",
        str(environment.get("device_kind", "–")),
    ]
