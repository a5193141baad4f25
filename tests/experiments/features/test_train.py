"""The training of a classifier: the command end to end, its seed, its shifts."""

import json
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest

from experiments.features import __main__ as command
from experiments.features.train import Recipe, shift_at_random, train
from wgan_jax.data import load
from wgan_jax.metrics.features.arrays import parse_arrays, to_named


def test_the_command_trains_measures_and_writes(tmp_path: Path, capsys):
    weights = tmp_path / "new" / "digits.safetensors"
    words = ["--dataset", "digits", "--epochs", "2", "--images", "256", "--seed", "3"]
    words += ["--weights", str(weights), "--results", str(tmp_path / "results")]
    assert command.main(words) == 0
    result = json.loads((tmp_path / "results/features-digits-seed3.json").read_text())
    printed = capsys.readouterr().out
    assert result["sha256"] in printed
    assert "epoch  2 of 2" in printed
    assert result["bytes"] == weights.stat().st_size
    assert (result["epochs"], result["train_images"], result["seed"]) == (2, 256, 3)
    assert (result["test_images"], result["features"]) == (297, "FD-digits")
    assert 0 <= result["test_accuracy"] <= 1
    assert "jax" in result["versions"]
    assert "params.Conv_0.kernel" in parse_arrays(weights.read_bytes(), weights)


def test_training_learns_and_depends_on_its_seed_alone():
    data = load("digits")
    assert data.train_labels is not None
    data = replace(data, train=data.train[:256], train_labels=data.train_labels[:256])
    losses: list[float] = []
    recipe = Recipe(epochs=6, shift=1)
    first = to_named(train(data, recipe, 0, lambda epoch, loss: losses.append(loss)))
    assert losses[-1] < 0.8 * losses[0]
    again = to_named(train(data, recipe, 0))
    for name, array in first.items():
        np.testing.assert_array_equal(again[name], array)


def test_shifts_are_whole_pixels_in_both_directions_and_differ():
    image = np.zeros((7, 7, 1), np.uint8)
    image[3, 3] = 9
    images = np.broadcast_to(image, (200, 7, 7, 1))
    shifted = np.asarray(shift_at_random(jax.random.key(0), images, 2))
    assert shifted.shape == images.shape
    assert shifted.dtype == np.uint8
    assert (shifted.sum((1, 2, 3)) == 9).all()
    rows, columns = shifted[..., 0].nonzero()[1:]
    # Each of the 25 offsets comes up: 200 draws miss one with probability .007.
    assert {(int(r), int(c)) for r, c in zip(rows, columns, strict=True)} == {
        (r, c) for r in range(1, 6) for c in range(1, 6)
    }


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--dataset", "mnist", "--data-dir", "nowhere"], "nowhere"),
        (["--dataset", "digits", "--epochs", "0", "--weights", "/dev/null/x"], "write"),
    ],
)
def test_what_cannot_be_read_or_written_ends_with_a_reason(words, says, capsys):
    assert command.main(words) == 2
    assert says in capsys.readouterr().err
