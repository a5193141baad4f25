"""The part of BENCHMARKS.md where little or nothing is on record."""

import json
from pathlib import Path

from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.page import write_part


def test_boards_that_were_never_run_are_named(tmp_path: Path) -> None:
    record, page = tmp_path / "record.json", tmp_path / "BENCHMARKS.md"
    record.write_text(json.dumps({"cells": []}))
    page.write_text("# Before\n")
    write_part(record, {}, {}, page, tmp_path)
    text = page.read_text()
    assert text.startswith("# Before\n")
    for board in BOARDS:  # twelve members, three seeds, two budgets
        assert f"### {board}\n\nNone of its 72 cells has been run yet.\n" in text
    assert "Nothing can be said before there are cells" in text
