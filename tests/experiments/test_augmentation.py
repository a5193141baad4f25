"""Which runs the command makes, and what it writes of them."""

import json
from pathlib import Path

import pytest

from experiments import augmentation
from wgan_jax.errors import UserError


@pytest.fixture
def trained(monkeypatch):
    """The configs that were trained; a run's distance is its seed, 10 more without."""
    configs = []

    def train(config):
        configs.append(config)
        Path(config.run_dir).mkdir(parents=True)
        (Path(config.run_dir) / "summary.json").write_text("{}")

    def evaluate(folder, weights):
        value = int(folder.name[-1]) + 10.0 * ("none" in folder.name)
        measured = {augmentation.METRIC: {"value": value, "floor": 0.5}}
        return {"results": {weights: measured}}

    monkeypatch.setattr(augmentation.wgan_jax, "train", train, raising=False)
    monkeypatch.setattr(augmentation, "evaluate", evaluate)
    return configs


def test_every_policy_is_played_on_every_seed_once(trained, tmp_path, capsys):
    words = ["--seeds", "2", "--steps", "5", "--runs", str(tmp_path / "runs")]
    words += ["--out", str(tmp_path / "out.json")]
    assert augmentation.main(words) == augmentation.main(words) == 0
    played = [(config.augment, config.seed, config.steps) for config in trained]
    policy = "translation,cutout"
    assert played == [(None, 0, 5), (None, 1, 5), (policy, 0, 5), (policy, 1, 5)]
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "none: FD 10.5 +- 0.7 (10.0, 11.0; floor 0.5)"
    assert table[1] == f"{policy}: FD 0.5 +- 0.7 (0.0, 1.0; floor 0.5)"
    record = json.loads((tmp_path / "out.json").read_text())
    assert record["results"][policy][1] == {"seed": 1, "value": 1.0, "floor": 0.5}


def test_a_refusal_ends_it_with_its_reason(monkeypatch, tmp_path, capsys):
    def train(config):
        raise UserError(f"no {config.augment}")

    monkeypatch.setattr(augmentation.wgan_jax, "train", train, raising=False)
    words = ["--policies", "cutout", "--runs", str(tmp_path)]
    assert augmentation.main(words) == 2
    assert capsys.readouterr().err == "augmentation: no cutout\n"
