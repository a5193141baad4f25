import dataclasses
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.artifacts.report.pages import GN, SUMMARY, make_record, make_rows
from wgan_jax.artifacts.report.again import call_of, command_of, commands_of
from wgan_jax.config import Config, resolve
from wgan_jax.config.command_line import parse


def test_the_command_says_what_differs_from_nothing():
    config = {
        "variant": "gp",
        "ema_decay": 0.999,
        "n_critic": None,
        "critic_batch_norm": False,
        "flag": True,
        "resume": True,
        "run_dir": "a b",
        "note": "two words",
    }
    assert command_of(config) == (
        "python -m wgan_jax.run --variant gp --ema-decay 0.999 --no-critic-batch-norm "
        "--flag --note 'two words'"
    )


@pytest.mark.parametrize("chosen", [None, False, True])
def test_the_command_means_the_run_that_a_preset_would_change(chosen):
    """Batch norm is on by default there: left out, it would come back."""
    given: dict[str, Any] = {"variant": "nsgan", "dataset": "mnist", "network": "dcgan"}
    run = resolve(Config(**given, critic_batch_norm=chosen))
    assert run.critic_batch_norm is (chosen is not False)
    every = dataclasses.asdict(run)
    for fields in (every, given | {"critic_batch_norm": chosen}):
        words = shlex.split(command_of(fields))
        assert words[:3] == ["python", "-m", "wgan_jax.run"]
        assert resolve(Config(**parse(words[3:]))) == run
        body = call_of(fields, {"own_data": {}}).split("Config(")[1].split("), data")[0]
        assert f"critic_batch_norm={run.critic_batch_norm}" in body or chosen is None


def test_only_what_was_given_is_said_where_the_sources_are_known(tmp_path):
    sources = {"variant": "given", "steps": "given", "dataset": "default"}
    config = GN | {"sources": sources}
    commands = commands_of(make_record(tmp_path / "a", config, summary=SUMMARY))
    assert commands["Run it again"] == "python -m wgan_jax.run --variant gn --steps 40"
    (every,) = (lines for title, lines in commands.items() if "written out" in title)
    assert "--dataset digits" in every
    assert "Continue" not in commands


def test_a_call_leaves_out_what_its_recipe_decides():
    config = {"variant": "own-parts", "conditional": True, "n_critic": 2, "steps": 9}
    own = {"own_parts": {"n_critic": 2}, "own_data": {}}
    call = call_of(config, own)
    assert "train(Config(steps=9), data, recipe=recipe)" in call


def test_folders_are_quoted_and_an_unfinished_run_goes_on(tmp_path):
    record = make_record(tmp_path / "a")._replace(path=Path("my runs/a"))
    commands = commands_of(record)
    assert commands["Continue"].endswith("--resume --run-dir 'my runs/a'")
    assert commands["Measure quality"] == "python -m wgan_jax.evaluate 'my runs/a'"
    assert commands["Watch in TensorBoard"].startswith("tensorboard --logdir 'my runs")


def test_a_run_of_own_parts_is_used_from_python(tmp_path):
    config = GN | {"own_parts": {"critic": "mine.Critic()"}, "own_data": {"name": "x"}}
    record = make_record(tmp_path / "my run", config, None, ())
    found = commands_of(record)
    run = repr(str(record.path))
    assert found["Measure quality"] == (
        f"wgan_jax.evaluate({run}, data=data, recipe=recipe)"
    )
    assert found["Draw samples"] == (
        f"wgan_jax.load_trained({run}, recipe=recipe).sample(0, 64)"
    )
    assert "Continue" not in found


def test_a_run_that_diverged_is_not_told_to_go_on(tmp_path):
    rows = [*make_rows(3), make_rows(4)[3] | {"critic_loss": None}]
    record = make_record(tmp_path / "run", GN, rows, ())
    assert record.diverged == "step 4: critic_loss"
    assert "Continue" not in commands_of(record)
    assert "Continue" in commands_of(record._replace(rows=rows[:3]))
