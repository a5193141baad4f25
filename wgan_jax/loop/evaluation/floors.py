"""Floors: what each metric gives for real samples in place of generated ones.

They depend on the reference alone, so they are kept beside its features, see
`reference_cache`.
"""

import functools

import numpy as np

from wgan_jax.loop.evaluation.reference import Reference
from wgan_jax.loop.evaluation.reference_cache import Arrays, cached
from wgan_jax.metrics.comparison import Comparison
from wgan_jax.metrics.registry import MetricRow


def measure_floors(reference: Reference, rows: list[MetricRow]) -> dict[str, float]:
    """Measures real samples in place of generated ones, once.

    Args:
        reference: the real samples.
        rows: the metrics; those that fail are left out.

    Returns:
        Name of the number -> its floor.
    """
    net, data = reference.net, reference.dataset
    known = f"{net and net.sha256} {data.centers} {data.std}"
    sides = {"train": reference.train, "held_out": reference.real}
    samples = [reference.real.samples, reference.train.samples]
    optional = (reference.all_train, reference.real.labels, reference.train.labels)
    samples += [array for array in optional if array is not None]
    floors: dict[str, float] = {}
    for row in rows:
        if row.floor is not None:
            comparison = reference.compared_with(sides[row.floor])
            make = functools.partial(_floor, row, comparison)
            kept = cached([f"floor of {row.name}", known, *samples], make)
            floors |= {name: value.item() for name, value in kept.items()}
    return floors


def _floor(row: MetricRow, comparison: Comparison) -> Arrays:
    try:
        values = row.compute(comparison)
    except ValueError:  # reported where the generated samples are measured
        return {}
    return {name: np.asarray(value) for name, value in values.items()}
