"""Which runs the command makes, and what it writes of them."""

import functools
import json
from pathlib import Path

import pytest

from experiments import augmentation
from tests import runs
from wgan_jax import Config
from wgan_jax.errors import UserError


@pytest.fixture
def trained(monkeypatch):
    """The configs that were trained; a run's distance is its seed, 10 more without."""
    configs = []

    def train_to(steps, config):
        configs.append((config.augment, config.seed, steps))

    def evaluate(folder, weights):
        value = int(folder.name[-1]) + 10.0 * ("none" in folder.name)
        measured = {augmentation.METRIC: {"value": value, "floor": 0.5}}
        return {"results": {weights: measured}}

    monkeypatch.setattr(augmentation, "train_to", train_to)
    monkeypatch.setattr(augmentation, "evaluate", evaluate)
    return configs


def _words(folder: Path, *words: str) -> list[str]:
    return [*words, "--runs", str(folder / "runs"), "--out", str(folder / "o" / "out")]


def test_every_policy_is_played_on_every_seed(trained, tmp_path, capsys):
    assert augmentation.main(_words(tmp_path, "--seeds", "2", "--steps", "5")) == 0
    policy = "translation,cutout"
    assert trained == [(None, 0, 5), (None, 1, 5), (policy, 0, 5), (policy, 1, 5)]
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "none: FD 10.5 +- 0.707 (10.0, 11.0; floor 0.5)"
    assert table[1] == f"{policy}: FD 0.500 +- 0.707 (0.0, 1.0; floor 0.5)"
    record = json.loads((tmp_path / "o" / "out").read_text())
    assert record["results"][policy][1] == {"seed": 1, "value": 1.0, "floor": 0.5}


def test_one_seed_has_no_spread(trained, tmp_path, capsys):
    assert augmentation.main(_words(tmp_path, "--seeds", "1")) == 0
    assert capsys.readouterr().out.startswith("none: FD 10.0 (10.0; floor 0.5)")


def test_a_run_of_fewer_steps_is_gone_on_with(monkeypatch, tmp_path, capsys):
    small = functools.partial(Config, batch_size=8, width=8, devices=1, network="toy")
    monkeypatch.setattr(augmentation, "Config", small)
    measured = {augmentation.METRIC: {"value": 1.0, "floor": 0.5}}
    monkeypatch.setattr(
        augmentation, "evaluate", lambda *_, **__: {"results": {"raw": measured}}
    )
    words = _words(tmp_path, "--variant", "gan", "--dataset", "ring8", "--seeds", "1")
    words += ["--policies", "none"]
    folder = tmp_path / "runs" / "gan-ring8-none-seed0"
    for steps in (2, 2, 3):
        assert augmentation.main([*words, "--steps", str(steps)]) == 0
        assert runs.steps(folder) == list(range(1, steps + 1))
    # Its figure would be that of three steps.
    assert augmentation.main([*words, "--steps", "2"]) == 2
    assert "has made 3 steps, but 2 are asked for" in capsys.readouterr().err
    other = functools.partial(small, critic_learning_rate=0.5)
    monkeypatch.setattr(augmentation, "Config", other)
    assert augmentation.main([*words, "--steps", "3"]) == 2
    assert "holds a run of other settings" in capsys.readouterr().err


def test_a_refusal_ends_it_with_its_reason(monkeypatch, tmp_path, capsys):
    def train_to(steps, config):
        raise UserError(f"no {config.augment}")

    monkeypatch.setattr(augmentation, "train_to", train_to)
    assert augmentation.main(_words(tmp_path, "--policies", "cutout")) == 2
    assert capsys.readouterr().err == "augmentation: no cutout\n"


def test_a_folder_that_cannot_be_written_is_said_before_training(
    trained, tmp_path, capsys
):
    (tmp_path / "o").write_text("")
    assert augmentation.main(_words(tmp_path)) == 2
    assert "cannot write" in capsys.readouterr().err
    assert trained == []
