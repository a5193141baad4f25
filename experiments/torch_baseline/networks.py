"""The networks of `wgan_jax.networks` in PyTorch, written as PyTorch is written.

Channels come first, layers are `torch.nn`'s own. Submodules carry the names of their
Flax twins, so that `torch_weights` can copy by name. Epsilon of batch norm is 1e-5 on
both sides (the widely copied `BatchNorm1d(n, 0.8)` sets it to .8, by mistake). The room
knows no losses.
"""

import itertools
import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

SLOPE = 0.2


def _linears(sizes: tuple[int, ...]) -> nn.ModuleList:
    return nn.ModuleList(
        nn.Linear(inputs, outputs) for inputs, outputs in itertools.pairwise(sizes)
    )


def _he(layer: Any, fan_in: float) -> Any:
    nn.init.normal_(layer.weight, 0, (2 / fan_in) ** 0.5)
    nn.init.zeros_(layer.bias)
    return layer


def _normal(layer: Any) -> Any:
    nn.init.normal_(layer.weight, 0, 0.02)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _norm(channels: int) -> nn.Module:
    norm = nn.BatchNorm2d(channels, eps=1e-5)
    nn.init.normal_(norm.weight, 1, 0.02)
    return norm


class MLPGenerator(nn.Module):
    """latent -> 128 -> 256 -> 512 -> 1024 -> image, PyTorch's own initialisation."""

    def __init__(self, latent_dim: int, sample_shape: tuple[int, ...]) -> None:
        """Builds for samples [C, H, W]."""
        super().__init__()
        sizes = (latent_dim, 128, 256, 512, 1024, math.prod(sample_shape))
        self.sample_shape = sample_shape
        self.Dense = _linears(sizes)
        norms = [nn.BatchNorm1d(size, eps=1e-5) for size in sizes[2:5]]
        self.BatchNorm = nn.ModuleList(norms)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Maps latents [B, latent] to images [B, C, H, W]."""
        first, *hidden, last = self.Dense
        x = F.leaky_relu(first(z), SLOPE)
        for layer, norm in zip(hidden, self.BatchNorm, strict=True):
            x = F.leaky_relu(norm(layer(x)), SLOPE)
        return torch.tanh(last(x)).view(-1, *self.sample_shape)


class DenseNet(nn.Module):
    """Dense layers with an activation between: MLP critic, both toy networks."""

    def __init__(
        self, sizes: tuple[int, ...], slope: float, out: tuple[int, ...], he: bool
    ) -> None:
        """Builds layers of the given sizes; a slope of 0 is ReLU."""
        super().__init__()
        self.slope, self.out = slope, out
        self.Dense = _linears(sizes)
        for layer, fan_in in zip(self.Dense if he else (), sizes, strict=False):
            _he(layer, fan_in)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [B, ...] to [B, *out]."""
        *hidden, last = self.Dense
        x = x.flatten(1)
        for layer in hidden:
            x = layer(x)
            x = F.leaky_relu(x, self.slope) if self.slope else F.relu(x)
        return last(x).view(-1, *self.out)


class MLPAutoencoder(nn.Module):
    """Energies of samples: sample -> widths -> mirrored widths -> sample, ReLU."""

    def __init__(self, sample_shape: tuple[int, ...], widths: tuple[int, ...]) -> None:
        """Builds; images end in tanh, points are unbounded."""
        super().__init__()
        size = math.prod(sample_shape)
        encoder, decoder = (size, *widths), (*widths[::-1], size)
        self.image = len(sample_shape) == 3
        self.encoder, self.decoder = _linears(encoder), _linears(decoder)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Maps samples to embeddings [B, widths[-1]]."""
        first, *rest = self.encoder
        h = first(x.flatten(1))
        for layer in rest:
            h = layer(F.relu(h))
        return h

    def energies(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """Mean squared errors [B] of samples x with embeddings h."""
        for layer in self.decoder:
            h = layer(F.relu(h))
        h = torch.tanh(h) if self.image else h
        return (h - x.flatten(1)).square().mean(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps samples to their energies [B]."""
        return self.energies(x, self.encode(x))


