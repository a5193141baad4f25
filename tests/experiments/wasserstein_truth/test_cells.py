"""Cells: made once, kept whole, measured rightly, and missing ones shown."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.records import read_record
from experiments.wasserstein_truth import __main__ as command
from experiments.wasserstein_truth.cells import (
    Cell,
    cell_of,
    make_cell,
    plan_cells,
    shard_of,
)
from experiments.wasserstein_truth.families import FAMILIES, make_pair
from experiments.wasserstein_truth.measure import measure
from experiments.wasserstein_truth.page import write_part
from experiments.wasserstein_truth.record import (
    collect,
    missing,
)
from experiments.wasserstein_truth.rows import ROWS, Fitted
from wgan_jax.errors import UserError

LINE = Cell("line", "drawn-0", 1, 1, "trivial", 0, "reduced")


def _optimal(points):
    return -jnp.abs(points[:, 0])


def test_the_optimal_critic_measures_perfectly():
    pair = make_pair("line", "drawn-0", 1, 1)
    best = Fitted(_optimal, jax.grad(lambda x: _optimal(x).sum()))
    found = measure(pair, best, jax.random.key(1), 1000)
    np.testing.assert_allclose(found["cos"], 1, atol=1e-6)
    np.testing.assert_allclose(found["l2"], 0, atol=1e-6)
    assert abs(found["value"] - 0.5) < 3 * found["value_error"] < 0.1
    assert found["excess_error"] < 1e-6
    assert found["w1"] == 0.5


def test_a_critic_twice_as_steep_is_seen_in_l2_and_value_alone():
    pair = make_pair("line", "drawn-0", 1, 1)
    slopes = jax.grad(lambda x: 2 * _optimal(x).sum())
    steep = Fitted(lambda x: 2 * _optimal(x), slopes, raw=lambda x: 4 * _optimal(x))
    found = measure(pair, steep, jax.random.key(1), 1000)
    np.testing.assert_allclose(found["cos"], 1, atol=1e-6)
    np.testing.assert_allclose(found["l2"], 1, atol=1e-5)
    np.testing.assert_allclose(found["value"], 1, atol=0.1)
    np.testing.assert_allclose(found["largest_slope"], 2, atol=1e-5)
    # Over the mean slope of f, 4, it is the optimal one.
    np.testing.assert_allclose(found["raw_l2"], 0, atol=1e-5)
    np.testing.assert_allclose(found["raw_value"], 0.5, atol=0.05)


def test_cells_come_seed_by_seed_with_solvers_first():
    cells = plan_cells(list(FAMILIES), list(ROWS), [0, 1], "reduced")
    seeds = [cell.seed for cell in cells]
    assert seeds == sorted(seeds)
    first = [cell.row for cell in cells if cell.seed == 0]
    assert first[:33] == ["trivial"] * 33
    late = [cell.dim for cell in cells if cell.seed == 0 and cell.row == "gp"]
    assert late == sorted(late)
    assert max(cell.dim for cell in cells if cell.seed == 1) == 32
    parts = [shard_of(cells, i, 3) for i in range(3)]
    assert sorted(sum(parts, [])) == sorted(cells)
    assert len(set(cells)) == len(cells)


def test_a_result_of_other_steps_is_made_again(tmp_path):
    record = tmp_path / "r.json"
    result = LINE._asdict() | {"steps": 16, "batch": 1024, "cos": 0.5}
    record.write_text(json.dumps({"cells": [result]}))
    assert missing([LINE], tmp_path / "none", record) == []
    record.write_text(json.dumps({"cells": [result | {"steps": 15}]}))
    assert missing([LINE], tmp_path / "none", record) == [LINE]


def test_a_result_of_other_settings_is_made_again(tmp_path, monkeypatch):
    record, row, none = tmp_path / "r.json", ROWS["sorted"], tmp_path / "none"
    cell = LINE._replace(row="sorted")
    unmarked = cell._asdict() | {"steps": 5000, "batch": 512, "cos": 0.5}
    marked = unmarked | {"settings": row.settings}
    other = row._replace(settings=row.settings | {"few": {"hidden": 2, "group": 4}})
    for result in (unmarked, marked):  # made before results carried them, and after
        record.write_text(json.dumps({"cells": [result]}))
        assert missing([cell], none, record) == []
        with monkeypatch.context() as changed:
            changed.setitem(ROWS, "sorted", other)
            assert missing([cell], none, record) == [cell]


@pytest.mark.parametrize("row", ["clip", "gn"])
def test_a_critics_cell_is_made_by_the_packages_updates(row):
    cell = LINE._replace(row=row)
    found = make_cell(cell, steps=2)
    assert found["steps"] == 2
    assert found["settings"] == ROWS[row].settings
    assert ("raw_value" in found) == (row == "gn")
    # After two steps weights are still at .04 or below, or |f^| <= 1.
    assert 0 < found["largest_slope"] < (0.3 if row == "clip" else 1 + 1e-4)
    json.dumps(found, allow_nan=False)


def run(word, folder, *words):
    record = ["--record", str(folder.with_name("r.json"))]
    some = ["--families", "line,gaussian", "--rows", "trivial", *words]
    return command.main([word, "--results", str(folder), *record, *some])


def test_a_run_goes_on_where_it_stood_and_its_cells_are_collected(tmp_path, capsys):
    cells, record, page = tmp_path / "c", tmp_path / "r.json", tmp_path / "B.md"
    assert run("run", cells, "--sizes", "1,1") == 0
    assert LINE.name in capsys.readouterr().out
    before = (cells / f"{LINE.name}.json").stat().st_mtime_ns
    assert run("run", cells) == 0
    assert LINE.name not in capsys.readouterr().out
    assert (cells / f"{LINE.name}.json").stat().st_mtime_ns == before
    assert run("list", cells) == 0
    assert "3 of 3 cells are done" in capsys.readouterr().out
    collect(cells, record)
    (cells / f"{LINE.name}.json").unlink()
    collect(cells, record)  # what is on record stays
    assert len(read_record(record, cell_of)) == 3
    # A fresh clone has the record and no folder: nothing is made again.
    assert missing([LINE], tmp_path / "none", record) == []
    assert missing([LINE._replace(seed=1)], cells, record) == [LINE._replace(seed=1)]
    page.write_text("# Speed\n\n<!-- part other -->\nx\n<!-- end other -->\n")
    write_part(record, page)
    once = page.read_text()
    write_part(record, page)
    assert page.read_text() == once
    assert once.startswith("# Speed\n\n<!-- part other -->\nx\n<!-- end other -->\n")
    assert once.count("## How well critics estimate W1") == 1
    # 33 sizes of the first seed times the rows, less the three made.
    assert f"{33 * len(ROWS) - 3} cells of the first seed are missing" in once
    assert "| 2, 4 | missing | missing |" in once


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--budget", "tiny"], "unknown budget 'tiny'"),
        (["--shard", "2/2"], "shard '2/2' is none"),
        (["--seeds", "x"], "seed 'x' is no whole number"),
        (["--sizes", "8,16;3,3"], "no cell has a size of '3,3'"),
        (["--sizes", "8"], "no cell has a size of '8'"),
        (["--families", "gaussian", "--sizes", "32,1x"], "no cell has a size"),
    ],
)
def test_bad_words_are_refused_in_one_line(words, message, capsys):
    assert command.main(["list", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("wasserstein_truth: ")
    assert message in error
    assert error.count("\n") == 1


def test_processes_share_the_shard_that_was_asked_for(monkeypatch, tmp_path):
    started, codes = [], [0, -9, 0]

    class Process:
        def __init__(self, words, env):
            started.append(words[-1].removeprefix("--shard="))

        def wait(self):
            return codes.pop()

    monkeypatch.setattr(command.subprocess, "Popen", Process)
    words = ["--families", "line,gaussian", "--seeds", "0,1", "--shard", "1/2"]
    # One of them was killed: that is no success.
    assert run("run", tmp_path / "c", *words, "--processes", "3") == 137
    cells = plan_cells(["line", "gaussian"], ["trivial"], [0, 1], "reduced")
    parts = [shard_of(cells, *map(int, part.split("/"))) for part in started]
    assert sorted(sum(parts, [])) == sorted(shard_of(cells, 1, 2))


def test_a_damaged_cell_is_named(tmp_path):
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(UserError, match=r"x\.json is no result of a cell"):
        collect(tmp_path, tmp_path / "record")
