"""Which network goes with which samples and options, and the pair that is built.

Free of JAX but for what `build_networks` builds: it is read while the command line is
parsed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wgan_jax.errors import UserError, unknown_name
from wgan_jax.networks.registry import NETWORKS
from wgan_jax.networks.row import Network, NetworkSpec, SampleShape

if TYPE_CHECKING:
    from flax import linen as nn


def networks_for(sample_shape: SampleShape) -> list[str]:
    """Lists the networks that fit.

    Args:
        sample_shape: (H, W, C) for images, (d,) for points.

    Returns:
        Keys of `NETWORKS`, in their order.
    """
    return [n for n, row in NETWORKS.items() if row.why_not(sample_shape) is None]


def check_network(name: str, spec: NetworkSpec) -> None:
    """Refuses a network that does not fit, without importing JAX.

    Args:
        name: a key of `NETWORKS`.
        spec: what it would be built from; width 0 stands for the network's own.

    Raises:
        UserError: unknown name, or samples, width, energies, batch norm or options that
            do not go with it.
    """
    if name not in NETWORKS:
        raise unknown_name("network", name, NETWORKS)
    row = NETWORKS[name]
    _check_shape(row, spec)
    if spec.width and row.default_width is None:
        raise UserError(
            f"network {name!r} has no width to set (got {spec.width}): its layer sizes "
            "are its definition. Leave the width out, or choose another network."
        )
    if spec.energies and row.why_no_energies:
        raise UserError(
            f"network {name!r} has no critic of energies, which the objective asks "
            f"for: {row.why_no_energies}. Choose another objective or network."
        )
    if problem := row.problem(spec):
        raise UserError(problem)
    if spec.critic_batch_norm and (reason := row.why_no_batch_norm(spec)):
        raise UserError(
            f"critic_batch_norm cannot go with the critic of network {name!r}: "
            f"{reason}. Leave it out."
        )
    if spec.num_classes is not None:
        _check_conditional(row, spec)
    _check_options(row, spec)


def _check_shape(row: Network, spec: NetworkSpec) -> None:
    if reason := row.why_not(spec.sample_shape):
        fits = ", ".join(networks_for(spec.sample_shape)) or "none"
        raise UserError(
            f"network {row.name!r} cannot make samples of shape {spec.sample_shape}: "
            f"{reason}. Networks that fit: {fits}."
        )


def _check_options(row: Network, spec: NetworkSpec) -> None:
    known = {*row.understands, *(option.name for option in row.options)}
    if unknown := sorted(set(spec.options) - known):
        able = [n for n, r in NETWORKS.items() if set(spec.options) <= {*r.understands}]
        raise UserError(
            f"network {row.name!r} does not know {', '.join(unknown)}, which the "
            f"constraint asks of it. Networks that do: {', '.join(able) or 'none'}."
        )


def _check_conditional(row: Network, spec: NetworkSpec) -> None:
    fitting = networks_for(spec.sample_shape)
    able = ", ".join(n for n in fitting if NETWORKS[n].conditional) or "none"
    if not row.conditional:
        raise UserError(
            f"network {row.name!r} has no conditional form. Networks that have one, "
            f"for these samples: {able}. Or leave conditional out."
        )
    if spec.energies:
        raise UserError(
            "conditional cannot go with a critic of energies: a class is projected on "
            "the features that a critic scores, and a reconstruction error has none. "
            "Choose another variant, or leave conditional out."
        )


def build_networks(name: str, spec: NetworkSpec) -> tuple[nn.Module, nn.Module]:
    """Builds a generator and a critic that fit each other and the samples.

    Args:
        name: a key of `NETWORKS`.
        spec: samples, width and kind of critic; width 0 stands for the network's own.

    Returns:
        `generator(z[B, latent_dim], train) -> [B, *sample_shape]` (images in [-1, 1])
        and `critic(x[B, *sample_shape], train) -> [B]`, as Flax modules.

    Raises:
        UserError: a combination that does not exist, with those that do.
    """
    check_network(name, spec)
    row = NETWORKS[name]
    return row.build(replace(spec, width=spec.width or row.default_width or 0))
