"""The command line as words: every field an option, every mistake one clear line."""

import dataclasses
import subprocess
import sys

import pytest

from wgan_jax import Config
from wgan_jax.config.command_line import parse
from wgan_jax.config.help_text import groups
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


def help_of(words, capsys):
    with pytest.raises(SystemExit) as stop:
        parse([*words.split(), "--help"])
    assert stop.value.code == 0
    return capsys.readouterr().out


def test_help_shows_defaults_also_where_they_are_zero(capsys):
    text = " ".join(help_of("", capsys).split())
    assert "seed of everything random (default 0)" in text
    assert "checkpoints kept (default 3)" in text
    assert "gn the critic divided by its gradient norm" in text


def test_help_shows_what_the_run_at_hand_would_take(capsys):
    words = "--variant gp --dataset ring8 --batch-size 32"
    text = " ".join(help_of(words, capsys).split())
    assert "samples a batch, all devices (given 32)" in text
    assert "weight of the gradient penalty (0.1: Gulrajani et al. 2017, " in text
    assert "critic updates a step (5: Gulrajani et al. 2017)" in text
    assert "bound of clipped weights --" in text  # no value: gp clips nothing
    assert "is what this run takes, gp on ring8," in text


@pytest.mark.parametrize(
    ("words", "reading"),
    [
        ("--variant gp --dataset ring8", "not W1 but above it"),
        ("--variant gp --penalty-weight 5", "W + W^2 / (2 x 5.0)"),
        ("--variant gp --objective hinge", "no estimate of W1: real scores are pushed"),
        ("--variant gn", "bounded, not W1"),
    ],
)
def test_help_says_what_the_runs_estimate_is(words, reading, capsys):
    text = " ".join(help_of(words, capsys).split())
    assert reading in text.split("Of this run: ")[1]


@pytest.mark.parametrize("words", ["", "--variant gm", "--stepz 3", "--steps x"])
def test_help_is_the_answer_to_mistakes_too(words, capsys):
    assert "gn on mnist" in help_of(words, capsys)


@pytest.mark.parametrize("columns", ["80", "200"])
def test_help_fits_a_terminal(columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    lines = help_of("--variant gn --dataset cifar10 --network resnet", capsys)
    assert max(map(len, lines.splitlines())) <= int(columns)
    assert lines.startswith("usage: python -m wgan_jax.run [--variant NAME]")
    assert len(lines.split("\n\n")[0].splitlines()) == 1  # the usage is one line
    examples = [line.split() for line in lines.splitlines() if "run --variant" in line]
    for example in examples:
        parse([word for word in example[3:] if word != "--help"])


def test_no_option_is_left_without_a_group():
    assert "further options" not in groups()
    names = [field.name for fields in groups().values() for field in fields]
    assert sorted(names) == sorted(field.name for field in dataclasses.fields(Config))
    rates = [field.name for field in groups()["optimisation"]]
    assert {"beta1", "beta2", "optimizer"} <= set(rates)


def test_a_folder_can_be_switched_off():
    assert parse(["--no-compilation-cache"]) == {"compilation_cache": "off"}
    assert parse(["--compilation-cache", "a"]) == {"compilation_cache": "a"}


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
        ("--variant gm", "Did you mean 'gp' or 'gn'?"),
        ("--lr 3", "Did you mean --generator-learning-rate or --critic-learning-rate?"),
        ("--bs 3", "Did you mean --batch-size?"),
        ("--gpus 3", "Did you mean --devices?"),
        ("--output x", "Did you mean --run-dir?"),
        ("--out x", "Did you mean --run-dir?"),
        ("--logdir=x", "Did you mean --run-dir?"),
        # 60,000 / (64 x 5) and 1,500 / (10 x 1)
        ("--epochs 3", "counted in --steps: an epoch of mnist is 188 of them"),
        (
            "--epochs 3 --dataset digits --variant gan --batch-size 10",
            "an epoch of digits is 150 of them (batch 10, 1 critic updates a step)",
        ),
        ("--epochs 3 --variant pg", "Training is counted in --steps. See --help"),
        ("--dataset digits --batch-size 4000", "has 1500 training samples"),
    ],
)
def test_a_mistake_is_named(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as error:
        parse(words.split())
    assert message in str(error.value)
