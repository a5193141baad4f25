"""The parity command: it goes on where it stood, and bad words end in a line."""

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.parity import __main__ as command
from experiments.parity.cells import (
    Cell,
    cell_of,
    is_current,
    plan_cells,
)
from tests.experiments.test_parity import make_result, make_results
from wgan_jax.errors import UserError

STEPS = 100
SPEEDS = Path(command.RESULTS) / "speed-cpu-py3.12.json"


@pytest.fixture
def made(monkeypatch) -> list[Cell]:
    """In place of training; the cells that were asked for."""
    made: list[Cell] = []

    def make(cell: Cell, threads: int) -> dict[str, Any]:
        made.append(cell)
        if len(made) == 3:
            raise KeyboardInterrupt
        return make_result(cell, 5.0)

    monkeypatch.setattr("experiments.parity.play.make_cell", make)
    return made


def test_a_killed_comparison_goes_on_where_it_stood(
    tmp_path: Path, made: list[Cell], capsys
) -> None:
    record = tmp_path / "record.json"
    words = ["--variants", "gn,gp", "--seeds", "2", "--steps", str(STEPS)]
    words += ["--runs", str(tmp_path / "runs"), "--record", str(record)]
    assert command.main(words) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert len(json.loads(record.read_text())["cells"]) == 2
    assert command.main([*words, "--shard", "1/2"]) == 0
    assert command.main(words) == 0
    assert len(made) == 9  # eight cells, one of them twice
    assert made[2] in made[3:]
    cells = [cell_of(r) for r in json.loads(record.read_text())["cells"]]
    assert cells == sorted(plan_cells("mnist", ["gn", "gp"], 2, STEPS))
    assert command.main(["list", *words]) == 0
    assert "8 of 8 cells are done." in capsys.readouterr().out
    # From the record alone, as in a fresh clone.
    alone = [*words, "--runs", str(tmp_path / "none")]
    assert command.main(alone) == 0
    assert len(made) == 9
    kept = json.loads(record.read_text())["cells"]
    kept[0]["config"]["n_critic"] += 1  # another preset than today's
    record.write_text(json.dumps({"cells": kept}))
    assert command.main(["list", *alone]) == 0
    assert "7 of 8 cells are done." in capsys.readouterr().out


def test_a_result_counts_as_long_as_it_would_be_made_again() -> None:
    (result,) = make_results([1.0], [])
    assert is_current(result)
    assert not is_current(result | {"curve": result["curve"][:-1]})
    assert not is_current(result | {"config": result["config"] | {"n_critic": 1}})
    assert not is_current(result | {"variant": "gone"})
    # Distances of another feature net are not comparable.
    assert not is_current(result | {"features": {"name": "mnist", "sha256": "0"}})
    del result["curve"]
    assert not is_current(result)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--variants", "wgam"], "variant 'wgam'"),
        (["--dataset", "moon"], "dataset 'moon'"),
        (["--dataset", "mnist,digits"], "dataset 'mnist,digits'"),
        (["--dataset", "ring8"], "grey images alone"),
        (["--dataset", "cifar10"], "grey images alone"),
        (["--sides", "tf"], "side 'tf'"),
        (["--shard", "2/2"], "shard '2/2' is none"),
        (["--seeds", "0"], "seeds is 0"),
        (["--steps", "0"], "steps is 0"),
        (["--threads", "0"], "threads is 0"),
        (["table", "--speeds", "nowhere.json"], "nowhere.json holds no speeds"),
    ],
)
def test_bad_words_end_with_one_line(tmp_path: Path, words, said, capsys) -> None:
    runs = ["--runs", str(tmp_path), "--record", str(tmp_path / "record.json")]
    assert command.main([*words, *runs]) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_said_before_training(
    tmp_path: Path, made: list[Cell], capsys
) -> None:
    (tmp_path / "runs").write_text("")
    words = ["--runs", str(tmp_path / "runs"), "--record", str(tmp_path / "r.json")]
    assert command.main(words) == 2
    assert "cannot keep results in" in capsys.readouterr().err
    assert made == []


def test_without_pytorch_its_side_says_what_to_do(monkeypatch) -> None:
    from experiments.parity import sides

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install -e '.\[bench\]'"):
        sides.require_torch()
