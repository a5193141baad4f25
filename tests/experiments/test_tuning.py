"""Candidates are tried seed by seed, kept, and told apart in one table."""

import json
from pathlib import Path

import pytest

from experiments.leaderboard import boards
from experiments.leaderboard.boards import Board
from experiments.tuning import __main__ as command
from experiments.tuning import page, trials
from wgan_jax.errors import UserError
from wgan_jax.loop.stored_config import deciding

HIGH = {"high_quality": 0.5}


@pytest.fixture
def _values_by_seed(monkeypatch) -> None:
    """In place of training: the value is the seed's number."""

    def made(trial: dict) -> dict:
        value = {"high_quality": trial["seed"] + 1.0, "modes": 8}
        how = {"config": deciding(trials.config_of(trial)), "features": None}
        return how | {"raw": HIGH, "ema": value, "floors": {}, "collapsed": []}

    monkeypatch.setattr(command, "try_settings", made)


def _words(folder: Path, *words: str) -> list[str]:
    return ["gp", "ring8", "--results", str(folder), *words]


@pytest.mark.usefixtures("_values_by_seed")
def test_every_seed_of_every_candidate_is_kept_and_shown(tmp_path: Path, capsys):
    tried = _words(
        tmp_path, "--seeds", "3", "--try", "n_critic=2", "--try", "n_critic=3"
    )
    assert command.main(tried) == 0
    kept = json.loads((tmp_path / "tuning-ring8.json").read_text())["cells"]
    made = [(t["settings"]["n_critic"], t["seed"], t["steps"]) for t in kept]
    assert made == [(n, seed, 5000) for n in (2, 3) for seed in range(3)]
    shown = capsys.readouterr().out
    assert "| raw | modes reached, EMA |" in shown
    line = "| gp | n_critic=3 | 3 | 2.00 +- 1.00 | 0.500 +- 0.000 | 8.00 +- 0.000 |"
    assert line in shown


@pytest.mark.usefixtures("_values_by_seed")
def test_what_is_on_file_is_not_tried_again(tmp_path: Path, monkeypatch, capsys):
    assert command.main(_words(tmp_path, "--seeds", "1")) == 0
    monkeypatch.setattr(command, "try_settings", None)  # would fail where it is called
    assert command.main(_words(tmp_path, "--seeds", "1")) == 0
    assert command.main(["--table", "--results", str(tmp_path)]) == 0
    assert "| gp | none | 1 | 1.00 |" in capsys.readouterr().out


@pytest.mark.usefixtures("_values_by_seed")
def test_what_other_defaults_made_is_made_again(tmp_path: Path):
    words = _words(tmp_path, "--seeds", "1", "--try", "n_critic=2")
    assert command.main(words) == 0
    record = tmp_path / "tuning-ring8.json"
    fresh = record.read_text()
    for stale in ('"penalty_weight": 0.1', '"features": null'):
        assert stale in fresh
        other = stale.replace("0.1", "10").replace("null", '{"name": "gone"}')
        record.write_text(fresh.replace(stale, other))
        assert command.main(words) == 0
        assert record.read_text() == fresh


def test_a_candidate_that_diverged_is_a_line_too(tmp_path: Path, monkeypatch, capsys):
    def diverged(trial: dict) -> dict:
        how = {"config": deciding(trials.config_of(trial)), "features": None}
        return how | {"diverged": "critic_loss is nan"}

    monkeypatch.setattr(command, "try_settings", diverged)
    assert command.main(_words(tmp_path, "--seeds", "2")) == 0
    assert "| gp | none | 0 |  |  |" in capsys.readouterr().out


