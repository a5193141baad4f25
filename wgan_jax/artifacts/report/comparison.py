"""The page of several runs: tables, curves overlaid, samples side by side."""

from collections.abc import Sequence
from typing import Any

from wgan_jax.artifacts.progress import duration
from wgan_jax.artifacts.report.cards import protocol
from wgan_jax.artifacts.report.chart import draw_chart, draw_key
from wgan_jax.artifacts.report.gallery import draw_figure
from wgan_jax.artifacts.report.groups import (
    Group,
    differences,
    group_runs,
    quality,
    spread,
)
from wgan_jax.artifacts.report.markup import Markup, document, element, join, table
from wgan_jax.artifacts.report.overlay import overlaid_charts
from wgan_jax.artifacts.report.page import section
from wgan_jax.artifacts.report.quantities import (
    compares,
    interval,
    labelled,
    value,
    with_spread,
)
from wgan_jax.artifacts.report.record import Record

_FEW = 6  # groups of which each chart has a legend of its own


def draw_comparison(records: Sequence[Record]) -> bytes:
    """Draws the page of several runs.

    Args:
        records: the runs, each once.

    Returns:
        The whole file.
    """
    groups = group_runs(records)
    title = f"{len(records)} runs side by side"
    body = join(
        element("header", element("h1", title), *_introduction(records, groups)),
        section("Results", _group_table(groups), _run_table(groups)),
        section("What differs", _differences(groups)),
        section("Curves", _curves(groups)),
        section("Samples", _samples(groups)),
    )
    return document(title, element("main", body))


def _introduction(records: Sequence[Record], groups: list[Group]) -> list[Markup]:
    words = [f"{len(groups)} groups: " if len(groups) > 1 else "One group: "]
    words += ["runs that differ by their seed alone are repeats of one experiment."]
    notes = [element("p", *words, class_="lead")]
    notes += [element("p", note, class_="warning") for note in _warnings(records)]
    return notes


def _warnings(records: Sequence[Record]) -> list[str]:
    found = []
    if len({str(r.config.get("dataset")) for r in records}) > 1:
        found.append(
            "The runs learn different data sets: their metrics are not comparable, nor "
            "are their losses."
        )
    measured = [record for record in records if record.evaluation]
    if len({protocol(record.evaluation) for record in measured}) > 1:
        found.append(
            "The evaluations were made in different ways (samples, split or features): "
            "their numbers are not comparable."
        )
    if not any(quality(record) for record in records):
        found.append(
            "No run has been evaluated yet: python -m wgan_jax.evaluate RUN measures "
            "its samples."
        )
    elif len(measured) < len(records):
        found.append(
            "Not every run was evaluated after training: numbers without an interval "
            "were measured while it trained, of other samples."
        )
    return found


def metrics_of(records: Sequence[Record]) -> list[str]:
    """The metrics of any run's samples of which one side is better, in their order."""
    names = dict.fromkeys(name for record in records for name in quality(record))
    return [name for name in names if compares(name)]


def _group_table(groups: list[Group]) -> Markup | None:
    """Means over seeds; None where no group has several runs."""
    if all(len(group.records) == 1 for group in groups):
        return None
    names = metrics_of([r for group in groups for r in group.records])
    rows = []
    for index, group in enumerate(groups):
        seeds = ", ".join(str(r.config.get("seed")) for r in group.records)
        speeds = [r.elapsed.get("steps_per_second") for r in group.records]
        measured = [quality(r) for r in group.records]
        cells = [_mean([m.get(n, {}).get("value") for m in measured]) for n in names]
        rows.append([draw_key(index, group.label), seeds, _mean(speeds), *cells])
    head = ["group", "seeds", "steps per second", *_titles(groups, names)]
    words = "Mean ± standard deviation over seeds."
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
    head = ["run", "steps", "time", "steps per second", "device"]
    words = "Every run; in brackets the 95 % interval over samples."
    return join(
        element("p", words, class_="note"),
        table([*head, *_titles(groups, names), "folder"], rows, class_="numbers"),
    )


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


def _differences(groups: list[Group]) -> Markup:
    rows = [
        [name, *("–" if answer is None else answer for answer in answers)]
        for name, answers in differences(groups).items()
    ]
    if not rows:
        return element("p", "Nothing but the seed.")
    keys = [draw_key(index, group.label) for index, group in enumerate(groups)]
    return table(["option", *keys], rows, class_="config")


def _samples(groups: list[Group]) -> Markup:
    figures, drawn = [], set()
    for group in groups:
        for record in group.records:
            dataset = str(record.config.get("dataset"))
            if record.real is not None and dataset not in drawn:
                drawn.add(dataset)
                figures.append(draw_figure(record.real, *_twice(f"real {dataset}")))
            figures += _last_picture(group, record)
    if not figures:
        return element("p", "There are no samples.")
    return element("div", *figures, class_="tiles")


def _last_picture(group: Group, record: Record) -> list[Markup]:
    if not record.pictures:
        return []
    step = max(record.pictures)
    words = f"{group.name(record)}, step {step:,}"
    return [draw_figure(record.pictures[step], *_twice(words))]


def _twice(words: str) -> tuple[str, str]:
    return words, words


def _curves(groups: list[Group]) -> Markup:
    charts = overlaid_charts(groups)
    if not charts:
        return element("p", "Nothing has been logged yet.")
    keys = [draw_key(index, group.label) for index, group in enumerate(groups)]
    legend = element("ul", *(element("li", key) for key in keys), class_="legend")
    few = len(groups) <= _FEW
    drawn = (draw_chart(chart, legend if few else None) for chart in charts)
    return join(None if few else legend, element("div", *drawn, class_="charts"))
