"""What a row of the registry of networks says, and what a builder is given.

This file must stay free of JAX: it is read while the command line is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wgan_jax.options import Option, Preset

if TYPE_CHECKING:
    from flax import linen as nn

SampleShape = tuple[int, ...]


@dataclass(frozen=True)
class NetworkSpec:
    """What a builder is given, checked and with the default width filled in.

    Attributes:
        sample_shape: `(H, W, C)` for images, `(d,)` for points.
        width: channels or units; 0 where the network has no width to set.
        energies: whether the critic is an autoencoder, whose scores are energies.
        critic_batch_norm: whether the critic has batch norm.
        num_classes: what both networks are conditional on; None where they are not.
        options: what the constraint asks of the network, by the names that the row
            understands, and the values of the row's own options.
    """

    sample_shape: SampleShape
    width: int = 0
    energies: bool = False
    critic_batch_norm: bool = False
    num_classes: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def _no_batch_norm_form(spec: NetworkSpec) -> str | None:
    return "it has no batch-norm form"


def _no_settings(shape: SampleShape) -> Preset:
    return Preset("", {})


def _no_problem(spec: NetworkSpec) -> str | None:
    return None


@dataclass(frozen=True)
class Network:
    """A row of the registry.

    Attributes:
        name: what the command line calls it.
        source: the paper or the code its layout comes from.
        build: `(spec) -> (generator, critic)`; imports JAX.
        why_not: `(sample_shape) -> reason`, None where the network fits.
        settings: `(sample_shape) -> Preset`, the fields of a run that it trains well
            with, below those of variants and datasets.
        default_width: channels or units of its narrowest block; None where the sizes
            are part of the definition.
        why_no_batch_norm: `(spec) -> reason` against batch norm in its critic, None
            where it can have one.
        conditional: whether both networks have a form with classes.
        understands: options that a constraint may hand to its builder.
        options: that a run may give it, which its builder is handed besides.
        estimate: how to read `wasserstein_estimate` where the critic's slope is bounded
            by its layers, so that it takes no constraint; empty for other networks.
        why_no_energies: the reason why its critic cannot be an autoencoder.
        problem: `(spec) -> sentences`, what else of a spec it cannot be built from and
            what to do; None where it can. Width 0 stands for the default width.
    """

    name: str
    source: str
    build: Callable[[NetworkSpec], tuple[nn.Module, nn.Module]]
    why_not: Callable[[SampleShape], str | None]
    settings: Callable[[SampleShape], Preset] = _no_settings
    default_width: int | None = None
    why_no_batch_norm: Callable[[NetworkSpec], str | None] = _no_batch_norm_form
    conditional: bool = False
    understands: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    estimate: str = ""
    why_no_energies: str | None = None
    problem: Callable[[NetworkSpec], str | None] = _no_problem
