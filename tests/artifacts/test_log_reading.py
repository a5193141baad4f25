"""Logs that others have touched, and logs of millions of rows."""

import json
import os
import tracemalloc

import pytest

from tests.artifacts.report.pages import make_run
from wgan_jax.artifacts.log_reading import last_row, read_lines, read_metrics
from wgan_jax.artifacts.report import write_report
from wgan_jax.artifacts.row_file import truncate
from wgan_jax.errors import UserError

HUGE = "9" * 400


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", HUGE])
def test_what_json_cannot_hold_is_none_and_the_run_goes_on(tmp_path, word):
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{{"step": 1, "a": {word}}}\n{{"step": 2, "a": 3}}\n')
    assert read_metrics(path) == [{"step": 1, "a": None}, {"step": 2, "a": 3}]
    truncate(path, 1)
    assert path.read_text() == '{"step": 1, "a": null}\n'


@pytest.mark.parametrize(
    "line", ["[" * 200_000, '{"step": true}', '{"step": -1}', '{"step": 1.5}', "{}", ""]
)
def test_a_line_that_is_no_row_is_named_by_its_number(tmp_path, line):
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{{"step": 1}}\n{line}\n{{"step": 3}}\n')
    for read in (read_metrics, last_row, lambda path: truncate(path, 3)):
        with pytest.raises(UserError, match=r"metrics\.jsonl is damaged in line 2"):
            read(path)
    path.write_text(f'{{"step": 1}}\n{line}\n')
    assert read_metrics(path) == [{"step": 1}]


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    os.symlink("loop", tmp_path / "loop")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "loop", "folder"):
        with pytest.raises(UserError, match=f"cannot read '.*{name}'"):
            read_metrics(tmp_path / name)
        with pytest.raises(UserError, match=f"cannot read '.*{name}'"):
            truncate(tmp_path / name, 1)


def test_rows_of_two_writers_are_sorted_out_by_their_step(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text("".join(f'{{"step": {n}}}\n' for n in (1, 5, 2, 6)))
    truncate(path, 4)
    assert [row["step"] for row in read_metrics(path)] == [1, 2]


def test_lines_end_where_the_file_says(tmp_path, monkeypatch):
    monkeypatch.setattr("wgan_jax.artifacts.log_reading._BLOCK", 7)
    path = tmp_path / "metrics.jsonl"
    lines = [json.dumps({"step": n, "a": n / 3}) + "\n" for n in range(50)]
    path.write_text("".join(lines) + '{"step": 50')
    ends = [line.end for line in read_lines(path)]
    assert ends == [len("".join(lines[: n + 1])) for n in range(50)]
    truncate(path, 30)
    assert path.read_text() == "".join(lines[:31])


def test_of_many_rows_some_are_kept_and_always_the_last(tmp_path, monkeypatch):
    monkeypatch.setattr("wgan_jax.artifacts.log_reading._BLOCK", 1 << 16)
    path = tmp_path / "metrics.jsonl"
    row = '{"step": %d, "critic_loss": 0.125, "generator_loss": 0.5}\n'
    path.write_text("".join(row % n for n in range(1, 40_001)))
    tracemalloc.start()
    rows = read_metrics(path, 1000)
    assert last_row(path)["step"] == 40_000
    truncate(path, 20_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    steps = [row["step"] for row in rows]
    assert steps[:3] == [1, 65, 129]
    assert steps[-1] == 40_000
    assert 500 <= len(steps) <= 1000
    # All rows take 16 MB; a block of text and its rows are in memory at a time.
    assert peak < 5e6
    assert last_row(path)["step"] == 20_000


def test_a_page_is_drawn_from_what_is_sound(tmp_path):
    folder = make_run(tmp_path / "run")
    names = {f"own_{n}": n for n in range(10_000)}
    strange = {"critic_loss": "text", "list": [1], "$\\frac{$": 1.0, "huge": 10**200}
    with folder.metrics.open("a") as file:
        for row in ({"step": 41, **strange}, {"step": 42, **names}):
            file.write(json.dumps(row) + "\n")
    page = write_report(folder).read_text()
    assert page.count("<svg") < 250
    assert "generator loss" in page
    assert "$\\frac{$" in page
