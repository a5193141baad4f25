"""The registry of the objectives: one row each, with its options.

A new objective is one function in `losses` plus one row here. This file must stay free
of JAX: it is read while the command line is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wgan_jax.options import Option

if TYPE_CHECKING:
    from wgan_jax.objectives.losses import Objective

Values = Mapping[str, float]


@dataclass(frozen=True)
class ObjectiveRow:
    """A row of the registry.

    Attributes:
        name: what the command line calls it.
        build: values of its options -> the objective; imports JAX.
        options: the numbers it takes.
        estimate: how to read the difference of mean scores, `wasserstein_estimate`,
            which is no estimate of W1; empty where the constraint decides that.
        energies: whether scores are energies, so that the critic is an autoencoder.
    """

    name: str
    build: Callable[[Values], Objective]
    options: tuple[Option, ...] = ()
    estimate: str = ""
    energies: bool = False


# Each builder imports when it is called: the command line reads the rows for --help and
# importing JAX takes .9 s.
def _minimax(values: Values) -> Objective:
    from wgan_jax.objectives.losses import minimax

    return minimax()


def _non_saturating(values: Values) -> Objective:
    from wgan_jax.objectives.losses import non_saturating

    return non_saturating()


def _least_squares(values: Values) -> Objective:
    from wgan_jax.objectives.losses import least_squares

    return least_squares()


def _wasserstein(values: Values) -> Objective:
    from wgan_jax.objectives.losses import wasserstein

    return wasserstein()


def _hinge(values: Values) -> Objective:
    from wgan_jax.objectives.losses import hinge

    return hinge()


def _relativistic(values: Values) -> Objective:
    from wgan_jax.objectives.losses import relativistic

    return relativistic()


def _energy_based(values: Values) -> Objective:
    from wgan_jax.objectives.losses import energy_based

    return energy_based(values["margin"])


# The optimal critic of real against generated samples is log p/q, up to a constant for
# pairs, so that its mean scores differ by KL(P, Q) + KL(Q, P).
_LOGITS = (
    "no estimate of W1: scores are logits, and those of an optimal critic differ by "
    "KL(P, Q) + KL(Q, P) in the mean, which is 0 where P is Q and has no upper end"
)
_LABELS = (
    "no estimate of W1: scores are regressed on the labels 1 and 0, so that it is near "
    "1 where the critic tells real from generated, and 0 where it cannot"
)
_HINGE = (
    "no estimate of W1: real scores are pushed above 1, generated ones below -1, and "
    "no further, so that it is 2 or more where the critic tells them apart"
)
_ENERGIES = (
    "no estimate of W1: scores are energies, low on real samples, so that it is "
    "negative where the critic tells real from generated"
)

OBJECTIVES = {
    row.name: row
    for row in (
        ObjectiveRow("minimax", _minimax, estimate=_LOGITS),
        ObjectiveRow("non_saturating", _non_saturating, estimate=_LOGITS),
        ObjectiveRow("least_squares", _least_squares, estimate=_LABELS),
        ObjectiveRow("wasserstein", _wasserstein),
        ObjectiveRow("hinge", _hinge, estimate=_HINGE),
        ObjectiveRow("relativistic", _relativistic, estimate=_LOGITS),
        ObjectiveRow(
            "energy_based",
            _energy_based,
            options=(
                # In the units of the energies: mean squared error per pixel.
                Option("margin", 1.0, "margin of the energies", above=0),
                Option(
                    *("pulling_away", 0.1, "weight of pulling-away"),
                    at_least=0,
                    source="Zhao et al. 2016, section 4.1",
                ),
            ),
            estimate=_ENERGIES,
            energies=True,
        ),
    )
}
