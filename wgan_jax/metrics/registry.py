"""The metrics by name. A new one is one function in a file of its own and one row here.

A row says what the metric has to be given, which direction is better and how its
interval is made; table, evaluation.json, TensorBoard and `--best` follow from it. This
file must stay free of JAX and scipy: it is read before anything is trained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from wgan_jax.metrics.comparison import Comparison

Direction = Literal["lower", "higher", "none"]
Values = Mapping[str, float]
Interval = Callable[[Callable[..., Values], Comparison, Values, int], dict[str, Any]]


class Quantity(NamedTuple):
    """One number of a metric.

    Attributes:
        name: in evaluation.json, in the logs and for `--best`.
        title: for people.
        better: which direction is better; `none` where neither is.
        range: the values that it can take, in words, with the unit.
        whole: whether it counts something.
    """

    name: str
    title: str
    better: Direction
    range: str
    whole: bool = False


class MetricRow(NamedTuple):
    """A row of `METRICS`: one computation, which may give several numbers.

    Attributes:
        name: of the row.
        quantities: the numbers that it gives, the most important one first.
        needs: what has to be known, keys of `NEEDS`.
        compute: comparison -> name -> number, for every quantity. ValueError where its
            assumptions fail, in words that can be printed.
        interval: how the interval is made, see `intervals`; None for none.
        while_training: whether it is cheap enough to be computed while a run trains.
        headline: whether its first number is shown beside the progress of a run.
    """

    name: str
    quantities: tuple[Quantity, ...]
    needs: frozenset[str]
    compute: Callable[[Comparison], Values]
    interval: Interval | None = None
    while_training: bool = True
    headline: bool = False


# What a metric may need -> why it is not there where it is not.
NEEDS = {
    "points": "the samples are images, and distances between pixels say little",
    "modes": "the modes of this distribution are not known",
    "features": "the samples are points, which need no features",
    "classes": "the feature net was not trained on this dataset to tell its classes",
    "stacked": "the dataset is not stacked_mnist",
    "train": "the training samples are not at hand",
    "probe": "the critic is not at hand",
}


# Each imports when it is called: scipy takes a second that a refusal does not wait.
def _wasserstein1(comparison: Comparison) -> Values:
    from wgan_jax.metrics.wasserstein import exact_wasserstein1

    real, fake = comparison.real.samples, comparison.fake.samples
    return {"wasserstein1": exact_wasserstein1(real, fake)}


def _sliced_wasserstein1(comparison: Comparison) -> Values:
    from wgan_jax.metrics.wasserstein import sliced_wasserstein1

    real, fake = comparison.real.samples, comparison.fake.samples
    return {"sliced_wasserstein1": sliced_wasserstein1(real, fake)}


def _mode_coverage(comparison: Comparison) -> Values:
    from wgan_jax.metrics.modes import mode_coverage

    assert comparison.centers is not None  # NEEDS: modes
    assert comparison.std is not None
    return mode_coverage(comparison.fake.samples, comparison.centers, comparison.std)


def _bootstrap(*given: Any) -> dict[str, Any]:
    from wgan_jax.metrics.intervals import bootstrap

    return bootstrap(*given)


def _blocks(*given: Any) -> dict[str, Any]:
    from wgan_jax.metrics.intervals import blocks

    return blocks(*given)


METRICS: dict[str, MetricRow] = {
    row.name: row
    for row in (
        MetricRow(
            "wasserstein1",
            (Quantity("wasserstein1", "exact W1", "lower", ">= 0"),),
            frozenset({"points"}),
            _wasserstein1,
            _blocks,
            headline=True,
        ),
        MetricRow(
            "sliced_wasserstein1",
            (Quantity("sliced_wasserstein1", "sliced W1", "lower", ">= 0"),),
            frozenset({"points"}),
            _sliced_wasserstein1,
            _blocks,
            while_training=False,
        ),
        MetricRow(
            "mode_coverage",
            (
                Quantity("modes", "modes reached", "higher", "a count", whole=True),
                Quantity(
                    "modes_one_percent",
                    "modes with 1 % of samples",
                    "higher",
                    "a count",
                    whole=True,
                ),
                Quantity("high_quality", "samples at a mode", "higher", "0 to 1"),
                Quantity("reverse_kl", "reverse KL of modes", "lower", ">= 0 nats"),
            ),
            frozenset({"points", "modes"}),
            _mode_coverage,
            _bootstrap,
            headline=True,
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
