"""The networks without convolutions: MLPs for images, dense networks for points.

Submodules carry the names of their Flax twins (`wgan_jax.networks.mlp` and
`.autoencoder`), so that `weights` can copy by name. This module knows no losses.
"""

import itertools
import math
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from experiments.torch_baseline.conditional import ConditionalBatchNorm, Projection

SLOPE = 0.2


def he_normal(layer: Any, fan_in: float, gain: float = 2) -> Any:
    """Draws a layer's weights from N(0, gain / fan_in); its biases are 0."""
    nn.init.normal_(layer.weight, 0, (gain / fan_in) ** 0.5)
    nn.init.zeros_(layer.bias)
    return layer


def _linears(sizes: tuple[int, ...]) -> nn.ModuleList:
    return nn.ModuleList(
        nn.Linear(inputs, outputs) for inputs, outputs in itertools.pairwise(sizes)
    )


class MLPGenerator(nn.Module):
    """latent -> 128 -> 256 -> 512 -> 1024 -> image, PyTorch's own initialisation."""

    def __init__(
        self,
        latent_dim: int,
        sample_shape: tuple[int, ...],
        num_classes: int | None = None,
    ) -> None:
        """Builds for samples [C, H, W], with batch norm by class if there are any."""
        super().__init__()
        sizes = (latent_dim, 128, 256, 512, 1024, math.prod(sample_shape))
        self.sample_shape = sample_shape
        self.Dense = _linears(sizes)
        if num_classes is None:
            norms = [nn.BatchNorm1d(size, eps=1e-5) for size in sizes[2:5]]
            self.norms = self.BatchNorm = nn.ModuleList(norms)
            return
        self.norms = self.ConditionalBatchNorm = nn.ModuleList(
            ConditionalBatchNorm(_plain_norm(size), size, num_classes)
            for size in sizes[2:5]
        )

    def forward(self, z: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Maps latents [B, latent] to images [B, C, H, W]; labels [B] with classes."""
        first, *hidden, last = self.Dense
        x = F.leaky_relu(first(z), SLOPE)
        for layer, norm in zip(hidden, self.norms, strict=True):
            x = F.leaky_relu(norm(layer(x), *labels), SLOPE)
        return torch.tanh(last(x)).view(-1, *self.sample_shape)


def _plain_norm(size: int) -> nn.Module:
    return nn.BatchNorm1d(size, eps=1e-5, affine=False)


class DenseNet(nn.Module):
    """Dense layers with an activation between: MLP critic, both toy networks."""

    def __init__(
        self,
        sizes: tuple[int, ...],
        slope: float,
        out: tuple[int, ...],
        he: bool,
        num_classes: int | None = None,
    ) -> None:
        """Builds layers of the given sizes; a slope of 0 is ReLU.

        With classes the last hidden layer is projected, as that of a critic.
        """
        super().__init__()
        if num_classes is not None:
            self.Projection_0 = Projection(sizes[-2], num_classes)
        self.slope, self.out = slope, out
        self.Dense = _linears(sizes)
        for layer, fan_in in zip(self.Dense if he else (), sizes, strict=False):
            he_normal(layer, fan_in)

    def forward(self, x: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        """Maps [B, ...] to [B, *out]; labels [B] with classes."""
        *hidden, last = self.Dense
        x = x.flatten(1)
        for layer in hidden:
            x = layer(x)
            x = F.leaky_relu(x, self.slope) if self.slope else F.relu(x)
        scores = last(x).view(-1, *self.out)
        return scores + self.Projection_0(x, *labels) if labels else scores


class OrthonormalLinear(nn.Linear):
    """A linear layer whose weight is the Q of its parameter's QR factors."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [B, in] to [B, out]."""
        wide = self.out_features > self.in_features
        q, r = torch.linalg.qr(self.weight if wide else self.weight.T)
        q = q * torch.where(torch.diagonal(r) < 0, -1.0, 1.0)
        return F.linear(x, q if wide else q.T, self.bias)


class SortingNet(nn.Module):
    """Orthonormal layers with pairs of units sorted between them."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        """Builds layers of the given sizes, the last of them 1."""
        super().__init__()
        layers = (OrthonormalLinear(*pair) for pair in itertools.pairwise(sizes))
        self.OrthonormalDense = nn.ModuleList(layers)
        for layer in self.OrthonormalDense:
            nn.init.orthogonal_(layer.weight)  # pyright: ignore[reportArgumentType]
            nn.init.zeros_(layer.bias)  # pyright: ignore[reportArgumentType]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps [B, ...] to [B]."""
        *hidden, last = self.OrthonormalDense
        x = x.flatten(1)
        for layer in hidden:
            pairs = layer(x).unflatten(1, (-1, 2))
            x = torch.stack([pairs.amin(2), pairs.amax(2)], 2).flatten(1)
        return last(x)[:, 0]


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
