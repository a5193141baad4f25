"""How the networks of the registry are built: one function for each row.

Each takes a checked `NetworkSpec` with its width filled in. The functions import Flax
and JAX when they are called, .9 s that --help does not wait: this file is read while
the command line is parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wgan_jax.networks.row import NetworkSpec

if TYPE_CHECKING:
    from flax import linen as nn


def build_mlp(spec: NetworkSpec) -> tuple[nn.Module, nn.Module]:
    """Builds generator and critic of `mlp`."""
    from wgan_jax.networks import autoencoder, mlp

    if spec.energies:
        critic = autoencoder.MLPAutoencoder(spec.sample_shape)
    else:
        critic = mlp.MLPCritic(spec.num_classes)
    generator = mlp.MLPGenerator(spec.sample_shape, num_classes=spec.num_classes)
    return generator, critic


def build_toy(spec: NetworkSpec) -> tuple[nn.Module, nn.Module]:
    """Builds generator and critic of `toy`."""
    from wgan_jax.networks import autoencoder, mlp

    if spec.energies:
        critic = autoencoder.MLPAutoencoder(spec.sample_shape, (spec.width, spec.width))
    else:
        critic = mlp.ToyCritic(spec.width, spec.num_classes)
    shape, classes = spec.sample_shape, spec.num_classes
    return mlp.ToyGenerator(shape, spec.width, classes), critic


def build_dcgan(spec: NetworkSpec) -> tuple[nn.Module, nn.Module]:
    """Builds generator and critic of `dcgan`."""
    from wgan_jax.networks import autoencoder, dcgan

    width, classes = spec.width, spec.num_classes
    generator = dcgan.DCGANGenerator(spec.sample_shape, width, num_classes=classes)
    if spec.energies:
        critic = autoencoder.ConvAutoencoder(
            spec.sample_shape, spec.width, spec.critic_batch_norm
        )
    else:
        critic = dcgan.DCGANCritic(width, spec.critic_batch_norm, num_classes=classes)
    return generator, critic


def build_resnet(spec: NetworkSpec) -> tuple[nn.Module, nn.Module]:
    """Builds generator and critic of `resnet`."""
    from wgan_jax.networks import autoencoder, resnet

    if spec.energies:
        critic = autoencoder.ConvAutoencoder(spec.sample_shape, spec.width)
    else:
        pooled = spec.options.get("sum_pooling", False)
        critic = resnet.ResNetCritic(spec.width, spec.num_classes, pooled)
    width = spec.options.get("generator_width") or spec.width
    shape, classes = spec.sample_shape, spec.num_classes
    return resnet.ResNetGenerator(shape, width, num_classes=classes), critic


def build_lipschitz_mlp(spec: NetworkSpec) -> tuple[nn.Module, nn.Module]:
    """Builds generator and critic of `lipschitz_mlp`."""
    from wgan_jax.networks import mlp
    from wgan_jax.networks.lipschitz_mlp import LipschitzMLPCritic

    if len(spec.sample_shape) == 1:
        generator = mlp.ToyGenerator(spec.sample_shape, spec.width)
    else:
        generator = mlp.MLPGenerator(spec.sample_shape)
    return generator, LipschitzMLPCritic(spec.width)
