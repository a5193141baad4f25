"""How good the samples of a state are: the one place that joins training and metrics.

`--evaluate-every`, the command `evaluate` and the leaderboard measure by it, so that
equal samples get equal numbers everywhere. It draws latents of its own and touches
nothing that a run trains with.
"""

import contextlib
import math
from collections.abc import Iterable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from wgan_jax.loop.evaluation.reference import Reference
from wgan_jax.loop.trained.trained import Trained
from wgan_jax.metrics.comparison import Comparison, Probe, Side
from wgan_jax.metrics.registry import METRICS, MetricRow, missing_need, quantities
from wgan_jax.training.inference import constrained_critic
from wgan_jax.training.passes import to_floats

PROBED = 500  # pairs at which the critic is looked at


class Measured(NamedTuple):
    """One number of an evaluation.

    Attributes:
        value: what was measured.
        low: lower end of its 95 % interval; None where there is none.
        high: upper end.
        floor: the same number for real training samples; None where it has none.
    """

    value: float
    low: float | None = None
    high: float | None = None
    floor: float | None = None


class Evaluation(NamedTuple):
    """What was found of one set of weights.

    Attributes:
        measured: name of the number -> what was measured.
        not_measured: name of the number -> why not.
    """

    measured: dict[str, Measured]
    not_measured: dict[str, str]


def measure(
    comparison: Comparison,
    offered: frozenset[str],
    rows: Iterable[MetricRow] | None = None,
) -> tuple[dict[str, float], dict[str, str]]:
    """Computes metrics of samples beside the reference.

    Args:
        comparison: both.
        offered: what is known, keys of `NEEDS`.
        rows: which metrics; None for all.

    Returns:
        Name of the number -> its value, and name -> why it was not measured.
    """
    values: dict[str, float] = {}
    missing: dict[str, str] = {}
    for row in METRICS.values() if rows is None else rows:
        problem = missing_need(row, offered)
        if problem is None:
            try:
                values |= row.compute(comparison)
                continue
            except ValueError as error:
                problem = str(error)
        missing |= {quantity.name: problem for quantity in row.quantities}
    return values, missing


def evaluate_trained(
    trained: Trained,
    reference: Reference,
    floors: dict[str, float],
    weights: str,
    seed: int,
) -> Evaluation:
    """Measures the samples of one set of weights, with intervals.

    Args:
        trained: the run; `trained.sample(seed, N, weights=weights)` is measured, of a
            conditional run with the labels of the real samples, so that classes come as
            often as in the reference.
        reference: the real side, N samples.
        floors: from `measure_floors`.
        weights: `raw` or `ema`.
        seed: of the latents and the probes.

    Returns:
        Every number that can be measured, and why others cannot.
    """
    fake = sample_like(trained, reference, seed, weights)
    probe = _probe(trained, reference, fake, seed)
    comparison = reference.compared_with(fake)._replace(probe=probe)
    known = reference.offered | (set() if probe is None else {"probe"})
    values, missing = measure(comparison, known)
    ends = _intervals(comparison, values)
    measured = {
        name: Measured(value, *ends.get(name, (None, None)), floors.get(name))
        for name, value in values.items()
    }
    return Evaluation(measured, missing)


def sample_like(
    trained: Trained, reference: Reference, seed: int, weights: str
) -> Side:
    """Generates as many samples as the reference has, of the same classes."""
    labels, count = reference.real.labels, reference.count
    made = trained.sample(seed, count, weights=weights, labels=labels)
    return reference.side(made)._replace(labels=labels)


def _intervals(
    comparison: Comparison, values: dict[str, float]
) -> dict[str, tuple[float, float]]:
    ends: dict[str, tuple[float, float]] = {}
    for row in METRICS.values():
        mine = {q.name: values[q.name] for q in row.quantities if q.name in values}
        # Of too few samples a value may exist where a spread does not.
        with contextlib.suppress(ValueError):
            if mine and row.interval is not None:
                ends |= row.interval(row.compute, comparison, mine)
    # Samples drawn again from those seen never show a mode that was not: of a count of
    # modes that says nothing of other samples.
    ends = {name: pair for name, pair in ends.items() if not quantities()[name].whole}
    return {name: _clipped(name, *pair) for name, pair in ends.items()}


def _clipped(name: str, low: float, high: float) -> tuple[float, float]:
    """Without values that the number cannot take."""
    quantity = quantities()[name]
    least = -math.inf if quantity.least is None else quantity.least
    most = math.inf if quantity.most is None else quantity.most
    return max(low, least), min(high, most)


def _probe(
    trained: Trained, reference: Reference, fake: Side, seed: int
) -> Probe | None:
    """The critic and pairs to look at; None without the classes that it asks for."""
    labels = reference.real.labels
    if trained.num_classes is not None and labels is None:
        return None
    apply, params = constrained_critic(trained.recipe, trained.state)
    real, generated = (
        np.asarray(to_floats(jnp.asarray(side.samples[:PROBED])))
        for side in (reference.real, fake)
    )
    labels = None if labels is None else labels[:PROBED]
    return Probe(apply, params, real, generated, seed, labels)
