"""The convolutional networks, channels first: DCGAN and its autoencoder.

Submodules carry the names of their Flax twins (`wgan_jax.networks.dcgan` and
`.autoencoder`), so that `weights` can copy by name. This module knows no losses.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from experiments.torch_baseline.conditional import Projection, batch_norm
from experiments.torch_baseline.dense import SLOPE, he_normal


def _normal(layer: Any) -> Any:
    nn.init.normal_(layer.weight, 0, 0.02)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _norm(channels: int, num_classes: int | None) -> Any:
    norm: Any = batch_norm(channels, num_classes)
    nn.init.normal_(norm.weight, 1, 0.02)
    return norm


class Down(nn.Module):
    """image -> 4 x 4 convolutions at stride 2, LeakyReLU .2 -> 4 x 4 map."""

    def __init__(self, size: int, channels: int, width: int, he: bool) -> None:
        """Builds for images of size x size, a power of two."""
        super().__init__()
        self.Conv = nn.ModuleList()
        for i in range(size.bit_length() - 3):
            inputs = channels if i == 0 else width * 2 ** (i - 1)
            layer = nn.Conv2d(inputs, width * 2**i, 4, 2, 1)
            self.Conv.append(he_normal(layer, 16 * inputs) if he else _normal(layer))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [B, C, H, W] to [B, widest, 4, 4]."""
        for layer in self.Conv:
            x = F.leaky_relu(layer(x), SLOPE)
        return x


class Up(nn.Module):
    """4 x 4 map -> (batch norm, ReLU, transposed convolution at stride 2) -> image."""

    def __init__(
        self,
        size: int,
        channels: int,
        width: int,
        batch_norm: bool,
        he: bool,
        num_classes: int | None = None,
    ) -> None:
        """Builds for images of size x size, a power of two."""
        super().__init__()
        self.ConvTranspose, self.norms = nn.ModuleList(), nn.ModuleList()
        depth = size.bit_length() - 3
        for i in range(depth):
            inputs = width * 2 ** (depth - 1 - i)
            last = i == depth - 1
            bias = last or not batch_norm
            outputs = channels if last else inputs // 2
            layer = nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=bias)
            layer = he_normal(layer, 4 * inputs) if he else _normal(layer)
            self.ConvTranspose.append(layer)
            norm = _norm(inputs, num_classes) if batch_norm else nn.Identity()
            self.norms.append(norm)
        # The name that the layers have in Flax.
        name = "BatchNorm" if num_classes is None else "ConditionalBatchNorm"
        setattr(self, name, self.norms)

    def forward(self, x: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Maps [B, widest, 4, 4] to [B, C, H, W]; labels [B] with classes."""
        for norm, layer in zip(self.norms, self.ConvTranspose, strict=True):
            x = layer(F.relu(norm(x, *labels)))
        return x


class DCGANGenerator(nn.Module):
    """latent -> 4 x 4 map -> Up -> tanh."""

    def __init__(
        self,
        latent_dim: int,
        shape: tuple[int, ...],
        width: int,
        num_classes: int | None = None,
    ) -> None:
        """Builds for images [C, H, W], with batch norm by class if there are any."""
        super().__init__()
        self.widest = width * 2 ** (shape[1].bit_length() - 4)
        self.Dense_0 = _normal(nn.Linear(latent_dim, 16 * self.widest, bias=False))
        self.Dense_0.map_out = self.widest
        self.Up_0 = Up(shape[1], shape[0], width, True, False, num_classes)

    def forward(self, z: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Maps latents [B, latent] to images [B, C, H, W]; labels [B] with classes."""
        narrow = self.Dense_0(z).view(-1, self.widest, 4, 4)
        return torch.tanh(self.Up_0(narrow, *labels))


class DCGANCritic(nn.Module):
    """image -> Down -> score; with classes the last map is projected."""

    def __init__(
        self, shape: tuple[int, ...], width: int, num_classes: int | None = None
    ) -> None:
        """Builds for images [C, H, W]."""
        super().__init__()
        self.Down_0 = Down(shape[1], shape[0], width, he=False)
        widest = width * 2 ** (shape[1].bit_length() - 4)
        self.Dense_0 = _normal(nn.Linear(16 * widest, 1))
        self.Dense_0.map_in = widest
        if num_classes is not None:
            self.Projection_0 = Projection(16 * widest, num_classes)
            _normal(self.Projection_0).map_out = widest

    def forward(self, x: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Maps images to scores [B]; labels [B] with classes."""
        features = self.Down_0(x).flatten(1)
        scores = self.Dense_0(features).view(-1)
        return scores + self.Projection_0(features, *labels) if labels else scores


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