@pytest.mark.usefixtures("_values_by_seed")
def test_the_page_marks_what_is_the_default(tmp_path: Path, monkeypatch):
    out = tmp_path / "presets.md"
    out.write_text("# Presets\n")
    monkeypatch.setattr(page.write_page, "__defaults__", (out,))
    tuned = "generator_learning_rate=2e-3,critic_learning_rate=2e-3,beta2=0.99"
    words = ["--seeds", "2", "--try", tuned, "--try", f"{tuned},decay_steps=10000"]
    given = ["r3gan", "grid25", "--results", str(tmp_path)]
    assert command.main([*given, *words]) == 0
    assert command.main([*given, "--page"]) == 0
    text = out.read_text()
    assert text.startswith(
        "# Presets\n\n<!-- part tuning-grid25 -->\n`grid25`: samples"
    )
    rows = [line for line in text.splitlines() if line.startswith("| r3gan")]
    assert ["**default**" in row for row in rows] == [True, False]
    assert rows[0].endswith("| 0.500 +- 0.000 | 8.00 +- 0.000 | **default** |")
    assert command.main([*given, "--page"]) == 0
    assert out.read_text() == text


def test_a_candidate_is_trained_on_top_of_the_papers_preset(monkeypatch):
    small = Board("ring8", "high_quality", 2, 1.0, {"width": 8, "batch_size": 8})
    for name in ("boards", "judge"):
        monkeypatch.setattr(f"experiments.leaderboard.{name}.BOARDS", {"ring8": small})
    monkeypatch.setattr("experiments.leaderboard.real_samples.POINTS", 100)
    assert boards.board_config("ring8", "gp", 0, "paper").penalty_weight == 0.1
    trial = {"board": "ring8", "variant": "gp", "seed": 0, "steps": 2}
    found = trials.try_settings(trial | {"settings": {"n_critic": 1}})
    assert 0 <= found["ema"]["high_quality"] <= 1
    assert found["floors"]["high_quality"] > 0.9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("n_critics=2", "field 'n_critics'"),
        ("n_critic=two", "n_critic is 'two'"),
        ("n_critic=null", "n_critic is 'null'"),
        ("optimizer=adamw", "unknown optimizer 'adamw'"),
        ("seed=5", "seed is nothing to try"),
        ("steps=10", "steps is nothing to try"),
        ("devices=1", "devices is nothing to try"),
    ],
)
def test_settings_that_cannot_be_read_are_named(words, said):
    with pytest.raises(UserError, match=said):
        trials.read_settings(words)


@pytest.mark.usefixtures("_values_by_seed")
@pytest.mark.parametrize(
    ("bad", "said"), [("ema_decay=0", "ema_decay is 0"), ("n_critic=0", "n_critic")]
)
def test_no_candidate_is_trained_where_one_cannot_be(tmp_path, bad, said, capsys):
    assert command.main(_words(tmp_path, "--try", "n_critic=2", "--try", bad)) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "tuning-ring8.json").exists()


@pytest.mark.usefixtures("_values_by_seed")
def test_a_candidate_in_other_words_is_the_same(tmp_path: Path, capsys):
    ways = ("penalty_weight=10,n_critic=2", "n_critic=2,penalty_weight=10.0")
    for seeds, way in zip("12", ways, strict=True):
        assert command.main(_words(tmp_path, "--seeds", seeds, "--try", way)) == 0
    shown = capsys.readouterr().out.splitlines()
    lines = [line for line in shown if line.startswith("| gp | ")]
    assert lines[-1].startswith("| gp | penalty_weight=10, n_critic=2 | 2 | 1.50 ")


def test_what_collapsed_is_named_by_what_it_failed(tmp_path: Path, monkeypatch, capsys):
    def poor(trial: dict) -> dict:
        how = {"config": deciding(trials.config_of(trial)), "features": None}
        few = {"high_quality": 0.9, "modes": 3}
        return how | {"raw": HIGH, "ema": few, "floors": {}, "collapsed": ["modes"]}

    monkeypatch.setattr(command, "try_settings", poor)
    assert command.main(_words(tmp_path, "--seeds", "2")) == 0
    assert "| 2 collapsed (modes) |" in capsys.readouterr().out


def test_words_become_values_of_their_type():
    words = "ema_decay=0.99,critic_batch_norm=true,n_critic=1,optimizer=adam"
    assert trials.read_settings(words) == {
        "ema_decay": 0.99,
        "critic_batch_norm": True,
        "n_critic": 1,
        "optimizer": "adam",
    }
