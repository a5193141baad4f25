"""The command line as words: every field an option, every mistake one clear line."""

import dataclasses
import subprocess
import sys

import pytest

from wgan_jax import Config
from wgan_jax.config.command_line import parse
from wgan_jax.errors import UserError

VALUES = {"str": "digits", "int": "3", "float": "0.5"}


@pytest.mark.parametrize("field", dataclasses.fields(Config), ids=lambda f: f.name)
def test_every_field_is_an_option_with_help(field, capsys):
    option = f"--{field.name.replace('_', '-')}"
    with pytest.raises(SystemExit) as stop:
        parse(["--help"])
    assert stop.value.code == 0
    words = capsys.readouterr().out.split()
    assert option in [word.strip(",[]") for word in words]


def test_words_become_values_of_their_type():
    words = (
        "--variant gp --dataset digits --steps 7 --penalty-weight 2 --quiet "
        "--ema-decay 0.9 --network dcgan --no-critic-batch-norm"
    )
    assert parse(words.split()) == {
        "variant": "gp",
        "dataset": "digits",
        "steps": 7,
        "penalty_weight": 2.0,
        "quiet": True,
        "ema_decay": 0.9,
        "network": "dcgan",
        "critic_batch_norm": False,
    }


def test_what_is_not_given_is_left_to_the_config():
    assert parse([]) == {}


def test_parsing_opens_no_folder_and_imports_no_jax(tmp_path):
    words = "['--resume', '--run-dir', 'nowhere', '--coordinator', 'x:1']"
    code = (
        "import sys; from wgan_jax.config.command_line import parse; "
        f"print(parse({words})['run_dir'], 'jax' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["nowhere", "False"]


def test_help_shows_defaults_also_where_they_are_zero(capsys):
    with pytest.raises(SystemExit):
        parse(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "seed of everything random (default 0)" in text
    assert "checkpoints kept (default 3)" in text
    assert "gn the critic divided by its gradient norm" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--stepz 3", "unknown option --stepz. Did you mean --steps?"),
        ("--stepz=3", "unknown option --stepz. Did you mean --steps?"),
        ("--step 3", "unknown option --step. Did you mean --steps?"),
        ("--xyzzy", "unknown option --xyzzy."),
        ("stray", "'stray' belongs to no option"),
        ("--steps three", "--steps: 'three' is not a whole number. See --help"),
        ("--steps 3.5", "--steps: '3.5' is not a whole number"),
        ("--clip-limit big", "--clip-limit: 'big' is not a number"),
        ("--steps", "--steps: expected one argument"),
        ("--steps -3", "steps is -3, but has to be at least 1"),
        ("--quiet=yes", "--quiet"),
        ("--variant gm", "Did you mean 'gp'"),
        ("--dataset digits --batch-size 4000", "has 1500 training samples"),
    ],
)
def test_a_mistake_is_named(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as error:
        parse(words.split())
    assert message in str(error.value)
