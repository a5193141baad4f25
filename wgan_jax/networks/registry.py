"""The map of the networks: one row each, with its source and the samples it fits.

A new network is one builder in its own file plus one row here. This file must stay free
of JAX: it is read while the command line is parsed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wgan_jax.errors import UserError, unknown_name

if TYPE_CHECKING:
    from flax import linen as nn

CRITIC_KINDS = ("scores", "energies")

SampleShape = tuple[int, ...]
DCGAN_SIZES = (8, 16, 28, 32, 64)
RESNET_SIZES = (32,)


@dataclass(frozen=True)
class Network:
    """A row of the registry.

    Attributes:
        name: what the command line calls it.
        source: the paper or the code its layout comes from.
        build: `(spec) -> (generator, critic)`.
        refuses: `(sample_shape) -> reason`, None where the network fits.
        default_width: channels or units of its narrowest block; None where the sizes
            are part of the definition.
        critic_batch_norm: whether its critic has a batch-norm form.
    """

    name: str
    source: str
    build: Callable[[Spec], tuple[nn.Module, nn.Module]]
    refuses: Callable[[SampleShape], str | None]
    default_width: int | None = None
    critic_batch_norm: bool = False


@dataclass(frozen=True)
class Spec:
    """What a builder is told: checked, with the default width filled in."""

    sample_shape: SampleShape
    latent_dim: int
    width: int
    critic_kind: str
    critic_batch_norm: bool


def _build_mlp(spec: Spec) -> tuple[nn.Module, nn.Module]:
    from wgan_jax.networks import autoencoder, mlp

    if spec.critic_kind == "energies":
        critic = autoencoder.MLPAutoencoder(spec.sample_shape)
    else:
        critic = mlp.MLPCritic()
    return mlp.MLPGenerator(spec.sample_shape), critic


def _build_toy(spec: Spec) -> tuple[nn.Module, nn.Module]:
    from wgan_jax.networks import autoencoder, mlp

    if spec.critic_kind == "energies":
        critic = autoencoder.MLPAutoencoder(spec.sample_shape, (spec.width, spec.width))
    else:
        critic = mlp.ToyCritic(spec.width)
    return mlp.ToyGenerator(spec.sample_shape, spec.width), critic


def _build_dcgan(spec: Spec) -> tuple[nn.Module, nn.Module]:
    from wgan_jax.networks import autoencoder, dcgan

    generator = dcgan.DCGANGenerator(spec.sample_shape, spec.width)
    if spec.critic_kind == "energies":
        critic = autoencoder.ConvAutoencoder(
            spec.sample_shape, spec.width, spec.critic_batch_norm
        )
    else:
        critic = dcgan.DCGANCritic(spec.width, spec.critic_batch_norm)
    return generator, critic


def _build_resnet(spec: Spec) -> tuple[nn.Module, nn.Module]:
    from wgan_jax.networks import autoencoder, resnet

    if spec.critic_kind == "energies":
        critic = autoencoder.ConvAutoencoder(spec.sample_shape, spec.width)
    else:
        critic = resnet.ResNetCritic(spec.width)
    return resnet.ResNetGenerator(spec.sample_shape, spec.width), critic


def _square(sizes: tuple[int, ...]) -> Callable[[SampleShape], str | None]:
    def refuses(shape: SampleShape) -> str | None:
        if reason := _not_images(shape):
            return reason
        if shape[0] == shape[1] and shape[0] in sizes:
            return None
        allowed = ", ".join(f"{n}x{n}" for n in sizes)
        return f"it makes images of {allowed} pixels, in any number of channels"

    return refuses


def _not_images(shape: SampleShape) -> str | None:
    return None if len(shape) == 3 else "it makes images [height, width, channels]"


def _not_points(shape: SampleShape) -> str | None:
    return None if len(shape) == 1 else "it makes points [d], not images"


NETWORKS = {
    row.name: row
    for row in (
        Network(
            "mlp",
            "Linder-Noren, PyTorch-GAN, wgan_gp.py (128-256-512-1024; 512-256-1)",
            _build_mlp,
            _not_images,
        ),
        Network(
            "toy",
            "Gulrajani et al. 2017, arXiv 1704.00028, gan_toy.py (3 x 512, ReLU)",
            _build_toy,
            _not_points,
            default_width=512,
        ),
        Network(
            "dcgan",
            "Radford et al. 2015, arXiv 1511.06434; widths and the 7x7 crop as in "
            "Gulrajani et al. 2017, gan_mnist.py",
            _build_dcgan,
            _square(DCGAN_SIZES),
            default_width=64,
            critic_batch_norm=True,
        ),
        Network(
            "resnet",
            "Gulrajani et al. 2017, gan_cifar_resnet.py; Wu et al. 2021, "
            "arXiv 2109.02235",
            _build_resnet,
            _square(RESNET_SIZES),
            default_width=128,
        ),
    )
}


def networks_for(sample_shape: SampleShape) -> list[str]:
    """Returns the names of the networks that fit samples of this shape."""
    return [n for n, row in NETWORKS.items() if row.refuses(sample_shape) is None]


def check_network(
    name: str,
    *,
    sample_shape: SampleShape,
    width: int | None = None,
    critic_batch_norm: bool = False,
) -> None:
    """Refuses a network that does not fit, without importing JAX.

    Args:
        name: a key of `NETWORKS`.
        sample_shape: `(H, W, C)` for images, `(d,)` for points.
        width: channels or units; None for the network's own.
        critic_batch_norm: whether the critic is to use batch norm.

    Raises:
        UserError: unknown name, or samples, width or batch norm that do not go with it.
    """
    if name not in NETWORKS:
        raise unknown_name("network", name, NETWORKS)
    row = NETWORKS[name]
    if reason := row.refuses(sample_shape):
        fits = ", ".join(networks_for(sample_shape)) or "none"
        raise UserError(
            f"network {name!r} cannot make samples of shape {sample_shape}: {reason}. "
            f"Networks that fit: {fits}."
        )
    if width is not None and row.default_width is None:
        raise UserError(
            f"network {name!r} has no width to set (got {width}): its layer sizes are "
            "its definition. Leave the width out, or choose another network."
        )
    if width is not None and width < 1:
        raise UserError(f"width {width}: must be at least 1.")
    if critic_batch_norm and not row.critic_batch_norm:
        raise UserError(
            f"the critic of network {name!r} has no batch-norm form. "
            "Leave critic batch norm off."
        )


def build_networks(
    name: str,
    *,
    sample_shape: SampleShape,
    latent_dim: int,
    width: int | None = None,
    critic_kind: str = "scores",
    critic_batch_norm: bool = False,
) -> tuple[nn.Module, nn.Module]:
    """Builds a generator and a critic that fit each other and the samples.

    Args:
        name: a key of `NETWORKS`.
        sample_shape: `(H, W, C)` for images, `(d,)` for points.
        latent_dim: length of a latent vector.
        width: channels or units; None for the network's own.
        critic_kind: `scores`, or `energies` for an autoencoder critic (EBGAN).
        critic_batch_norm: batch norm in the critic, for members that do not look at
            single samples' gradients.

    Returns:
        `generator(z[B, latent_dim], train) -> [B, *sample_shape]` (images in [-1, 1])
        and `critic(x[B, *sample_shape], train) -> [B]`, as Flax modules.

    Raises:
        UserError: a combination that does not exist, with those that do.
    """
    check_network(
        name,
        sample_shape=sample_shape,
        width=width,
        critic_batch_norm=critic_batch_norm,
    )
    if latent_dim < 1:
        raise UserError(f"latent_dim {latent_dim}: must be at least 1.")
    if critic_kind not in CRITIC_KINDS:
        raise unknown_name("critic kind", critic_kind, CRITIC_KINDS)
    row = NETWORKS[name]
    width = width or row.default_width or 0
    spec = Spec(sample_shape, latent_dim, width, critic_kind, critic_batch_norm)
    return row.build(spec)
