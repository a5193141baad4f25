"""What `wasserstein_estimate` of a run says about W1, and what it does not.

The critic's estimate is W1 only where the critic is 1-Lipschitz and at its optimum. A
penalty, a normalisation and a clipping each change what it means.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wgan_jax.config import Config
from wgan_jax.config.names import REGISTRIES
from wgan_jax.metrics import corrected_wasserstein1

ESTIMATE = "wasserstein_estimate"
AVERAGED = 100
_PENALTIES = ("penalty", "one_sided_penalty")


class Reading(NamedTuple):
    """How an estimate is to be read.

    Attributes:
        estimate: the mean of what was logged.
        corrected: W1 by `metrics.corrected_wasserstein1`; None where there is no
            formula.
        words: one sentence or two.
    """

    estimate: float
    corrected: float | None
    words: str


def read_estimate(config: Config, rows: Sequence[Mapping[str, Any]]) -> Reading | None:
    """Corrects the reading of the estimate that a run has logged.

    Args:
        config: of the run.
        rows: lines of metrics.jsonl, of which the last 100 are averaged: each is the
            estimate of one batch.

    Returns:
        The reading; None where the constraint or the rows say nothing.
    """
    found = [row.get(ESTIMATE) for row in rows[-AVERAGED:]]
    numbers = [number for number in found if number is not None]
    if not numbers:
        return None
    estimate = sum(numbers) / len(numbers)
    logged = f"The critic's own {ESTIMATE} (mean of {len(numbers)} steps) is "
    logged += f"{estimate:.3g}"
    if config.constraint in _PENALTIES and config.penalty_weight:
        return _under_penalty(estimate, config.penalty_weight, logged)
    row = REGISTRIES["constraint"].get(config.constraint or "")
    if row is None or row.name in _PENALTIES or not row.estimate:
        return None
    return Reading(estimate, None, f"{logged}: {row.estimate}.")


def _under_penalty(estimate: float, weight: float, logged: str) -> Reading:
    if estimate < 0:
        words = f"{logged}: below 0, the critic has lost track of the samples."
        return Reading(estimate, None, words)
    corrected = corrected_wasserstein1(estimate, weight)
    words = (
        f"{logged}. Under penalty weight {weight:g} it is not W1 but about W1 + W1^2 / "
        f"{2 * weight:g}, exactly so on parallel lines: W1 would be {corrected:.3g}."
    )
    return Reading(estimate, corrected, words)
