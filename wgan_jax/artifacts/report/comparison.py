"""The page of several runs: tables, curves overlaid, samples side by side."""

from collections.abc import Sequence

from wgan_jax.artifacts.report.cards import protocol
from wgan_jax.artifacts.report.chart import Chart, draw_chart, draw_key
from wgan_jax.artifacts.report.curves import how_it_was_drawn
from wgan_jax.artifacts.report.gallery import draw_figure
from wgan_jax.artifacts.report.groups import (
    Group,
    data_names,
    differences,
    group_runs,
    quality,
    shown_how,
)
from wgan_jax.artifacts.report.markup import Markup, document, element, join, table
from wgan_jax.artifacts.report.overlay import overlaid_charts
from wgan_jax.artifacts.report.page import section
from wgan_jax.artifacts.report.record import Record
from wgan_jax.artifacts.report.results import draw_results

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
        section("Results", draw_results(groups)),
        section("What differs", _differences(groups)),
        section("Curves", _curves_note(records), _curves(groups)),
        section("Samples", _samples(groups)),
    )
    return document(title, element("main", body))


def _curves_note(records: Sequence[Record]) -> Markup | None:
    if not any(record.rows for record in records):
        return None
    words = how_it_was_drawn(records, kept=False)
    return element("p", f"Of what was logged: {words}", class_="note")


def _introduction(records: Sequence[Record], groups: list[Group]) -> list[Markup]:
    words = [f"{len(groups)} groups: " if len(groups) > 1 else "One group: "]
    words += ["runs that differ by their seed alone are repeats of one experiment."]
    notes = [element("p", *words, class_="lead")]
    ways = {protocol(r.evaluation) for r in records if r.evaluation}
    if len(ways) == 1:
        notes.append(element("p", f"Measured {ways.pop()}.", class_="note"))
    return notes + [element("p", w, class_="warning") for w in _warnings(records)]


def _warnings(records: Sequence[Record]) -> list[str]:
    found = []
    if len({record.data for record in records}) > 1:
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
    found += [*_diverged(records), *_earlier(measured), *_weights(records)]
    if not any(quality(record) for record in records):
        found.append(
            "No run has been evaluated yet: python -m wgan_jax.evaluate RUN measures "
            "its samples."
        )
    elif len(measured) < len(records):
        found.append(
            "Not every run was evaluated after training (python -m wgan_jax.evaluate "
            "RUN): numbers without an interval were measured while it trained, by "
            "other samples and often by fewer, on which exact W1 and others depend."
        )
    return found


def _diverged(records: Sequence[Record]) -> list[str]:
    runs = [f"{r.path} at {r.diverged}" for r in records if r.diverged]
    return [f"Diverged: {', '.join(runs)}."] if runs else []


def _earlier(records: Sequence[Record]) -> list[str]:
    """Which numbers are of a step before the last."""
    runs = [
        f"{record.path} (step {record.measured_earlier:,} of {record.step:,})"
        for record in records
        if record.measured_earlier is not None
    ]
    if not runs:
        return []
    return [
        f"Evaluated at another step than the last: {', '.join(runs)}. The numbers are "
        "of that step; python -m wgan_jax.evaluate RUN measures the last."
    ]


def _weights(records: Sequence[Record]) -> list[str]:
    """Which numbers are of averaged weights, where others are not."""
    found: dict[str, list[str]] = {}
    for record in records:
        if quality(record):
            name = shown_how(record)["weights"] or "raw"
            found.setdefault(name, []).append(str(record.path))
    if len(found) < 2:
        return []
    words = "; ".join(f"{name} weights: {', '.join(of)}" for name, of in found.items())
    return [f"Averaged weights (ema) stand beside raw ones: {words}."]


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
    names = data_names([record for group in groups for record in group.records])
    for group in groups:
        for record in group.records:
            if record.real is not None and record.data not in drawn:
                drawn.add(record.data)
                words = f"real {names[record.data]}"
                figures.append(draw_figure(record.real, *_twice(words)))
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
    few = len(groups) <= _FEW
    drawn = (
        draw_chart(chart, _legend(groups, chart) if few else None) for chart in charts
    )
    return join(
        None if few else _legend(groups), element("div", *drawn, class_="charts")
    )


def _legend(groups: list[Group], chart: Chart | None = None) -> Markup:
    """Names the groups, of a chart those that it has lines of."""
    drawn = (
        range(len(groups)) if chart is None else {line.style for line in chart.lines}
    )
    keys = [draw_key(n, group.label) for n, group in enumerate(groups) if n in drawn]
    return element("ul", *(element("li", key) for key in keys), class_="legend")
