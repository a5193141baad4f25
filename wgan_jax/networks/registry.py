"""The registry of the networks: one row each, with its source and what it fits.

A new network is one builder in its own file plus one row here. This file must stay free
of JAX: it is read while the command line is parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from wgan_jax.errors import UserError, unknown_name
from wgan_jax.networks import builders
from wgan_jax.networks.row import Network, NetworkSpec, SampleShape
from wgan_jax.options import Option

if TYPE_CHECKING:
    from flax import linen as nn

# Sides whose halves, rounded up, end at exactly 4, the smallest map of the layouts.
DCGAN_SIZES = (8, 16, 28, 32, 64)
RESNET_SIZES = (32,)


def _square(sizes: tuple[int, ...]) -> Callable[[SampleShape], str | None]:
    def why_not(shape: SampleShape) -> str | None:
        if reason := _not_images(shape):
            return reason
        if shape[0] == shape[1] and shape[0] in sizes:
            return None
        allowed = ", ".join(f"{n}x{n}" for n in sizes)
        return f"it makes images of {allowed} pixels, in any number of channels"

    return why_not


def _not_images(shape: SampleShape) -> str | None:
    return None if len(shape) == 3 else "it makes images [height, width, channels]"


def _neither(shape: SampleShape) -> str | None:
    return None if len(shape) in (1, 3) else "it makes images and points"


def _dcgan_batch_norm(spec: NetworkSpec) -> str | None:
    if spec.sample_shape[0] > 8 or spec.energies:
        return None
    return "at 8x8 it has a single convolution, whose map is never normalised"


def _not_points(shape: SampleShape) -> str | None:
    return None if len(shape) == 1 else "it makes points [d], not images"


NETWORKS = {
    row.name: row
    for row in (
        Network(
            "mlp",
            "Linder-Noren, PyTorch-GAN, wgan_gp.py (128-256-512-1024; 512-256-1)",
            builders.build_mlp,
            _not_images,
            conditional=True,
        ),
        Network(
            "toy",
            "Gulrajani et al. 2017, arXiv 1704.00028, gan_toy.py (3 x 512, ReLU)",
            builders.build_toy,
            _not_points,
            default_width=512,
            conditional=True,
        ),
        Network(
            "dcgan",
            "Radford et al. 2015, arXiv 1511.06434; widths and the 7x7 crop as in "
            "Gulrajani et al. 2017, gan_mnist.py",
            builders.build_dcgan,
            _square(DCGAN_SIZES),
            default_width=64,
            why_no_batch_norm=_dcgan_batch_norm,
            conditional=True,
        ),
        Network(
            "resnet",
            "Gulrajani et al. 2017, gan_cifar_resnet.py; Wu et al. 2021, "
            "arXiv 2109.02235",
            builders.build_resnet,
            _square(RESNET_SIZES),
            default_width=128,
            conditional=True,
            options=(
                Option(
                    *("generator_width", 0, "width of the generator, 0 for --width"),
                    at_least=0,
                    below=2**14,
                ),
                Option(
                    *(
                        "sum_pooling",
                        False,
                        "score the sum of the last map, not its mean",
                    )
                ),
            ),
        ),
        Network(
            "lipschitz_mlp",
            "Anil et al. 2019, arXiv 1811.05381 (3 x 128, sorted pairs); generators of "
            "mlp and toy",
            builders.build_lipschitz_mlp,
            _neither,
            default_width=128,
            estimate="a certified lower bound of W1, up to the sampling error of a "
            "batch: the critic is 1-Lipschitz by construction",
            why_no_energies="a reconstruction error is not 1-Lipschitz",
        ),
    )
}


def networks_for(sample_shape: SampleShape) -> list[str]:
    """Returns the names of the networks that fit samples of this shape."""
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
    if reason := row.why_not(spec.sample_shape):
        fits = ", ".join(networks_for(spec.sample_shape)) or "none"
        raise UserError(
            f"network {name!r} cannot make samples of shape {spec.sample_shape}: "
            f"{reason}. Networks that fit: {fits}."
        )
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
    if spec.energies and spec.options.get("sum_pooling"):
        raise UserError(
            "sum_pooling has no effect: a critic of energies scores no pooled map. "
            "Leave it out."
        )
    if name == "lipschitz_mlp" and spec.width % 2:
        raise UserError(
            f"width is {spec.width}, but network {name!r} sorts pairs of units: choose "
            "an even one."
        )
    if spec.critic_batch_norm and (reason := row.why_no_batch_norm(spec)):
        raise UserError(
            f"critic_batch_norm cannot go with the critic of network {name!r}: "
            f"{reason}. Leave it out."
        )
    if spec.num_classes is not None:
        _check_conditional(row, spec)
    known = {*row.understands, *(option.name for option in row.options)}
    if unknown := sorted(set(spec.options) - known):
        able = [n for n, r in NETWORKS.items() if set(spec.options) <= {*r.understands}]
        raise UserError(
            f"network {name!r} does not know {', '.join(unknown)}, which the "
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
