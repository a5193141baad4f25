"""The networks of `wgan_jax.networks` in PyTorch, by name, as PyTorch is written.

Channels come first, layers are `torch.nn`'s own. Epsilon of batch norm is 1e-5 on both
sides (the widely copied `BatchNorm1d(n, 0.8)` sets it to .8, by mistake).
"""

import math

from torch import nn

from experiments.torch_baseline.dcgan import (
    ConvAutoencoder,
    DCGANCritic,
    DCGANGenerator,
)
from experiments.torch_baseline.dense import (
    SLOPE,
    DenseNet,
    MLPAutoencoder,
    MLPGenerator,
    SortingNet,
)
from experiments.torch_baseline.resnet import ResNetCritic, ResNetGenerator


def build(
    network: str,
    shape: tuple[int, ...],
    latent_dim: int,
    width: int | None,
    energies: bool,
    num_classes: int | None = None,
    generator_width: int = 0,
    sum_pooling: bool = False,
) -> tuple[nn.Module, nn.Module]:
    """Builds generator and critic.

    Args:
        network: `mlp`, `toy`, `dcgan`, `resnet` or `lipschitz_mlp`.
        shape: of one sample, (C, H, W) or (d,).
        latent_dim: length of a latent vector.
        width: base width, for all but `mlp`.
        energies: whether the critic is an autoencoder.
        num_classes: of a conditional game, on `mlp`, `dcgan` or `resnet`.
        generator_width: of `resnet`, where it is not `width`.
        sum_pooling: of the critic of `resnet`.

    Returns:
        The two modules.
    """
    size = math.prod(shape)
    if network == "mlp":
        generator = MLPGenerator(latent_dim, shape, num_classes)
        if energies:
            return generator, MLPAutoencoder(shape, (512, 256))
        sizes = (size, 512, 256, 1)
        return generator, DenseNet(sizes, SLOPE, (), False, num_classes)
    assert width is not None
    hidden = (width, width, width)
    if network == "toy":
        generator = DenseNet((latent_dim, *hidden, size), 0, shape, he=True)
        if energies:
            return generator, MLPAutoencoder(shape, (width, width))
        return generator, DenseNet((size, *hidden, 1), 0, (), he=True)
    if network == "lipschitz_mlp":  # on points
        generator = DenseNet((latent_dim, *hidden, size), 0, shape, he=True)
        return generator, SortingNet((size, *hidden, 1))
    if network == "resnet":
        wide = generator_width or width
        generator = ResNetGenerator(latent_dim, shape, wide, num_classes)
        critic = ResNetCritic(shape, width, num_classes, sum_pooling)
    else:
        generator = DCGANGenerator(latent_dim, shape, width, num_classes)
        critic = DCGANCritic(shape, width, num_classes)
    return generator, ConvAutoencoder(shape, width) if energies else critic