class Down(nn.Module):
    """image -> 4 x 4 convolutions at stride 2, LeakyReLU .2 -> 4 x 4 map."""

    def __init__(self, size: int, channels: int, width: int, he: bool) -> None:
        """Builds for images of size x size, a power of two."""
        super().__init__()
        self.Conv = nn.ModuleList()
        for i in range(size.bit_length() - 3):
            inputs = channels if i == 0 else width * 2 ** (i - 1)
            layer = nn.Conv2d(inputs, width * 2**i, 4, 2, 1)
            self.Conv.append(_he(layer, 16 * inputs) if he else _normal(layer))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [B, C, H, W] to [B, widest, 4, 4]."""
        for layer in self.Conv:
            x = F.leaky_relu(layer(x), SLOPE)
        return x


class Up(nn.Module):
    """4 x 4 map -> (batch norm, ReLU, transposed convolution at stride 2) -> image."""

    def __init__(
        self, size: int, channels: int, width: int, batch_norm: bool, he: bool
    ) -> None:
        """Builds for images of size x size, a power of two."""
        super().__init__()
        self.ConvTranspose, self.BatchNorm = nn.ModuleList(), nn.ModuleList()
        depth = size.bit_length() - 3
        for i in range(depth):
            inputs = width * 2 ** (depth - 1 - i)
            last = i == depth - 1
            bias = last or not batch_norm
            outputs = channels if last else inputs // 2
            layer = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=bias)
            layer = _he(layer, 4 * inputs) if he else _normal(layer)
            self.ConvTranspose.append(layer)
            self.BatchNorm.append(_norm(inputs) if batch_norm else nn.Identity())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [B, widest, 4, 4] to [B, C, H, W]."""
        for norm, layer in zip(self.BatchNorm, self.ConvTranspose, strict=True):
            x = layer(F.relu(norm(x)))
        return x


class DCGANGenerator(nn.Module):
    """latent -> 4 x 4 map -> Up -> tanh."""

    def __init__(self, latent_dim: int, shape: tuple[int, ...], width: int) -> None:
        """Builds for images [C, H, W]."""
        super().__init__()
        self.widest = width * 2 ** (shape[1].bit_length() - 4)
        self.Dense_0 = _normal(nn.Linear(latent_dim, 16 * self.widest, bias=False))
        self.Dense_0.map_out = self.widest
        self.Up_0 = Up(shape[1], shape[0], width, batch_norm=True, he=False)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Maps latents [B, latent] to images [B, C, H, W]."""
        return torch.tanh(self.Up_0(self.Dense_0(z).view(-1, self.widest, 4, 4)))


class DCGANCritic(nn.Module):
    """image -> Down -> score."""

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        """Builds for images [C, H, W]."""
        super().__init__()
        self.Down_0 = Down(shape[1], shape[0], width, he=False)
        widest = width * 2 ** (shape[1].bit_length() - 4)
        self.Dense_0 = _normal(nn.Linear(16 * widest, 1))
        self.Dense_0.map_in = widest

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps images to scores [B]."""
        return self.Dense_0(self.Down_0(x).flatten(1)).view(-1)


class ConvAutoencoder(nn.Module):
    """Energies of images by DCGAN's convolutions down and back up, He initialised."""

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        """Builds for images [C, H, W]."""
        super().__init__()
        self.down = Down(shape[1], shape[0], width, he=True)
        self.up = Up(shape[1], shape[0], width, batch_norm=False, he=True)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Maps images to embeddings [B, widest, 4, 4]."""
        return self.down(x)

    def energies(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """Mean squared errors [B] of samples x with embeddings h."""
        return (torch.tanh(self.up(h)) - x).flatten(1).square().mean(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps images to their energies [B]."""
        return self.energies(x, self.encode(x))


def build(
    network: str,
    shape: tuple[int, ...],
    latent_dim: int,
    width: int | None,
    energies: bool,
) -> tuple[nn.Module, nn.Module]:
    """Builds generator and critic.

    Args:
        network: `mlp`, `toy` or `dcgan`.
        shape: of one sample, (C, H, W) or (d,).
        latent_dim: length of a latent vector.
        width: base width, for `toy` and `dcgan`.
        energies: whether the critic is an autoencoder.

    Returns:
        The two modules.
    """
    size = math.prod(shape)
    if network == "mlp":
        critic = DenseNet((size, 512, 256, 1), SLOPE, (), he=False)
        auto = MLPAutoencoder(shape, (512, 256)) if energies else critic
        return MLPGenerator(latent_dim, shape), auto
    assert width is not None
    if network == "toy":
        hidden = (width, width, width)
        generator = DenseNet((latent_dim, *hidden, size), 0, shape, he=True)
        if energies:
            return generator, MLPAutoencoder(shape, (width, width))
        return generator, DenseNet((size, *hidden, 1), 0, (), he=True)
    generator = DCGANGenerator(latent_dim, shape, width)
    critic = ConvAutoencoder if energies else DCGANCritic
    return generator, critic(shape, width)
