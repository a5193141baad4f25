"""Cells: their order, their shards, and when a result no longer counts."""

import itertools
import json
from collections.abc import Sequence
from typing import Any

import pytest

from experiments.leaderboard import cells, speeds
from experiments.leaderboard.cells import Cell
from wgan_jax.errors import UserError
from wgan_jax.loop.stored_config import deciding
from wgan_jax.metrics.features.registry import FEATURES

PLAYERS = {"ring8": ["gan", "gp"], "grid25": ["gp"]}
CELL = Cell("ring8", "gp", 0, "steps")


def test_the_first_seed_of_every_board_comes_first() -> None:
    planned = cells.plan_cells(["ring8", "grid25"], PLAYERS, [0, 1], ["steps"])
    assert [(c.board, c.variant, c.seed) for c in planned] == [
        ("ring8", "gan", 0),
        ("ring8", "gp", 0),
        ("grid25", "gp", 0),
        ("ring8", "gan", 1),
        ("ring8", "gp", 1),
        ("grid25", "gp", 1),
    ]


def test_shards_share_no_run_and_leave_none_out() -> None:
    planned = cells.plan_cells(["ring8"], PLAYERS, [0, 1], ["steps", "clock"])
    shards = [cells.shard_of(planned, i, 3) for i in range(3)]
    assert sorted(sum(shards, [])) == sorted(planned)
    runs = [{(c.variant, c.seed) for c in shard} for shard in shards]
    for one, other in itertools.combinations(runs, 2):
        assert not one & other


def test_seconds_become_steps_by_the_speed_on_file() -> None:
    clock = CELL._replace(budget="clock")  # 30 seconds on ring8
    assert cells.steps_of(clock, {"ring8-gp-tuned": 12.5}) == 375
    with pytest.raises(UserError, match="the speed of gp on ring8 is not on file"):
        cells.steps_of(clock, {"ring8-gan-tuned": 12.5})


def _result(**changes: object) -> dict:
    made = deciding(CELL.config()) | changes
    return CELL._asdict() | {"config": made, "budget_steps": 5000}


def test_a_result_counts_until_its_settings_change() -> None:
    assert cells.is_current(_result(), {})
    assert not cells.is_current(_result(critic_learning_rate=0.5), {})
    assert not cells.is_current(_result() | {"budget_steps": 4999}, {})
    assert not cells.is_current(_result() | {"variant": "gone"}, {})
    net = {"name": "mnist", "sha256": FEATURES["mnist"].sha256}
    assert cells.is_current(_result() | {"features": net}, {})
    other = net | {"sha256": "0"}  # its distances are not comparable
    assert not cells.is_current(_result() | {"features": other}, {})
    gone = _result()
    del gone["budget_steps"]
    assert not cells.is_current(gone, {})


def test_an_option_that_came_later_changes_no_result() -> None:
    made = _result()
    del made["config"]["critic_schedule"]
    assert cells.is_current(made, {})


def test_another_preset_has_another_run_folder(tmp_path) -> None:
    folder = cells.run_dir(CELL, tmp_path)
    assert folder == cells.run_dir(CELL._replace(budget="clock"), tmp_path)
    assert folder != cells.run_dir(CELL._replace(seed=1), tmp_path)
    assert folder != cells.run_dir(CELL._replace(preset="paper"), tmp_path)


def test_a_file_that_is_no_result_is_named(tmp_path) -> None:
    (tmp_path / "ring8.json").write_text('{"board": "ring8"}')
    with pytest.raises(UserError, match=r"ring8\.json is no result of a cell"):
        cells.read_results(tmp_path)


def _five(_board: str, variants: Sequence[str], _preset: str) -> dict[str, list[float]]:
    return {variant: [4.0, 5.0, 9.0] for variant in variants}


def _machine(processor: str) -> dict[str, Any]:
    return {"processor": processor, "threads": 2}


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", '{"speeds": {"ring8-gan-tuned": 1}}']
)
def test_a_file_of_something_else_is_named(text, tmp_path) -> None:
    path = tmp_path / "speeds.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"speeds\.json holds no speeds of boards"):
        speeds.read_speeds(path)


def test_a_speed_counts_until_what_costs_time_changes(tmp_path, monkeypatch) -> None:
    path = tmp_path / "speeds.json"
    monkeypatch.setattr(speeds, "measure_rounds", _five)
    assert speeds.measure_speeds(["ring8"], {"ring8": ["gp", "gn"]}, path, "tuned")
    kept = json.loads(path.read_text())
    rows = kept["boards"]["ring8"]["speeds"]
    row = rows["ring8-gn-tuned"]
    assert (row["low"], row["speed"], row["high"]) == (4.0, 5.0, 9.0)
    rows["ring8-gp-tuned"]["played"]["n_critic"] = 1
    assert "critic_learning_rate" not in rows["ring8-gp-tuned"]["played"]
    path.write_text(json.dumps(kept))
    assert speeds.read_speeds(path) == {"ring8-gn-tuned": 5.0}


def test_speeds_of_a_board_are_of_one_machine(tmp_path, monkeypatch) -> None:
    path = tmp_path / "speeds.json"
    monkeypatch.setattr(speeds, "measure_rounds", _five)
    monkeypatch.setattr(speeds, "describe", lambda *_: _machine("one"))
    for variant in ("gan", "gp"):
        found = speeds.measure_speeds(["ring8"], {"ring8": [variant]}, path, "tuned")
    assert found == {"ring8-gan-tuned": 5.0, "ring8-gp-tuned": 5.0}
    monkeypatch.setattr(speeds, "describe", lambda *_: _machine("two"))
    with pytest.raises(UserError, match="speeds on ring8 of another machine"):
        speeds.measure_speeds(["ring8"], {"ring8": ["gn"]}, path, "tuned")
    assert speeds.read_speeds(path) == found
    speeds.measure_speeds(["grid25"], {"grid25": ["gn"]}, path, "tuned")
    assert speeds.read_speeds(path) == {**found, "grid25-gn-tuned": 5.0}
    assert speeds.read_machines(path) == {
        "ring8": "one, 2 threads",
        "grid25": "two, 2 threads",
    }
