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


def build(
    network: str,
    shape: tuple[int, ...],
    latent_dim: int,
    width: int | None,
    energies: bool,
    num_classes: int | None = None,
) -> tuple[nn.Module, nn.Module]:
    """Builds generator and critic.

    Args:
        network: `mlp`, `toy`, `dcgan` or `lipschitz_mlp`.
        shape: of one sample, (C, H, W) or (d,).
        latent_dim: length of a latent vector.
        width: base width, for all but `mlp`.
        energies: whether the critic is an autoencoder.
        num_classes: of a conditional game, on `mlp` or `dcgan`.

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
    generator = DCGANGenerator(latent_dim, shape, width, num_classes)
    if energies:
        return generator, ConvAutoencoder(shape, width)
    return generator, DCGANCritic(shape, width, num_classes)
