"""What is measured while a run trains: decided, or refused, before it starts."""

import dataclasses

from wgan_jax.config import Config
from wgan_jax.data import Dataset
from wgan_jax.errors import UserError, unknown_name
from wgan_jax.loop.evaluation.reference import (
    SMALLEST,
    known_rows,
    largest_count,
    offered_by,
)
from wgan_jax.metrics.registry import (
    METRICS,
    MetricRow,
    missing_need,
    row_of,
)


def tracked_config(config: Config, dataset: Dataset) -> Config:
    """Fills in how often samples are measured, or says why they cannot be.

    Args:
        config: the run.
        dataset: what it learns.

    Returns:
        The config with `evaluate_every` filled in: 0 for images, which are measured
        when it is asked for, and `sample_every` for points, where it costs little.

    Raises:
        UserError: samples that cannot be measured, or a best checkpoint by a metric
            that is unknown, undirected, or never measured in this run.
    """
    possible = largest_count(dataset) >= SMALLEST
    every = config.evaluate_every
    if every is None:
        every = config.sample_every if dataset.dim and possible else 0
    if every and not possible:
        raise UserError(
            f"evaluate_every is {every}, but {dataset.name!r} has too few samples to "
            f"measure by: at least {2 * SMALLEST} are needed. Leave it out."
        )
    if config.best is not None:
        _check_best(config.best, every, dataset, config.conditional)
    return dataclasses.replace(config, evaluate_every=every)


def best_choices() -> list[str]:
    """The metrics by which a best checkpoint can be kept."""
    rows = [row for row in METRICS.values() if row.while_training]
    return [q.name for row in rows for q in row.quantities if q.better != "none"]


def _check_best(best: str, every: int, dataset: Dataset, conditional: bool) -> None:
    if best not in best_choices():
        raise unknown_name("metric for best", best, best_choices())
    problem = missing_need(row_of(best), offered_by(dataset, None, conditional))
    if problem is not None:
        rows = training_rows(dataset, conditional)
        names = [q.name for row in rows for q in row.quantities]
        choices = [name for name in best_choices() if name in names]
        raise UserError(
            f"best is {best!r}, which {dataset.name!r} does not have: {problem}. "
            f"Choose from: {', '.join(choices)}."
        )
    if not every:
        raise UserError(
            f"best is {best!r}, but nothing is measured while this run trains: give "
            "evaluate_every too, the steps between two measurements."
        )


def training_rows(dataset: Dataset, conditional: bool = False) -> list[MetricRow]:
    """The metrics of a dataset's samples that are measured while a run trains."""
    offered = offered_by(dataset, None, conditional)
    return [row for row in known_rows(offered) if row.while_training]
