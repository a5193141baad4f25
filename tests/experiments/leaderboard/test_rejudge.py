"""Second opinions by other weights: the run is the same, only they are others."""

import json
from pathlib import Path

import pytest

from experiments.leaderboard import boards, play, rejudge
from experiments.leaderboard.boards import Board
from experiments.leaderboard.cells import Cell, plan_cells
from experiments.leaderboard.play import Workplace
from experiments.leaderboard.rejudge import is_of_others
from wgan_jax.metrics.features.arrays import to_named, write_safetensors
from wgan_jax.metrics.features.classifier import init_classifier

SMALL = Board("digits", "frechet_distance", 4, 3.0, {"batch_size": 8})
SPEEDS = {"digits-gan-tuned": 1.0}


@pytest.fixture(autouse=True)
def _one_small_board(monkeypatch) -> None:
    monkeypatch.setitem(boards.BOARDS, "digits", SMALL)
    monkeypatch.setattr("experiments.leaderboard.real_samples.IMAGES", 100)


def _second_judge(folder: Path, seed: int) -> Path:
    folder.mkdir()
    variables = init_classifier((8, 8, 1), seed)
    data = write_safetensors(to_named(variables))
    (folder / "digits.safetensors").write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Workplace:
    folder = tmp_path_factory.mktemp("leaderboard")
    first = _second_judge(folder / "first", 1)
    return Workplace(folder / "runs", folder / "strips", first)


@pytest.fixture
def made(place: Workplace) -> list[dict]:
    cells = plan_cells(["digits"], {"digits": ["gan"]}, [0], ["steps", "clock"])
    list(play.make_cells(cells, SPEEDS, place))
    names = [place.runs / f"{cell.name}.json" for cell in cells]
    return [json.loads(name.read_text()) for name in names]


def _other(place: Workplace, tmp_path: Path) -> Workplace:
    return Workplace(
        tmp_path / "runs", place.strips, _second_judge(tmp_path / "other", 2)
    )


def test_only_the_second_opinions_are_others(place, made, tmp_path) -> None:
    other = _other(place, tmp_path)
    found = dict(rejudge.rejudge(made, SPEEDS, other))
    # By the clock three steps, and then on to four in the same run.
    assert [cell.budget for cell in found] == ["clock", "steps"]
    for old, budget in zip(made, ("steps", "clock"), strict=True):
        new = found[Cell("digits", "gan", 0, budget)]
        assert new is not None
        assert {**new, "judges": old["judges"]} == old
        second = new["judges"]["second net"]
        assert second["sha256"] != old["judges"]["second net"]["sha256"]
        assert second["frechet_distance"] > 0
        kept = json.loads(
            (other.runs / f"digits-gan-0-{budget}-tuned.json").read_text()
        )
        assert kept == new


def test_who_was_judged_by_this_net_is_not_judged_again(place, made, tmp_path) -> None:
    assert not any(is_of_others(result, place) for result in made)
    assert not list(rejudge.rejudge(made, SPEEDS, place))
    assert all(is_of_others(r, _other(place, tmp_path)) for r in made[:1])
    diverged = {**made[0], "diverged": "at step 3", "judged": {}}
    assert not is_of_others(diverged, place)


def test_a_run_of_other_bits_leaves_the_cell_as_it_is(place, made, tmp_path) -> None:
    made[0]["judged"]["last"]["ema"]["frechet_distance"] *= 1.001
    other = _other(place, tmp_path)
    (found,) = rejudge.rejudge(made[:1], SPEEDS, other)
    assert found == (Cell("digits", "gan", 0, "steps"), None)
    assert not list(other.runs.glob("*.json"))
