"""Trains a classifier whose hidden layer serves as features; writes weights and result.

    python -m experiments.features --dataset mnist
    python -m experiments.features --dataset fashion_mnist --seed 1

Some minutes on two cores, and the same weights for the same seed on one machine.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.features.train import BATCH, Recipe, train
from experiments.words import exit_code, make_parser
from wgan_jax.artifacts.summary import versions
from wgan_jax.data import Dataset, load
from wgan_jax.files import disk_errors, json_bytes, write_atomic
from wgan_jax.metrics.features import FEATURES
from wgan_jax.metrics.features.arrays import to_named, write_safetensors
from wgan_jax.metrics.features.classifier import load_variables, make_net

RESULTS = Path(__file__).parents[1] / "results"
RECIPES = {
    "mnist": Recipe(epochs=12, shift=2),
    "fashion_mnist": Recipe(epochs=12, shift=2),
    "digits": Recipe(epochs=60, shift=1),
}
# Data set -> the row of FEATURES that it trains.
ROWS = {"mnist": "mnist", "fashion_mnist": "fashion", "digits": "digits"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains, measures the accuracy on the test split and writes both files.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0, 2 where data are missing or a file cannot be written, 130 when it was
        interrupted.
    """
    options = _parse(arguments)
    return exit_code("features", lambda: _run(options), "nothing was written")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser("experiments.features", __doc__)
    add = parser.add_argument
    add("--dataset", default="mnist", choices=RECIPES)
    add("--seed", type=_count, default=0)
    add("--epochs", type=_count, help="default: 12, 12, 60 for the three data sets")
    add("--images", type=_count, help="train on the first N only; default all")
    add("--data-dir", type=Path, help="where the data set lies")
    add("--weights", type=Path, help="default: runs/features/NAME-seedS.safetensors")
    add("--results", type=Path, default=RESULTS, help="folder of the result's JSON")
    return parser.parse_args(arguments)


def _count(word: str) -> int:
    if (value := int(word)) < 0:
        raise ValueError
    return value


def _run(options: argparse.Namespace) -> None:
    dataset = load(options.dataset, options.data_dir)
    recipe = RECIPES[options.dataset]
    if options.epochs is not None:
        recipe = recipe._replace(epochs=options.epochs)
    if options.images:
        dataset = _first(dataset, options.images)
    name = f"{ROWS[options.dataset]}-seed{options.seed}"
    weights = options.weights or Path("runs/features") / f"{name}.safetensors"
    start = time.monotonic()

    def report(epoch: int, loss: float) -> None:
        seconds = time.monotonic() - start
        done = f"epoch {epoch:2} of {recipe.epochs}"
        print(f"{name}: {done}, loss {loss:.4f}, {seconds:.0f} s", flush=True)

    variables = train(dataset, recipe, options.seed, report)
    data = write_safetensors(to_named(variables))
    result = describe(dataset, recipe, options.seed, data)
    _write(weights, data)
    _write(options.results / f"features-{name}.json", json_bytes(result))
    print(f"{name}: test accuracy {100 * result['test_accuracy']:.2f} %")
    print(f"{weights}: {len(data):,} bytes, sha256 {result['sha256']}")


def describe(
    dataset: Dataset, recipe: Recipe, seed: int, data: bytes
) -> dict[str, Any]:
    """Measures a trained classifier, read back from its file's bytes.

    Args:
        dataset: with the test split.
        recipe: how it was trained.
        seed: of the training.
        data: the safetensors file.

    Returns:
        Accuracies in [0, 1], the recipe, size and sha256 of the file, and versions.
    """
    row = FEATURES[ROWS[dataset.name]]
    digest = hashlib.sha256(data).hexdigest()
    net = make_net(row, load_variables(row, data, Path("weights")), digest)
    return {
        "dataset": dataset.name,
        "features": row.title,
        "seed": seed,
        **recipe._asdict(),
        "batch_size": BATCH,
        "train_images": len(dataset.train),
        "test_images": len(dataset.test),
        "test_accuracy": np.mean(net.see(dataset.test).classes == dataset.test_labels),
        "train_accuracy": np.mean(
            net.see(dataset.train).classes == dataset.train_labels
        ),
        "bytes": len(data),
        "sha256": digest,
        "versions": {n: v for n, v in versions().items() if n != "wgan_jax"},
    }


def _first(dataset: Dataset, count: int) -> Dataset:
    labels = dataset.train_labels
    assert labels is not None
    return replace(dataset, train=dataset.train[:count], train_labels=labels[:count])


def _write(path: Path, data: bytes) -> None:
    advice = "Make room, or choose another folder with --weights and --results."
    with disk_errors(f"write {path}", advice):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, data)


if __name__ == "__main__":
    sys.exit(main())
