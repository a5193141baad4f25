"""The curves of several runs, one chart a metric; a group of runs has one colour."""

from collections.abc import Callable, Sequence

import numpy as np

from wgan_jax.artifacts.report.chart import Chart, Line
from wgan_jax.artifacts.report.curves import (
    LOSS,
    MIRRORED,
    evaluation_lines,
    logged_series,
    metric_names,
    mirrored_loss,
    sentence,
)
from wgan_jax.artifacts.report.groups import Group
from wgan_jax.artifacts.report.quantities import heading, labelled
from wgan_jax.artifacts.report.record import Record
from wgan_jax.artifacts.report.series import Series, running_mean, thin
from wgan_jax.constraints.estimate import ESTIMATE, estimate_words

_POINTS = 200  # of each line: thirty runs have to fit into a page
_UNLIKE = (
    "What the estimates mean differs between the runs: compare the course of each, not "
    "their sizes."
)


def overlaid_charts(groups: Sequence[Group]) -> list[Chart]:
    """Chooses the charts of several runs.

    Args:
        groups: the runs.

    Returns:
        What was measured of their samples first, then what they logged.
    """
    records = [record for group in groups for record in group.records]
    measured = [evaluation_lines(record.evaluations) for record in records]
    of_record = dict(zip(map(id, records), measured, strict=True))
    names = dict.fromkeys(name for found in measured for name in found)
    charts = []
    for name in names:

        def evaluated(record: Record, name: str = name) -> Series | None:
            by_weights = of_record[id(record)].get(name, {})
            chosen = by_weights.get("ema") or next(iter(by_weights.values()), None)
            return None if chosen is None else thin(chosen, _POINTS // 2)

        charts.append(Chart(labelled(name), _lines(groups, evaluated)))
    return [*charts, *_logged(groups, records)]


def _logged(groups: Sequence[Group], records: list[Record]) -> list[Chart]:
    names = list(dict.fromkeys(n for r in records for n in metric_names(r.rows)))
    mirrored = LOSS in names and all(mirrored_loss(r.rows) for r in records if r.rows)
    if mirrored:
        names.remove(LOSS)
    charts = []
    for name in names:

        def logged(record: Record, name: str = name) -> Series | None:
            series = logged_series(record, name)
            known = np.isfinite(series.values).any()
            return running_mean(series, points=_POINTS) if known else None

        if lines := _lines(groups, logged):
            notes = _notes(records, mirrored) if name == ESTIMATE else []
            charts.append(Chart(heading(name), lines, notes))
    return charts


def _lines(
    groups: Sequence[Group], read: Callable[[Record], Series | None]
) -> list[Line]:
    return [
        Line(group.name(record), series, style=style)
        for style, group in enumerate(groups)
        for record in group.records
        if (series := read(record)) is not None
    ]


def _notes(records: Sequence[Record], mirrored: bool) -> list[str]:
    readings = {estimate_words(record.config) for record in records}
    notes = [_UNLIKE] if len(readings) > 1 else [sentence(r) for r in readings if r]
    return notes + ([MIRRORED] if mirrored else [])
