"""The metrics by name. A new one is one function in a file of its own and one row here.

A row says what the metric has to be given, which direction is better and how its
interval is made; table, evaluation.json, TensorBoard and `--best` follow from it. This
file must stay free of JAX and scipy: it is read before anything is trained.
"""

from __future__ import annotations

from wgan_jax.metrics import intervals, measures
from wgan_jax.metrics.row import MetricRow, Quantity

# What a metric may need -> why it is not there where it is not.
NEEDS = {
    "points": "the samples are images, and distances between pixels say little",
    "modes": "the modes of this distribution are not known",
    "features": "the samples are points, which need no features",
    "classes": "the feature net was not trained on this dataset to tell its classes",
    "labels": "the run is not conditional, or its reference has no labels",
    "stacked": "the dataset is not stacked_mnist",
    "held_out": "nothing is held out of this dataset, to say how near real samples lie",
    "train": "the features of all training samples take long with this net",
    "probe": "the critic is not at hand, or the classes that it asks for are unknown",
}

_LENGTH = "units of the points"
_SLOPE = "scores per unit"

METRICS: dict[str, MetricRow] = {
    row.name: row
    for row in (
        MetricRow(
            "wasserstein1",
            (Quantity("wasserstein1", "exact W1", "lower", _LENGTH),),
            frozenset({"points"}),
            measures.wasserstein1,
            intervals.subsampled,
            headline=True,
        ),
        MetricRow(
            "sliced_wasserstein1",
            (Quantity("sliced_wasserstein1", "sliced W1", "lower", _LENGTH),),
            frozenset({"points"}),
            measures.sliced_wasserstein1,
            intervals.subsampled,
            while_training=False,
        ),
        MetricRow(
            "mode_coverage",
            (
                Quantity("modes", "modes reached", "higher", whole=True),
                Quantity(
                    "modes_one_percent",
                    "modes with 1 % of samples",
                    "higher",
                    whole=True,
                ),
                Quantity("high_quality", "samples at a mode", "higher", most=1.0),
                Quantity("reverse_kl", "reverse KL of modes", "lower", "nats"),
            ),
            frozenset({"points", "modes"}),
            measures.mode_coverage,
            intervals.modes_interval,
            headline=True,
        ),
        MetricRow(
            "mode_accuracy",
            (Quantity("mode_accuracy", "asked mode is nearest", "higher", most=1.0),),
            frozenset({"points", "modes", "labels"}),
            measures.mode_accuracy,
            intervals.share_interval,
        ),
        MetricRow(
            "frechet_distance",
            (Quantity("frechet_distance", "{net}", "lower"),),
            frozenset({"features"}),
            measures.frechet_distance,
            intervals.frechet_interval,
            headline=True,
        ),
        MetricRow(
            "kernel_distance",
            (Quantity("kernel_distance", "kernel distance", "lower", least=None),),
            frozenset({"features"}),
            measures.kernel_distance,
            intervals.kernel_interval,
        ),
        MetricRow(
            "prdc",
            (
                Quantity("precision", "precision", "higher", most=1.0),
                Quantity("recall", "recall", "higher", most=1.0),
                Quantity("density", "density", "higher"),
                Quantity("coverage", "coverage", "higher", most=1.0),
            ),
            frozenset({"features"}),
            measures.prdc,
            intervals.subsampled,
            while_training=False,
        ),
        MetricRow(
            "memorisation",
            (
                Quantity("authenticity", "authentic samples", "higher", most=1.0),
                Quantity(
                    "data_copying", "Z, below -3: copies", "none", "sigma", least=None
                ),
            ),
            frozenset({"features", "held_out", "train"}),
            measures.memorisation,
            intervals.memorisation_interval,
            floor="held_out",
            while_training=False,
        ),
        MetricRow(
            "class_spread",
            (
                Quantity("class_kl", "KL of classes", "lower", "nats"),
                Quantity("class_entropy", "entropy of classes", "none", "nats"),
            ),
            frozenset({"features", "classes"}),
            measures.class_spread,
            intervals.resampled,
        ),
        MetricRow(
            "class_accuracy",
            (Quantity("class_accuracy", "asked class recognised", "higher", most=1.0),),
            frozenset({"features", "classes", "labels"}),
            measures.class_accuracy,
            intervals.share_interval,
            floor="held_out",  # the classifier has seen the training samples
        ),
        MetricRow(
            "class_frechet_distance",
            (Quantity("class_frechet_distance", "{net} within class", "lower"),),
            frozenset({"features", "labels"}),
            measures.class_frechet_distance,
            intervals.class_frechet_interval,
        ),
        MetricRow(
            "stacked_mnist",
            (
                Quantity("stacked_modes", "modes of 1,000", "higher", whole=True),
                Quantity("stacked_kl", "KL of modes", "lower", "nats"),
            ),
            frozenset({"features", "stacked"}),
            measures.stacked_mnist,
            intervals.resampled,
        ),
        MetricRow(
            "lipschitz",
            (
                Quantity("lipschitz_ratio", "critic's steepest pair", "none", _SLOPE),
                Quantity(
                    "gradient_norm_real", "critic's slope at real", "none", _SLOPE
                ),
                Quantity(
                    "gradient_norm_fake", "critic's slope at fake", "none", _SLOPE
                ),
                Quantity(
                    "gradient_norm_between", "critic's slope between", "none", _SLOPE
                ),
            ),
            frozenset({"probe"}),
            measures.lipschitz,
            floor=None,
            while_training=False,
        ),
    )
}


def quantities() -> dict[str, Quantity]:
    """Returns every number that some metric gives, by name."""
    return {q.name: q for row in METRICS.values() for q in row.quantities}


def row_of(quantity: str) -> MetricRow:
    """Returns the row that gives a number.

    Raises:
        KeyError: no row does.
    """
    for row in METRICS.values():
        if quantity in [each.name for each in row.quantities]:
            return row
    raise KeyError(quantity)


def missing_need(row: MetricRow, offered: frozenset[str]) -> str | None:
    """Says why a metric cannot be computed where only some things are known.

    Args:
        row: the metric.
        offered: what is known, keys of `NEEDS`.

    Returns:
        The reason, or None where nothing is missing.
    """
    return next((NEEDS[n] for n in NEEDS if n in row.needs - offered), None)
