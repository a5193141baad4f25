"""What a row of the registry of constraints says, and what follows from it.

This file must stay free of JAX: it is read while the command line is parsed.
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
Build = Callable[[Values, "nn.Module"], "Constraint"]


@dataclass(frozen=True)
class ConstraintRow:
    """A row of the registry.

    Attributes:
        name: what the command line calls it.
        build: (values of its options, critic) -> the constraint; imports JAX.
        options: the numbers it takes.
        metrics: name -> how to read it, for each metric that it logs.
        estimate: how to read the difference of mean scores, `wasserstein_estimate`,
            under the `wasserstein` objective; an option's name in braces stands for its
            value.
        law_weight: the option that is lambda, where the estimate of the `wasserstein`
            objective is W + W^2 / (2 lambda) on parallel lines.
        per_sample: whether it needs every score to depend on its own sample alone.
        per_layer: whether it bounds the critic layer by layer.
        bounded_scores: whether constrained scores lie in [-1, 1].
        network: options that it hands to the network's builder, as the network
            understands them (`Network.understands`).
    """

    name: str
    build: Build
    options: tuple[Option, ...] = ()
    metrics: Mapping[str, str] = field(default_factory=dict)
    estimate: str = ""
    law_weight: str | None = None
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
