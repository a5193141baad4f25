"""The command trains in pieces, goes on where it was, and scores each piece."""

import functools
from pathlib import Path

from experiments import coverage
from tests import runs
from wgan_jax import Config


def test_pieces_are_scored_and_resumed(tmp_path: Path, monkeypatch, capsys) -> None:
    small = functools.partial(Config, batch_size=8, devices=1)
    monkeypatch.setattr(coverage, "Config", small)
    words = ["--variant", "gan", "--seeds", "1", "--piece", "2"]
    words += ["--runs", str(tmp_path), "--until", "9", "--width", "8"]
    assert coverage.main([*words, "--steps", "2"]) == 0
    # The last piece is shorter, and the first is not made again.
    assert coverage.main([*words, "--steps", "3"]) == 0
    table = capsys.readouterr().out.splitlines()
    scored = [line.split()[:2] for line in table if line.strip()[0] == "0"]
    assert [row for row in scored if row[1].isdigit()] == [
        ["0", "2"],
        ["0", "2"],
        ["0", "3"],
    ]
    assert table[-1].startswith("gan-ring8-width8: 0 of 1 seeds cover 9 modes; modes ")
    assert runs.steps(tmp_path / "gan-ring8-width8-seed0") == [1, 2, 3]


def test_several_cases_end_in_one_table(tmp_path: Path, monkeypatch, capsys) -> None:
    small = functools.partial(Config, batch_size=8, devices=1)
    monkeypatch.setattr(coverage, "Config", small)
    words = ["--variant", "gan", "--dataset", "ring8", "grid25", "--width", "8"]
    words += ["--seeds", "1", "--steps", "1", "--until", "0", "--runs", str(tmp_path)]
    assert coverage.main(words) == 0
    ring, grid = capsys.readouterr().out.splitlines()[-2:]
    assert ring.startswith("gan-ring8-width8: 0 of 1 seeds cover 8 modes; ")
    assert grid.startswith("gan-grid25-width8: 0 of 1 seeds cover 25 modes; ")


def test_bad_words_end_with_a_reason(tmp_path: Path, capsys) -> None:
    words = ["--variant", "pg", "--seeds", "1", "--runs", str(tmp_path)]
    assert coverage.main(words) == 2
    assert "variant 'pg'" in capsys.readouterr().err


def test_a_run_that_has_gone_further_is_no_run_of_fewer_steps(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    small = functools.partial(Config, batch_size=8, devices=1)
    monkeypatch.setattr(coverage, "Config", small)
    words = ["--variant", "gan", "--seeds", "1", "--width", "8", "--until", "0"]
    words += ["--piece", "2", "--runs", str(tmp_path)]
    assert coverage.main([*words, "--steps", "5"]) == 0
    assert coverage.main([*words, "--steps", "3"]) == 2
    assert "has made 5 steps, but 3 are asked for" in capsys.readouterr().err
