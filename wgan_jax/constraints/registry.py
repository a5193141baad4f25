"""The registry of the constraints: one row each, with its options and metrics.

A new constraint is one function in a file of its own plus one row here; command line,
presets, checkpoints and the contract tests follow from the row. This file must stay
free of JAX: it is read while the command line is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wgan_jax.options import Option

if TYPE_CHECKING:
    from flax import linen as nn

    from wgan_jax.constraints.interface import Constraint

Values = Mapping[str, float]


@dataclass(frozen=True)
class ConstraintRow:
    """A row of the registry.

    Attributes:
        name: what the command line calls it.
        build: (values of its options, critic) -> the constraint; imports JAX.
        options: the numbers it takes.
        metrics: name -> how to read it, for each metric that it logs.
        estimate: how to read the difference of mean scores, `wasserstein_estimate`; an
            option's name in braces stands for its value.
        per_sample: whether it needs every score to depend on its own sample alone.
        per_layer: whether it bounds the critic layer by layer.
        bounded_scores: whether constrained scores lie in [-1, 1].
        network: options that it hands to the network's builder, as the network
            understands them (`Network.understands`).
    """

    name: str
    build: Callable[[Values, nn.Module], Constraint]
    options: tuple[Option, ...] = ()
    metrics: Mapping[str, str] = field(default_factory=dict)
    estimate: str = ""
    per_sample: bool = False
    per_layer: bool = False
    bounded_scores: bool = False
    network: Mapping[str, Any] = field(default_factory=dict)


def batch_norm_problem(row: Any) -> str | None:
    """Explains why a critic under a constraint cannot have batch norm.

    Args:
        row: a `ConstraintRow`, or a `Constraint` of your own.

    Returns:
        The reason, to follow a colon; None where it can.
    """
    if row.per_sample:
        return (
            "the gradient norm is taken sample by sample, and batch norm makes every "
            "score depend on the whole batch"
        )
    if row.per_layer:
        return (
            "every layer is bounded by itself, and batch norm rescales what a layer "
            "returns, so that the bound is void"
        )
    return None


# Each builder imports when it is called: the command line reads the rows for --help and
# importing JAX takes .9 s.
def _unconstrained(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.interface import unconstrained

    return unconstrained()


def _clipping(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.weight_clipping import clipping

    return clipping(values["clip_limit"])


def _penalty(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.gradient_penalties import penalty

    return penalty(values["penalty_weight"])


def _one_sided_penalty(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.gradient_penalties import penalty

    return penalty(values["penalty_weight"], one_sided=True)


def _spectral(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.spectral_normalization import spectral

    return spectral()


def _normalization(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.gradient_normalization import normalization

    # A critic that promises nothing takes the general form, which is right for any.
    piecewise_linear = getattr(critic, "piecewise_linear", False)
    return normalization(piecewise_linear=piecewise_linear)


_WEIGHT = Option(
    *("penalty_weight", 10.0, "weight of the gradient penalty"),
    above=0,
    source="Gulrajani et al. 2017",
)
_LIMIT = Option(
    *("clip_limit", 0.01, "bound of clipped weights"),
    above=0,
    source="Arjovsky et al. 2017",
)
# Exact for two parallel lines at distance W, where the critic's slope is the same
# everywhere: it maximises n W - weight (n - 1)^2 at n = 1 + W / (2 weight).
_PENALISED = (
    "not W1 but above it: at distance W of two parallel lines it is "
    "W + W^2 / (2 x {penalty_weight}), a law that the corrected line inverts"
)
_PENALTY_METRICS = {
    "gradient_penalty": "the penalty without its weight",
    "gradient_norm": "the mean norm; settles near 1 where the weight is large",
}

CONSTRAINTS = {
    row.name: row
    for row in (
        ConstraintRow(
            "none",
            _unconstrained,
            estimate="no distance: nothing bounds the critic's slope",
        ),
        ConstraintRow(
            "clipping",
            _clipping,
            options=(_LIMIT,),
            metrics={
                "clipped_fraction": "weights at the bound; near 1 the critic has "
                "collapsed to the simplest functions"
            },
            estimate="W1 times a factor that nobody knows: its course can be read, its "
            "size cannot",
        ),
        ConstraintRow(
            "penalty",
            _penalty,
            options=(_WEIGHT,),
            metrics=_PENALTY_METRICS,
            estimate=_PENALISED,
            per_sample=True,
        ),
        ConstraintRow(
            "one_sided_penalty",
            _one_sided_penalty,
            options=(_WEIGHT,),
            metrics=_PENALTY_METRICS,
            estimate=_PENALISED,
            per_sample=True,
        ),
        ConstraintRow(
            "spectral",
            _spectral,
            metrics={"largest_spectral_norm": "before division"},
            estimate="not W1: the critic's slope is bounded layer by layer, and the "
            "whole is far less steep than 1",
            per_layer=True,
        ),
        ConstraintRow(
            "normalization",
            _normalization,
            metrics={
                "score_magnitude": "mean |D^|; near 1 the generator receives little "
                "gradient"
            },
            estimate="bounded, not W1: scores lie in [-1, 1], so it is at most 2",
            per_sample=True,
            bounded_scores=True,
        ),
    )
}
