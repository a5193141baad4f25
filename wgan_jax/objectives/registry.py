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
        energies: whether scores are energies, so that the critic is an autoencoder.
    """

    name: str
    build: Callable[[Values], Objective]
    options: tuple[Option, ...] = ()
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


OBJECTIVES = {
    row.name: row
    for row in (
        ObjectiveRow("minimax", _minimax),
        ObjectiveRow("non_saturating", _non_saturating),
        ObjectiveRow("least_squares", _least_squares),
        ObjectiveRow("wasserstein", _wasserstein),
        ObjectiveRow("hinge", _hinge),
        ObjectiveRow("relativistic", _relativistic),
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
            energies=True,
        ),
    )
}
