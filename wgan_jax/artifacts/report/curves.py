"""Which curves a run has, in which order, and how each is to be read.

Evaluations come first, then what every member logs, then what its constraint logs. A
curve that says the same as another one is left out. This module knows the registries'
words on metrics and nothing of SVG.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from wgan_jax.artifacts.report.cards import NO_METRIC
from wgan_jax.artifacts.report.chart import Chart, Line
from wgan_jax.artifacts.report.quantities import heading, labelled
from wgan_jax.artifacts.report.record import Record
from wgan_jax.artifacts.report.series import (
    Series,
    column,
    is_mirror,
    names_of,
    running_mean,
    thin,
)
from wgan_jax.constraints.estimate import ESTIMATE, metric_words, penalty_weight
from wgan_jax.metrics.penalised import corrected_wasserstein1

LOSS = "critic_loss"
MOST_METRICS = 100  # in a page
_FIRST = (ESTIMATE, LOSS, "generator_loss")
MIRRORED = "The critic's loss is this curve upside down, and is not drawn."


def metric_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The metrics of a run's rows in the order in which they are shown, the first ones.

    No member logs as many; a log that others wrote in may have any number.
    """
    names = names_of(rows)
    known = [name for name in _FIRST if name in names]
    return (known + [name for name in names if name not in _FIRST])[:MOST_METRICS]


def evaluation_lines(
    rows: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, Series]]:
    """What was measured while a run trained.

    Args:
        rows: of evaluations.jsonl.

    Returns:
        Metric -> weights -> the values over steps; metrics without a number left out.
    """
    found: dict[str, dict[str, Series]] = {}
    for weights in dict.fromkeys(str(row.get("weights", "")) for row in rows):
        chosen = [row for row in rows if str(row.get("weights", "")) == weights]
        for name in names_of(chosen)[:MOST_METRICS]:
            series = column(chosen, name)
            if name not in NO_METRIC and np.isfinite(series.values).any():
                found.setdefault(name, {})[weights] = series
    return found


def mirrored_loss(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the critic's loss is the negative of the Wasserstein estimate."""
    return is_mirror(column(rows, ESTIMATE), column(rows, LOSS))


def evaluation_charts(record: Record) -> list[Chart]:
    """The charts of what was measured of the samples while a run trained.

    Args:
        record: the run.

    Returns:
        One for each metric, with a line for each kind of weights.
    """
    charts = []
    for name, by_weights in evaluation_lines(record.evaluations).items():
        lines = [
            Line(f"{weights} weights" if weights else name, series, style=style)
            for style, (weights, series) in enumerate(by_weights.items())
        ]
        net = record.evaluation.get("features_title")
        alone = [f"Of the {w} weights." for w in by_weights if w and len(lines) == 1]
        charts.append(Chart(labelled(name, net), lines, alone))
    return charts


def training_charts(record: Record) -> list[Chart]:
    """The charts of what a run logged.

    Args:
        record: the run.

    Returns:
        One for each metric but the mirror image of another.
    """
    rows = record.rows
    names = metric_names(rows)
    mirrored = ESTIMATE in names and LOSS in names and mirrored_loss(rows)
    if mirrored:
        names.remove(LOSS)
    charts = []
    for name in names:
        series = logged_series(record, name)
        if not np.isfinite(series.values).any():
            continue
        lines = [Line("running mean", running_mean(series), thin(series))]
        if name == ESTIMATE:
            lines += _corrected(lines[0].series, penalty_weight(record.config))
        charts.append(Chart(heading(name), lines, _notes(name, record, mirrored)))
    return charts


def logged_series(record: Record, name: str) -> Series:
    """A metric over the logged steps, without those that skipped a lazy penalty.

    Such an update logs 0 for what its constraint measures.
    """
    series = column(record.rows, name)
    if (record.config.get("penalty_every") or 1) == 1 or name in _FIRST:
        return series
    skipped = series.values == 0
    if skipped.all():
        return series
    return Series(series.steps[~skipped], series.values[~skipped])


def how_it_was_drawn(records: Sequence[Record], kept: bool) -> str:
    """What is done to logged values before they are drawn.

    Args:
        records: the runs.
        kept: whether the values themselves are drawn too, faintly.
    """
    words = "Lines are running means over 1/50 of a run"
    words += "; faint behind them the logged values." if kept else "."
    rare = [k for r in records if (k := _every(r)) > 1]
    if rare:
        words += f" Of long runs only every {max(rare):,}th logged row is read."
    return words


def _every(record: Record) -> int:
    """Of how many logged rows one was read."""
    steps = [row["step"] for row in record.rows[:2]]
    usual = record.config.get("log_every") or 1
    return (steps[1] - steps[0]) // usual if len(steps) == 2 else 1


def _corrected(estimate: Series, weight: float | None) -> list[Line]:
    """The distance at which a critic under a penalty would give the estimate."""
    if weight is None:
        return []
    values = [
        corrected_wasserstein1(v, weight) if v >= 0 else math.nan
        for v in estimate.values.tolist()
    ]
    corrected = Series(estimate.steps, np.array(values))
    return [Line("corrected for the penalty", corrected, style=8)]


def _notes(name: str, record: Record, mirrored: bool) -> list[str]:
    words = metric_words(record.config)
    notes = [words[name]] if name in words else []
    if name == ESTIMATE and mirrored:
        notes.append(MIRRORED)
    return [sentence(note) for note in notes]


def sentence(words: str) -> str:
    """Writes words of a registry as a sentence."""
    return words[0].upper() + words[1:].rstrip(".") + "."
