"""What the critic's estimate means, by the rows of the parts.

E f(x) - E f(y) of real and generated samples is W1 where the game maximises it over
1-Lipschitz critics, and nowhere else. Under the `wasserstein` objective the
constraint's row says what becomes of it; under another one the objective's row says
what the scores are instead. Of a critic that is 1-Lipschitz by construction it is a
bound under any objective, which the network's row says. This file must stay free of
JAX: `--help` shows its words.
"""

import math
from collections.abc import Mapping
from typing import Any

from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.networks import NETWORKS
from wgan_jax.objectives.registry import OBJECTIVES

ESTIMATE = "wasserstein_estimate"


def estimate_words(config: Mapping[str, Any]) -> str | None:
    """How the estimate of a run is to be read.

    Args:
        config: the fields of a run; an `objective` of None stands for `wasserstein`.

    Returns:
        Words to follow a colon; None where the parts are not those of the registries.
    """
    words = _words_of_parts(config)
    return words and words + "".join(f"; {other}" for other in _of_what(config))


def _words_of_parts(config: Mapping[str, Any]) -> str | None:
    network = NETWORKS.get(str(config.get("network")))
    if network and network.estimate:  # whatever the scores are driven to
        return network.estimate
    constraint = CONSTRAINTS.get(str(config.get("constraint")))
    if other := _other_objective(config):
        return other
    if constraint is None or not constraint.estimate:
        return None
    words = constraint.estimate
    for option in constraint.options:
        words = words.replace(f"{{{option.name}}}", str(config.get(option.name)))
    return words


def _of_what(config: Mapping[str, Any]) -> list[str]:
    """Which distributions a critic compares where they are not those of the samples."""
    found: list[str] = []
    if config.get("conditional"):
        found.append(
            "conditional: a mean over the classes of what is within them, which is no "
            "distance of all samples"
        )
    if config.get("augment"):
        found.append("of augmented samples, real and generated, not of the samples")
    return found


def penalty_weight(config: Mapping[str, Any]) -> float | None:
    """The lambda of the law W + W^2 / (2 lambda), where a run's estimate follows it.

    Args:
        config: the fields of a run.

    Returns:
        The weight, finite and above 0; None where the law does not hold, and where W
        would be that of other distributions.
    """
    if _of_what(config):
        return None
    constraint = CONSTRAINTS.get(str(config.get("constraint")))
    if constraint is None or constraint.law_weight is None or _other_objective(config):
        return None
    weight = config.get(constraint.law_weight)
    if not isinstance(weight, (int, float)) or not 0 < weight < math.inf:
        return None
    return float(weight)


def metric_words(config: Mapping[str, Any]) -> dict[str, str]:
    """How the metrics that a run logs are to be read, by their names."""
    constraint = CONSTRAINTS.get(str(config.get("constraint")))
    words = dict(constraint.metrics) if constraint else {}
    estimate = estimate_words(config)
    return words | ({ESTIMATE: estimate} if estimate else {})


def _other_objective(config: Mapping[str, Any]) -> str:
    objective = OBJECTIVES.get(str(config.get("objective")))
    return objective.estimate if objective else ""
