"""The drawing: well-formed, every value at its height and told to the pointer."""

import json
import re
import xml.etree.ElementTree as xml

import numpy as np
import pytest

from wgan_jax.artifacts.report.chart import (
    COLORS,
    DASHES,
    Chart,
    Line,
    draw_chart,
    draw_legend,
    number,
    style_classes,
)
from wgan_jax.artifacts.report.series import Series

NAN = float("nan")


def line(values, label="mean", steps=None, **more):
    steps = np.arange(1.0, len(values) + 1) if steps is None else np.asarray(steps)
    return Line(label, Series(steps, np.asarray(values, float)), **more)


def drawn(*lines, title="loss", **more):
    figure = draw_chart(Chart(title, lines, **more), draw_legend(lines))
    # HTML's attributes without a value are no XML.
    return xml.fromstring(figure.replace(" hidden>", ' hidden="">'))


def paths(figure, name):
    plot = next(e for e in figure.iter("div") if e.get("class") == "plot")
    found = [p for p in plot.iter("path") if name in (p.get("class") or "").split()]
    return [p.get("d") or "" for p in found]


def points(path):
    return [tuple(map(int, pair)) for pair in re.findall(r"[ML](\d+) (\d+)", path)]


def test_values_stand_at_their_step_and_height():
    (path,) = paths(drawn(line([0.0, 10.0, 5.0], steps=[0, 10, 40])), "line")
    (x0, low), (x1, high), (x2, middle) = points(path)
    assert (x0, x1, x2) == (0, 500, 2000)
    assert 900 < low < 1000  # the canvas counts from the top
    assert 0 < high < 100
    assert middle == pytest.approx((low + high) / 2, abs=1)


def test_decades_are_evenly_high_on_a_log_scale_which_is_said():
    figure = drawn(line([0.01, 0.1, 1.0, 10.0]))
    (path,) = paths(figure, "line")
    heights = [y for _, y in points(path)]
    assert np.diff(heights) == pytest.approx(np.diff(heights).mean(), abs=1.1)
    assert "log scale" in "".join(figure.itertext())
    assert "log scale" not in "".join(drawn(line([1.0, 2.0])).itertext())


def test_a_gap_breaks_the_line_and_a_lone_value_is_a_dot():
    (path,) = paths(drawn(line([1.0, 2.0, NAN, 3.0, NAN])), "line")
    assert re.findall(r"[ML]", path) == ["M", "L", "M"]
    assert len(paths(drawn(line([5.0])), "dots")) == 1
    assert paths(drawn(line(np.arange(100.0))), "dots") == []


def test_every_label_is_beside_its_grid_line():
    figure = drawn(line([0.0, 1.0]))
    labels = [t for t in figure.iter("text") if t.get("class") == "y"]
    (grid,) = paths(figure, "grid")
    at = [float((t.get("y") or "").rstrip("%")) * 10 for t in labels]
    lines = [int(y) for y in re.findall(r"M0 (\d+)H", grid)]
    assert at == pytest.approx(lines, abs=1)
    assert [t.text for t in labels] == ["0", "0.25", "0.5", "0.75", "1"]
    ends = [t.text for t in figure.iter("text") if t.get("class") == "x"]
    assert ends == ["1", "2", "step 2"]


def test_the_pointer_is_told_values_and_gaps():
    raw = Series(np.array([1.0, 3.0]), np.array([0.123456789, NAN]))
    figure = drawn(line([1.0, NAN], raw=raw, style=9), line([2.0, 3.0], "other"))
    plot = next(e for e in figure.iter("div") if e.get("class") == "plot")
    data = json.loads(plot.get("data-chart") or "")
    first, second = data["lines"]
    assert first["values"] == [1.0, None]
    assert (first["rawSteps"], first["raw"]) == ([1, 3], [0.12346, None])
    assert first["color"] == 2
    assert (second["label"], second["steps"]) == ("other", [1, 2])
    assert data["x"] == [1, 3]
    assert data["y"][0] < 0.123 < 3 < data["y"][1]


def test_nothing_and_gaps_alone_are_drawn_without_a_line():
    assert paths(drawn(line([NAN, NAN])), "line") == [""]
    assert paths(drawn(line([])), "line") == [""]


def test_thirty_lines_are_told_apart_by_colour_and_dashes():
    kinds = {style_classes(style) for style in range(COLORS * DASHES)}
    assert len(kinds) == COLORS * DASHES >= 30
    assert style_classes(0) == "c0 d0"
    assert style_classes(COLORS) == "c0 d1"


def test_names_are_escaped_and_one_line_needs_no_legend():
    figure = drawn(line([1.0], "<b>"), line([2.0], "&"), title="<i>", notes=["<u>"])
    assert {"b", "u"}.isdisjoint({e.tag for e in figure.iter()})
    assert "<b>" in "".join(figure.itertext())
    assert draw_legend([line([1.0])]) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (0.012345, "0.01235"),
        (5.25, "5.25"),
        (12345.0, "12,345"),
        (1.5e7, "1.5e+07"),
        (3.1e-5, "3.1e-05"),
        (-250.0, "-250"),
    ],
)
def test_numbers_have_at_most_four_digits_that_count(value, words):
    assert number(value) == words
