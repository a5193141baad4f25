"""The part of BENCHMARKS.md where little or nothing is on record."""

import json
from pathlib import Path

from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.page import write_part
from tests.experiments.leaderboard.test_standings import result


def test_boards_that_were_never_run_are_named(tmp_path: Path) -> None:
    record, page = tmp_path / "record.json", tmp_path / "BENCHMARKS.md"
    record.write_text(json.dumps({"cells": []}))
    page.write_text("# Before\n")
    write_part(record, {}, {}, page, tmp_path)
    text = page.read_text()
    assert text.startswith("# Before\n")
    for board in BOARDS:  # twelve members, three seeds, two budgets
        assert f"### {board}\n\n0 of 72 cells are on record.\n" in text
    assert "Nothing can be said before there are cells" in text


def test_cells_of_older_defaults_are_left_out_and_counted(tmp_path: Path) -> None:
    record, page = tmp_path / "record.json", tmp_path / "BENCHMARKS.md"
    old = result("gp", 0, 5.0) | {"config": {"variant": "gp", "n_critic": 4}}
    record.write_text(json.dumps({"cells": [old]}))
    write_part(record, {}, {}, page, tmp_path)
    said = "### mnist\n\n0 of 72 cells are on record; 1 of older defaults or speeds are"
    assert said in page.read_text()
