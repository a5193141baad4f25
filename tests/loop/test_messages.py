"""What a run says at its start and its end; every line to copy is parsed again."""

import shlex
import types
from pathlib import Path
from typing import Any

import pytest

from wgan_jax import Config
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config.command_line import parse
from wgan_jax.loop.messages import (
    closing,
    diverged,
    interrupted,
    opening,
    resume_line,
)


def plan(
    own_parts: Any = None,
    own_data: bool = False,
    num_classes: int | None = None,
    **fields: Any,
) -> Any:
    """Of a plan, what is said about it."""
    given: dict[str, Any] = {"network": "mlp", **fields}
    config = Config(**given)
    parts = {"config": config, "own_parts": own_parts, "own_data": own_data}
    return types.SimpleNamespace(**parts, batch_size=64, num_classes=num_classes)


ENVIRONMENT = {
    "dataset": {"name": "mnist", "train": 60_000, "shape": [28, 28, 1]},
    "parameters": {"generator": 1_489_936, "critic": 533_505},
    "device_kind": "cpu",
    "device_count": 2,
    "cpu": "Fast CPU 3",
}
FOLDER = RunFolder(Path("my runs/a"))


def test_the_opening_says_what_is_trained_on_what_and_where():
    assert opening(plan(steps=7000), FOLDER, ENVIRONMENT).splitlines() == [
        "gn (Wu et al. 2021, arXiv 2109.02235) on mnist: 60,000 images of 28 x 28 x 1",
        "mlp: generator 1,489,936 parameters, critic 533,505; on 2 x cpu (Fast CPU 3)",
        "my runs/a: compiling, then 7,000 steps in batches of 64",
    ]


def test_the_opening_says_on_how_many_classes_a_run_is_conditional():
    _, second, _ = opening(plan(num_classes=10), FOLDER, ENVIRONMENT).splitlines()
    assert second.startswith("mlp, conditional on 10 classes: generator 1,489,936")


def test_the_opening_of_other_runs():
    points = {"name": "custom", "train": 50, "shape": [2]}
    there = {**ENVIRONMENT, "dataset": points, "device_kind": "NVIDIA H100"}
    mine = plan(own_parts={}, network=None, variant="own-parts", resume=True)
    first, second, third = opening(mine, FOLDER, there).splitlines()
    assert first == "own-parts on custom: 50 points of 2 coordinates"
    assert second.startswith("networks of your own: generator ")
    assert second.endswith("; on 2 x NVIDIA H100")
    assert third == "my runs/a: continues towards 5,000 steps in batches of 64"


def test_the_closing_has_a_line_for_each_thing_to_do_next():
    text = closing(Path("my runs/a"), {"steps": 5000, "wall_seconds": 130.2})
    head, *lines = text.splitlines()
    assert head == "5,000 steps in 2m10s."
    words = {line.split()[0]: shlex.split(line)[1:] for line in lines}
    assert words["look"] == ["my runs/a/report.html"]
    python = ["python", "-m"]
    assert words["sample"][:4] == [*python, "wgan_jax.sample", "my runs/a"]
    assert words["evaluate"] == [*python, "wgan_jax.evaluate", "my runs/a"]
    assert words["curves"][:3] == ["tensorboard", "--logdir", "my runs/a"]


def test_the_line_that_continues_a_run_is_understood():
    hosts = {"coordinator": "a:1", "num_processes": 2, "process_id": 0}
    for fields in ({}, hosts):
        line = resume_line(plan(**fields), FOLDER)
        words = shlex.split(line)
        assert words[:3] == ["python", "-m", "wgan_jax.run"]
        expected = {"resume": True, "run_dir": "my runs/a", **fields}
        assert parse(words[3:]) == expected


@pytest.mark.parametrize(
    ("own", "line"),
    [
        ({"own_data": True}, "wgan_jax.resume('my runs/a', data=data)"),
        ({"own_parts": {}}, "wgan_jax.resume('my runs/a', recipe=recipe)"),
        (
            {"own_data": True, "own_parts": {}},
            "wgan_jax.resume('my runs/a', data=data, recipe=recipe)",
        ),
    ],
)
def test_a_run_with_parts_of_ones_own_continues_in_python(own, line):
    assert resume_line(plan(**own), FOLDER) == line


def test_an_interrupted_run_names_its_checkpoint_and_its_line():
    error = interrupted(plan(), FOLDER, 12, 15)
    assert error.exit_code == 143
    text = str(error)
    assert "interrupted at step 12. A checkpoint is in my runs/a/checkpoints;" in text
    assert "\n    python -m wgan_jax.run --resume --run-dir 'my runs/a'" in text
    elsewhere = str(interrupted(plan(run_dir="b"), None, 12, 2))
    assert "in the run folder of the first host" in elsewhere
    assert "--run-dir b" in elsewhere


def test_a_diverged_run_names_what_to_lower(tmp_path):
    rates: dict[str, Any] = {
        "generator_learning_rate": 2e-4,
        "critic_learning_rate": 1e-3,
    }
    advice = "with --generator-learning-rate below 0.0002 and "
    advice += "--critic-learning-rate below 0.001."
    folder = RunFolder(tmp_path)
    folder.checkpoints.mkdir()
    text = str(diverged(plan(**rates), folder, "step 3: critic_loss is nan"))
    assert text.startswith("training diverged at step 3: critic_loss is nan. No check")
    assert text.endswith(f"Start again {advice}")
    text = str(diverged(plan(own_parts={}), folder, "step 3"))
    assert text.endswith("with smaller learning rates.")
