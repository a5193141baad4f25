"""The whole way: cells are made, kept, gone on with, and become a page."""

import importlib
import json
import shutil
from pathlib import Path

import pytest

from experiments.leaderboard import __main__ as command
from experiments.leaderboard import boards, page
from experiments.leaderboard.boards import Board
from experiments.leaderboard.speeds import played

SMALL = Board("ring8", "high_quality", 4, 2.0, {"width": 8, "batch_size": 8})


@pytest.fixture(autouse=True)
def _one_small_board(monkeypatch) -> None:
    monkeypatch.setattr(boards, "BOARDS", {"ring8": SMALL})
    for path in Path(boards.__file__).parent.glob("*.py"):
        module = importlib.import_module(f"experiments.leaderboard.{path.stem}")
        if hasattr(module, "BOARDS"):
            monkeypatch.setattr(module, "BOARDS", boards.BOARDS)
    monkeypatch.setattr("experiments.leaderboard.real_samples.POINTS", 200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("leaderboard")


def _write_speed(path: Path, speed: float) -> None:
    machine = {"processor": "one", "threads": 2}
    row = {"speed": speed, "played": played("ring8", "gan", "tuned")}
    ring8 = {"machine": machine, "speeds": {"ring8-gan-tuned": row}}
    path.write_text(json.dumps({"boards": {"ring8": ring8}}))


def _words(folder: Path, *words: str) -> list[str]:
    speeds = folder / "speeds.json"
    _write_speed(speeds, 1.0)
    files = ["--runs", str(folder / "runs"), "--strips", str(folder / "strips")]
    files += ["--record", str(folder / "record.json"), "--speeds", str(speeds)]
    return [*words, "--variants", "gan", "--seeds", "1", *files]


def test_both_budgets_are_made_from_one_run(folder: Path, capsys) -> None:
    assert command.main(_words(folder)) == 0
    made = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    # Two seconds at one step a second come before four steps.
    assert made == ["ring8-gan-0-clock-tuned", "ring8-gan-0-steps-tuned"]
    runs = [path for path in (folder / "runs/ring8").iterdir() if path.is_dir()]
    assert len(runs) == 1
    result = json.loads((folder / "runs" / f"{made[1]}.json").read_text())
    assert result["judged"]["last"]["step"] == result["budget_steps"] == 4
    assert {"raw", "ema"} < set(result["judged"]["best"])
    assert result["floors"]["high_quality"] > 0.9


def test_what_is_done_is_not_made_again(folder: Path, capsys) -> None:
    before = (folder / "runs/ring8-gan-0-steps-tuned.json").stat().st_mtime_ns
    assert command.main(_words(folder)) == 0
    assert command.main(_words(folder, "list")) == 0
    assert "2 of 2 cells are done." in capsys.readouterr().out
    after = (folder / "runs/ring8-gan-0-steps-tuned.json").stat().st_mtime_ns
    assert after == before


def test_a_budget_that_shrank_is_judged_by_a_run_of_its_own(folder: Path) -> None:
    path = folder / "runs/ring8-gan-0-clock-tuned.json"
    before = json.loads(path.read_text())
    words = [*_words(folder), "--budgets", "clock"]
    speeds = folder / "speeds.json"
    _write_speed(speeds, 0.5)  # for one step, not two
    assert command.main(words) == 0
    shorter = json.loads(path.read_text())
    assert shorter["budget_steps"] == shorter["judged"]["last"]["step"] == 1
    assert shorter["judged"]["best"]["step"] == 1
    assert [step for step, _ in shorter["curve"]] == [1]
    # The first run is at four steps: the old budget is made again beside it as well.
    assert command.main([*_words(folder), "--budgets", "clock"]) == 0
    again = json.loads(path.read_text())
    assert {**again, "cpu_seconds": 0} == {**before, "cpu_seconds": 0}


def test_the_page_shows_every_member(folder: Path, monkeypatch) -> None:
    out = folder / "BENCHMARKS.md"
    monkeypatch.setattr(page.write_part, "__defaults__", (out, folder / "strips"))
    assert command.main(_words(folder, "page")) == 0
    text = out.read_text()
    assert "| gan | 1 | 4 | **" in text
    assert "(2 seconds on one, 2 threads)" in text
    assert "* **ring8**: after 4 steps gan leads (" in text
    assert "; after 2 seconds gan leads (" in text
    assert "### ring8\n\n2 of 72 cells are on record.\n" in text
    assert (
        "Measured every 1 steps, by 1,000 samples, and at the end. Made by jax " in text
    )
    # Of which nothing is on file: named, not left out.
    assert "\nNot run yet: nsgan, lsgan, wgan, gp," in text
    assert (folder / "record-ring8-clock.png").exists()
    assert (folder / "record-ring8-samples.png").exists()
    # From the record alone, as in a fresh clone.
    shutil.rmtree(folder / "runs")
    assert command.main(_words(folder, "page")) == 0
    assert out.read_text() == text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--boards", "moon"], "board 'moon'"),
        (["--variants", "wgam"], "variant 'wgam'"),
        (["--shard", "2/2"], "shard '2/2' is none"),
        (["--seeds", "0"], "seeds is 0"),
        (["--second-judges", "nowhere"], "nowhere is no folder"),
    ],
)
def test_bad_words_end_with_a_reason(tmp_path: Path, words, said, capsys) -> None:
    assert command.main([*_words(tmp_path), *words]) == 2
    assert said in capsys.readouterr().err


def test_a_speed_that_is_missing_is_asked_for(tmp_path: Path, capsys) -> None:
    words = [*_words(tmp_path), "--variants", "lsgan", "--budgets", "clock"]
    assert command.main(words) == 2
    assert "leaderboard speeds" in capsys.readouterr().err


def test_a_second_judge_that_is_missing_is_asked_for_before_training(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    digits = Board("digits", "frechet_distance", 4, 2.0)
    monkeypatch.setitem(boards.BOARDS, "digits", digits)
    monkeypatch.setattr("experiments.leaderboard.real_samples.IMAGES", 100)
    words = ["--boards", "digits", "--second-judges", str(tmp_path)]
    assert command.main([*_words(tmp_path), *words, "--budgets", "steps"]) == 2
    assert f"--seed 1 --weights {tmp_path}/digits.saf" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
