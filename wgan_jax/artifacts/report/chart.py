"""Curves as inline SVG that fills its column, with text that keeps its size.

Lines are drawn on a stretched canvas; labels stand beside it at a share of its height
and width, so that they are as large on a phone as on a desk. The values travel along
for the pointer, which the page's script follows. This module knows series, not runs.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from wgan_jax.artifacts.report.markup import Markup, element, join, json_attribute
from wgan_jax.artifacts.report.series import Scale, Series, scale_of

COLORS, DASHES = 7, 5  # as many as the style sheet has
_WIDTH, _HEIGHT = 2000, 1000  # of the canvas; it is stretched to its column
_DESCRIBED = 12  # lines whose last value is read out
_DOTTED = 40  # so few values are marked by dots


class Line(NamedTuple):
    """One line of a chart.

    Attributes:
        label: its name in the legend and under the pointer.
        series: what is drawn, and read under the pointer.
        raw: what is drawn faintly behind it, or None.
        style: a number that chooses colour and dashes.
    """

    label: str
    series: Series
    raw: Series | None = None
    style: int = 0


class Chart(NamedTuple):
    """A quantity over steps.

    Attributes:
        title: what it is.
        lines: at least one.
        notes: sentences below the title.
    """

    title: str
    lines: Sequence[Line]
    notes: Sequence[str] = ()


def style_classes(style: int) -> str:
    """The style sheet's classes of a line: every colour first, then other dashes."""
    return f"c{style % COLORS} d{style // COLORS % DASHES}"


def draw_chart(chart: Chart, legend: Markup | None = None) -> Markup:
    """Draws a chart.

    Args:
        chart: what to draw.
        legend: what names its lines, or None.

    Returns:
        A figure. A positive quantity that spans decades gets a log scale.
    """
    drawn = [series for line in chart.lines for series in (line.series, line.raw)]
    every = [series for series in drawn if series is not None]
    heights = scale_of([series.values for series in every])
    widths = _step_scale([series.steps for series in every])
    scale = element("small", "log scale") if heights.log else None
    return element(
        "figure",
        element("h3", chart.title, scale),
        *(element("p", note, class_="note") for note in chart.notes),
        legend,
        _plot(chart, widths, heights),
        class_="chart",
    )


def draw_legend(lines: Sequence[Line]) -> Markup | None:
    """Names lines by their colour and dashes; None for a single one."""
    entries = (element("li", draw_key(line.style, line.label)) for line in lines)
    return element("ul", *entries, class_="legend") if len(lines) > 1 else None


def draw_key(style: int, label: str) -> Markup:
    """Draws a piece of a line beside its name."""
    path = element("path", d="M1 6H31", class_=f"line {style_classes(style)}")
    sample = element("svg", path, viewBox="0 0 32 12", aria_hidden="true")
    return element("span", sample, label, class_="key")


def _plot(chart: Chart, widths: Scale, heights: Scale) -> Markup:
    canvas = element(
        "svg",
        element("path", d=_grid(heights), class_="grid"),
        *(_faint(line, widths, heights) for line in chart.lines if line.raw),
        *(_line(line, widths, heights) for line in chart.lines),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        preserveAspectRatio="none",
        width="100%",
        height="100%",
    )
    picture = element(
        "svg",
        canvas,
        *_labels(widths, heights),
        role="img",
        aria_label=_description(chart, widths),
    )
    pointer = Markup('<i class="cross" hidden></i><output class="tip" hidden></output>')
    data = {
        "x": [widths.low, widths.high],
        "y": [heights.low, heights.high],
        "log": heights.log,
        "lines": [_values(line) for line in chart.lines],
    }
    return element(
        *("div", picture, pointer),
        class_="plot",
        tabindex=0,
        data_chart=json_attribute(data),
    )


def _description(chart: Chart, widths: Scale) -> str:
    ends = f"from step {widths.low:,.0f} to {widths.high:,.0f}"
    several = len(chart.lines) > 1
    values = [
        f", {f'{line.label} ' if several else ''}at the end {number(value)}"
        for line in chart.lines[:_DESCRIBED]
        if (value := _last(line.series)) is not None
    ]
    return f"{chart.title} {ends}{''.join(values)}"


