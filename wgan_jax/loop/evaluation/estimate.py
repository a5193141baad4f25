"""What `wasserstein_estimate` of a run says about W1, and what it does not.

The words are those of the registries' rows, see `constraints.estimate`; here are the
numbers of a run.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wgan_jax.config import Config
from wgan_jax.constraints.estimate import ESTIMATE, estimate_words, penalty_weight
from wgan_jax.metrics import corrected_wasserstein1

AVERAGED = 100


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
        rows: lines of metrics.jsonl. Those of the last 100 steps are averaged, however
            many of them were logged: each is the estimate of one batch.

    Returns:
        The reading; None where objective, constraint or the rows say nothing.
    """
    since = rows[-1]["step"] - AVERAGED if rows else 0
    found = [row.get(ESTIMATE) for row in rows if row["step"] > since]
    numbers = [number for number in found if number is not None]
    if not numbers:
        return None
    estimate = sum(numbers) / len(numbers)
    logged = f"The critic's own {ESTIMATE} (mean of {len(numbers)} steps) is "
    logged += f"{estimate:.3g}"
    fields = dataclasses.asdict(config)
    if weight := penalty_weight(fields):
        return _under_penalty(estimate, weight, logged)
    words = estimate_words(fields)
    return Reading(estimate, None, f"{logged}: {words}.") if words else None


def _under_penalty(estimate: float, weight: float, logged: str) -> Reading:
    if estimate < 0:
        words = f"{logged}: below 0, the critic has lost track of the samples."
        return Reading(estimate, None, words)
    corrected = corrected_wasserstein1(estimate, weight)
    words = (
        f"{logged}. Under penalty weight {weight:g} it is not W1 but, at the critic's "
        f"optimum, about W1 + W1^2 / {2 * weight:g}, exactly so on parallel lines: W1 "
        f"would be {corrected:.3g}."
    )
    return Reading(estimate, corrected, words)
