"""The evaluation of a run that was trained: read it, measure it, write evaluation.json.

The result is a plain dictionary, the same that is written; how it is shown is decided
elsewhere.
"""

from pathlib import Path
from typing import Any

from wgan_jax.artifacts.best import read_best
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.log_reading import MOST_ROWS, read_metrics
from wgan_jax.data import Dataset, as_dataset
from wgan_jax.errors import unknown_name, warn
from wgan_jax.given import as_whole
from wgan_jax.loop.evaluation.estimate import read_estimate
from wgan_jax.loop.evaluation.floors import measure_floors
from wgan_jax.loop.evaluation.measure import evaluate_trained
from wgan_jax.loop.evaluation.reference import (
    Reference,
    known_rows,
    largest_count,
    make_reference,
    open_features,
    title_of,
    with_all_train,
)
from wgan_jax.loop.own_data import check_same_data, dataset_of, refuse_unread
from wgan_jax.loop.reporting import Reporter
from wgan_jax.loop.trained.checks import as_count
from wgan_jax.loop.trained.trained import Trained, load_trained
from wgan_jax.training.recipe import Recipe
from wgan_jax.version import __version__

POINTS = 5000  # an exact W1 takes eight seconds
IMAGES = 10_000
WEIGHTS = ("raw", "ema", "both")


def evaluate(
    run_dir: str | Path,
    *,
    count: int | None = None,
    seed: int = 0,
    features: str | None = None,
    feature_weights: str | Path | None = None,
    weights: str = "both",
    step: int | str | None = None,
    data_dir: str | Path | None = None,
    recipe: Recipe | None = None,
    data: Dataset | Any = None,
) -> dict[str, Any]:
    """Measures how good the samples of a run are, and writes evaluation.json.

    The page of the run, report.html, is written anew with it.

    >>> wgan_jax.evaluate("runs/gp-ring8-seed0")["results"]["raw"]["wasserstein1"]

    Args:
        run_dir: the run folder. An evaluation.json that is there is replaced.
        count: samples, generated and real ones; None for 5,000 points or 10,000 images,
            or as many as the dataset can give.
        seed: of the samples, real and generated, and of the intervals.
        features: the feature net, a key of `metrics.features.FEATURES`; None for the
            dataset's own.
        feature_weights: a file, for nets whose weights are brought along.
        weights: `raw`, `ema`, or `both` for those that the run has.
        step: the step of a checkpoint, "best", or None for the newest whole one.
        data_dir: the folder with the dataset's files; None for the run's.
        recipe: the parts that the run was trained with, if they were your own.
        data: the samples that it was trained on, if they were your own.

    Returns:
        What evaluation.json holds: `count`, `split`, `features`, `features_sha256` and
        `results`: weights -> metric, a key of `metrics.registry.quantities()` -> value,
        low, high (a 95 % interval) and floor (the same for real samples), which are
        None where there is none; besides `seed`, `step`, `dataset`,
        `features_title`, `not_measured` (number -> why), `estimate` (how the critic's
        own estimate is to be read), `version`, of the best checkpoint `chosen_by` (the
        metric), and of a conditional run `num_classes` and `labelled`, whether the
        classes of the real samples are known.

    Raises:
        UserError: no such run or checkpoint, own parts or data that are missing, a
            count that the data cannot give, features that do not fit, or a folder that
            cannot be written.
    """
    if weights not in WEIGHTS:
        raise unknown_name("weights", weights, WEIGHTS)
    seed = as_whole("seed", seed)
    count = None if count is None else as_count(count)
    folder = RunFolder.open(run_dir)
    folder.require_writable()
    dataset = _open_data(folder, data, data_dir)
    shape = dataset.sample_shape
    trained = load_trained(run_dir, step, recipe=recipe, sample_shape=shape)
    chosen = _chosen_weights(trained, weights)
    net = open_features(dataset, features, feature_weights)
    count = _default_count(dataset) if count is None else count
    asked = trained.num_classes is not None
    reference = with_all_train(make_reference(dataset, count, seed, net, asked))
    measured = _measure(trained, reference, chosen, seed)
    result = _describe(trained, reference, folder) | measured
    if step == "best":
        best = read_best(folder.best, warn)
        result["chosen_by"] = best and best.metric
    folder.write_json(folder.evaluation.name, result)
    Reporter().write(folder, last=True)
    return result


def _open_data(folder: RunFolder, data: Any, data_dir: str | Path | None) -> Dataset:
    if data is None:
        advice = (
            "measure it from Python with the same data, "
            "wgan_jax.evaluate(run_dir, data=data)."
        )
        return dataset_of(folder, advice, data_dir)
    data = as_dataset(data)
    refuse_unread({"data_dir": data_dir} if data_dir is not None else {}, data)
    check_same_data(data, folder, given=True)
    return data


def _measure(
    trained: Trained, reference: Reference, chosen: list[str], seed: int
) -> dict[str, Any]:
    """Measures the samples of each set of weights, beside the floors of real ones."""
    floors = measure_floors(reference, known_rows(reference.offered))
    found = {
        name: evaluate_trained(trained, reference, floors, name, seed)
        for name in chosen
    }
    missing = {n: why for e in found.values() for n, why in e.not_measured.items()}
    results = {
        name: {n: m._asdict() for n, m in evaluation.measured.items()}
        for name, evaluation in found.items()
    }
    return {"results": results, "not_measured": missing}


def _chosen_weights(trained: Trained, weights: str) -> list[str]:
    if weights != "both":
        return [trained.weights_name(weights)]
    return ["raw"] if trained.state.ema is None else ["raw", "ema"]


def _default_count(dataset: Dataset) -> int:
    wanted = IMAGES if dataset.image_shape else POINTS
    return min(wanted, largest_count(dataset))


def _describe(
    trained: Trained, reference: Reference, folder: RunFolder
) -> dict[str, Any]:
    net, step = reference.net, int(trained.state.step)
    rows = read_metrics(folder.metrics, MOST_ROWS, last=step)
    reading = read_estimate(trained.config, rows)
    classes = {
        "num_classes": trained.num_classes,
        "labelled": reference.real.labels is not None,
    }
    return {
        "variant": trained.config.variant,
        "dataset": reference.dataset.name,
        "step": step,
        "seed": reference.seed,
        "count": reference.count,
        "split": reference.split,
        "features": net and net.name,
        "features_sha256": net and net.sha256,
        "features_title": title_of(net),
        "estimate": reading and reading._asdict(),
        "version": __version__,
    } | ({} if trained.num_classes is None else classes)
