"""Which curves a run has, and what is said of them."""

import numpy as np
import pytest

from tests.artifacts.report.pages import GN, make_record, make_rows
from wgan_jax.artifacts.report.curves import (
    evaluation_charts,
    how_it_was_drawn,
    training_charts,
)

GP = {
    **GN,
    "variant": "gp",
    "constraint": "penalty",
    "penalty_weight": 0.1,
}


def charts(path, *given, **files):
    record = make_record(path, *given, pictures=(), **files)
    found = [*evaluation_charts(record), *training_charts(record)]
    return {chart.title: chart for chart in found}


def test_the_mirror_image_is_not_drawn_and_this_is_said(tmp_path):
    found = charts(tmp_path / "run")
    assert list(found) == ["wasserstein estimate", "generator loss", "score magnitude"]
    notes = " ".join(found["wasserstein estimate"].notes)
    assert "upside down" in notes
    assert "Bounded, not W1" in notes
    assert "near 1 the generator" in found["score magnitude"].notes[0]


def test_a_loss_with_a_penalty_is_no_mirror_image(tmp_path):
    rows = make_rows(40, gradient_penalty=0.5, gradient_norm=2.0)
    for row in rows:
        row["critic_loss"] += 0.1 * 0.5
    found = charts(tmp_path / "run", GP, rows)
    assert list(found)[:2] == ["wasserstein estimate", "critic loss"]
    (note,) = found["wasserstein estimate"].notes
    assert "W + W^2 / (2 x 0.1)" in note


def test_a_penalised_estimate_is_read_at_slope_one_too(tmp_path):
    """Lines at distance W: the slope is 1 + W / (2 weight), the estimate W times it."""
    distance, weight = 1.0, 0.1
    slope = 1 + distance / (2 * weight)
    rows = make_rows(40)
    for row in rows:
        row["wasserstein_estimate"] = distance * slope
    lines = charts(tmp_path / "run", GP, rows)["wasserstein estimate"].lines
    assert [line.label for line in lines] == [
        "running mean",
        "corrected for the penalty",
    ]
    np.testing.assert_allclose(lines[0].series.values, 6.0, rtol=1e-9)
    np.testing.assert_allclose(lines[1].series.values, distance, rtol=1e-9)


def test_the_words_of_a_critic_that_bounds_itself_win(tmp_path):
    config = GN | {"constraint": "none", "network": "lipschitz_mlp"}
    notes = charts(tmp_path / "run", config)["wasserstein estimate"].notes
    assert notes[0].startswith("A certified lower bound of W1")


@pytest.mark.parametrize("weight", [None, 0, -1.0, "x", float("inf")])
def test_nothing_is_corrected_by_a_weight_that_is_none(weight, tmp_path):
    config = GP | {"penalty_weight": weight}
    (line,) = charts(tmp_path / "run", config)["wasserstein estimate"].lines
    assert line.label == "running mean"


@pytest.mark.parametrize(
    "other",
    [{"objective": "non_saturating"}, {"constraint": "r1"}, {"constraint": "clipping"}],
)
def test_the_penaltys_law_is_drawn_where_it_holds_alone(other, tmp_path):
    chart = charts(tmp_path / "run", GP | other)["wasserstein estimate"]
    assert [line.label for line in chart.lines] == ["running mean"]
    assert "W^2" not in " ".join(chart.notes)


def test_an_estimate_below_zero_has_no_corrected_reading(tmp_path):
    rows = make_rows(40)
    for row in rows[:10]:
        row["wasserstein_estimate"] = -1.0
    _, line = charts(tmp_path / "run", GP, rows)["wasserstein estimate"].lines
    assert np.isnan(line.series.values[:10]).all()
    assert np.isfinite(line.series.values[10:]).all()


def test_evaluations_have_a_line_for_each_kind_of_weights(tmp_path):
    evaluations = [
        {"step": s, "weights": w, "count": 9, "depth": m, "width": None}
        for s, w, m in ((10, "raw", 3), (10, "ema", 2), (20, "raw", 5), (20, "ema", 8))
    ]
    found = charts(tmp_path / "run", evaluations=evaluations)
    lines = {x.label: x.series for x in found["depth"].lines}
    assert lines["raw weights"].values.tolist() == [3, 5]
    assert lines["ema weights"].steps.tolist() == [10, 20]
    assert not {"width", "count", "weights"} & set(found)


@pytest.mark.parametrize("rows", [[], [{"step": 1}], [{"step": 1, "a": None}]])
def test_without_numbers_there_are_no_charts(rows, tmp_path):
    assert charts(tmp_path / "run", GN, rows) == {}


def test_updates_that_skip_a_lazy_penalty_are_not_drawn_as_zeros(tmp_path):
    rows = make_rows(40, gradient_norm=0.0)
    for row in rows[3::4]:
        row["gradient_norm"] = 1.0
    lazy = charts(tmp_path / "lazy", GP | {"penalty_every": 4}, rows)
    (line,) = lazy["gradient norm"].lines
    assert line.series.values.tolist() == [1.0] * 10
    assert line.series.steps.tolist() == list(range(4, 41, 4))
    plain = charts(tmp_path / "plain", GP, rows)
    assert plain["gradient norm"].lines[0].series.values.min() == 0


def test_one_kind_of_weights_is_named_where_there_is_no_legend(tmp_path):
    rows = [{"step": s, "weights": "ema", "count": 9, "depth": 1.0} for s in (1, 2)]
    (chart, *_) = charts(tmp_path / "run", evaluations=rows).values()
    assert chart.notes == ["Of the ema weights."]


def test_what_is_done_to_the_values_is_said(tmp_path):
    record = make_record(tmp_path / "run", GN, make_rows(40), pictures=())
    assert how_it_was_drawn([record], kept=True) == (
        "Lines are running means over 1/50 of a run; faint behind them the logged "
        "values."
    )
    every = record._replace(rows=record.rows[::8])
    assert "only every 8th logged row" in how_it_was_drawn([record, every], kept=False)