def _last(series: Series) -> float | None:
    known = series.values[np.isfinite(series.values)]
    return float(known[-1]) if known.size else None


def _values(line: Line) -> dict[str, Any]:
    """What the script shows under the pointer: five digits, null for a gap."""
    values: dict[str, Any] = {
        "label": line.label,
        "color": line.style % COLORS,
        "steps": line.series.steps.astype(int).tolist(),
        "values": _rounded(line.series.values),
    }
    if line.raw is not None:
        values["rawSteps"] = line.raw.steps.astype(int).tolist()
        values["raw"] = _rounded(line.raw.values)
    return values


def _rounded(values: np.ndarray) -> list[float | None]:
    return [float(f"{v:.5g}") if v == v else None for v in values.tolist()]


def _step_scale(steps: Sequence[np.ndarray]) -> Scale:
    every = np.concatenate([*steps, np.zeros(0)])
    low, high = (every.min(), every.max()) if every.size else (0.0, 1.0)
    # One step alone stands in the middle.
    if low == high:
        low, high = low - 1, high + 1
    return Scale(float(low), float(high), False)


def _points(
    series: Series, widths: Scale, heights: Scale
) -> tuple[list[int], list[int], np.ndarray]:
    """Canvas coordinates of the values that are no gaps, and where these stand."""
    known = np.isfinite(series.values)
    x = widths.position(series.steps[known]) * _WIDTH
    y = (1 - heights.position(series.values[known])) * _HEIGHT
    return np.rint(x).astype(int).tolist(), np.rint(y).astype(int).tolist(), known


def _path(series: Series, widths: Scale, heights: Scale) -> str:
    xs, ys, known = _points(series, widths, heights)
    begins = (known & ~np.concatenate([[False], known[:-1]]))[known].tolist()
    words = zip(begins, xs, ys, strict=True)
    return "".join(f"{'M' if begin else 'L'}{x} {y}" for begin, x, y in words)


def _line(line: Line, widths: Scale, heights: Scale) -> Markup:
    classes = style_classes(line.style)
    path = _path(line.series, widths, heights)
    drawn = element("path", d=path, class_=f"line {classes}")
    if len(line.series.values) > _DOTTED:
        return drawn
    xs, ys, _ = _points(line.series, widths, heights)
    # A line of no length with round ends: a circle would be stretched to an ellipse.
    dots = "".join(f"M{x} {y}h0" for x, y in zip(xs, ys, strict=True))
    return join(drawn, element("path", d=dots, class_=f"dots {classes}"), by="")


def _faint(line: Line, widths: Scale, heights: Scale) -> Markup:
    assert line.raw is not None
    path = _path(line.raw, widths, heights)
    return element("path", d=path, class_=f"raw c{line.style % COLORS}")


def _grid(heights: Scale) -> str:
    places = (1 - heights.position(heights.ticks())) * _HEIGHT
    return "".join(f"M0 {y}H{_WIDTH}" for y in np.rint(places).astype(int))


def _labels(widths: Scale, heights: Scale) -> list[Markup]:
    ticks = heights.ticks()
    labels = [
        element("text", number(tick), x="-8", y=_percent(1 - at), class_="y")
        for tick, at in zip(ticks, heights.position(ticks), strict=True)
    ]
    # The ends are aligned inwards, so that no label leaves the picture.
    low, high = widths.low, widths.high
    steps = ((0, "start", low), (0.5, "middle", (low + high) / 2), (1, "end", high))
    for at, anchor, step in steps:
        words = f"step {step:,.0f}" if at == 1 else f"{step:,.0f}"
        place = {"x": _percent(at), "y": "100%", "dy": "18"}
        labels.append(element("text", words, class_="x", text_anchor=anchor, **place))
    return labels


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def number(value: float, digits: int = 4) -> str:
    """Writes a number, by default in at most four digits: 0.01234, 5.2, 12,300."""
    if value and not 1e-4 <= abs(value) < 1e6:
        return f"{value:.3g}"
    words = f"{value:.{digits}g}"
    return f"{value:,.0f}" if "e" in words else words
