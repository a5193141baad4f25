"""ResNet for 32 x 32, channels first, as PyTorch users write it.

The layers are the published ones (Gulrajani et al. 2017, arXiv 1704.00028,
gan_cifar_resnet.py; Miyato et al. 2018, arXiv 1802.05957): resampling and the
convolution beside it are two modules, and nothing is folded as it is in
`wgan_jax.networks.resnet`. Submodules carry the names of their Flax twins, so that
`weights` can copy by name. This module knows no losses.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from experiments.torch_baseline.conditional import Projection, batch_norm
from experiments.torch_baseline.dense import he_normal


def _conv3(inputs: int, outputs: int, gain: float = 2) -> Any:
    return he_normal(nn.Conv2d(inputs, outputs, 3, padding=1), 9 * inputs, gain)


def _conv1(inputs: int, outputs: int) -> Any:
    return he_normal(nn.Conv2d(inputs, outputs, 1), inputs, gain=1)


def _add_norms(module: Any, channels: list[int], num_classes: int | None) -> list[str]:
    """Gives a module batch norms under the names that they have in Flax."""
    kind = "BatchNorm" if num_classes is None else "ConditionalBatchNorm"
    names = [f"{kind}_{i}" for i in range(len(channels))]
    for name, width in zip(names, channels, strict=True):
        module.add_module(name, batch_norm(width, num_classes))
    return names


class UpBlock(nn.Module):
    """norm, ReLU, upsample, conv, norm, ReLU, conv; plus the upsampled shortcut."""

    def __init__(self, width: int, num_classes: int | None) -> None:
        """Builds for maps of `width` channels, with norms by class if there are any."""
        super().__init__()
        self.norms = _add_norms(self, [width, width], num_classes)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.UpsampleConv_0 = _conv3(width, width)
        self.Conv_0 = _conv3(width, width)
        self.Conv_1 = _conv1(width, width)

    def forward(self, x: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Maps [B, width, H, W] to [B, width, 2 H, 2 W]; labels [B] with classes."""
        first, second = (getattr(self, name) for name in self.norms)
        h = self.UpsampleConv_0(self.up(F.relu(first(x, *labels))))
        h = self.Conv_0(F.relu(second(h, *labels)))
        return h + self.Conv_1(self.up(x))


class DownBlock(nn.Module):
    """ReLU, conv, ReLU, conv, mean pool; plus the pooled shortcut.

    The first block has no ReLU on the image, and pools it before its shortcut.
    """

    def __init__(self, inputs: int, width: int, first: bool = False) -> None:
        """Builds for maps of `inputs` channels."""
        super().__init__()
        self.first = first
        self.pool = nn.AvgPool2d(2)
        self.Conv_0 = _conv3(inputs, width)
        self.ConvMeanPool_0 = _conv3(width, width)
        self.Conv_1 = _conv1(inputs, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [B, inputs, H, W] to [B, width, H / 2, W / 2]."""
        h = F.relu(self.Conv_0(x if self.first else F.relu(x)))
        h = self.pool(self.ConvMeanPool_0(h))
        if self.first:
            return h + self.Conv_1(self.pool(x))
        return h + self.pool(self.Conv_1(x))


class PlainBlock(nn.Module):
    """ReLU, conv, ReLU, conv; plus its input."""

    def __init__(self, width: int) -> None:
        """Builds for maps of `width` channels."""
        super().__init__()
        self.Conv_0 = _conv3(width, width)
        self.Conv_1 = _conv3(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [B, width, H, W] to the same shape."""
        return x + self.Conv_1(F.relu(self.Conv_0(F.relu(x))))


class ResNetGenerator(nn.Module):
    """latent -> 4 x 4 map -> three up-blocks -> norm, ReLU, conv, tanh."""

    def __init__(
        self,
        latent_dim: int,
        shape: tuple[int, ...],
        width: int,
        num_classes: int | None = None,
    ) -> None:
        """Builds for images [C, 32, 32], with norms by class if there are any."""
        super().__init__()
        self.width = width
        dense: Any = nn.Linear(latent_dim, 16 * width)
        self.Dense_0 = he_normal(dense, latent_dim, gain=1)
        self.Dense_0.map_out = width
        self.UpBlock = nn.ModuleList(UpBlock(width, num_classes) for _ in range(3))
        (self.norm,) = _add_norms(self, [width], num_classes)
        self.Conv_0 = _conv3(width, shape[0], gain=1)

    def forward(self, z: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Maps latents [B, latent], and labels [B], to images [B, C, 32, 32]."""
        x = self.Dense_0(z).view(-1, self.width, 4, 4)
        for block in self.UpBlock:
            x = block(x, *labels)
        x = F.relu(getattr(self, self.norm)(x, *labels))
        return torch.tanh(self.Conv_0(x))


class ResNetCritic(nn.Module):
    """image -> two down-blocks, two plain blocks -> ReLU, mean over space -> 1.

    With classes the mean is projected; `sum_pooling` takes the sum in its place.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        width: int,
        num_classes: int | None = None,
        sum_pooling: bool = False,
    ) -> None:
        """Builds for images [C, 32, 32]."""
        super().__init__()
        self.sum_pooling = sum_pooling
        down = DownBlock(shape[0], width, first=True), DownBlock(width, width)
        self.DownBlock = nn.ModuleList(down)
        self.PlainBlock = nn.ModuleList(PlainBlock(width) for _ in range(2))
        self.Dense_0 = he_normal(nn.Linear(width, 1), width, gain=1)
        if num_classes is not None:
            self.Projection_0 = Projection(width, num_classes)
            nn.init.normal_(self.Projection_0.weight, 0, width**-0.5)

    def forward(self, x: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Maps images to scores [B]; labels [B] with classes."""
        for block in (*self.DownBlock, *self.PlainBlock):
            x = block(x)
        x = F.relu(x)
        features = x.sum((2, 3)) if self.sum_pooling else x.mean((2, 3))
        scores = self.Dense_0(features).view(-1)
        return scores + self.Projection_0(features, *labels) if labels else scores
