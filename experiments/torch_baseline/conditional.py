"""What a class adds to a network: batch norm by class, a projection in the critic.

As the authors' code has them (Dumoulin et al. 2017, arXiv 1610.07629; Miyato & Koyama
2018, arXiv 1802.05637), under the names of their Flax twins in
`wgan_jax.networks.conditional`. This module knows no whole network and no losses.
"""

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812


class ConditionalBatchNorm(nn.Module):
    """Batch norm whose scale and shift, [num_classes, C] each, belong to the class."""

    def __init__(self, norm: nn.Module, channels: int, num_classes: int) -> None:
        """Builds on a batch norm without scale and shift."""
        super().__init__()
        self.norm = norm
        self.weight = nn.Parameter(torch.ones(num_classes, channels))
        self.bias = nn.Parameter(torch.zeros(num_classes, channels))

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Normalises [B, C, ...] by the whole batch, scales it by the class, [B]."""
        rows = (*x.shape[:2], *[1] * (x.ndim - 2))
        scale, shift = (F.embedding(labels, p) for p in (self.weight, self.bias))
        return self.norm(x) * scale.view(rows) + shift.view(rows)


def batch_norm(channels: int, num_classes: int | None) -> nn.Module:
    """Batch norm of maps [B, C, H, W], by class where there are classes."""
    norm = nn.BatchNorm2d(channels, eps=1e-5, affine=num_classes is None)
    if num_classes is None:
        return norm
    return ConditionalBatchNorm(norm, channels, num_classes)


class Projection(nn.Linear):
    """<v_y, phi(x)>: one vector a class, the columns of a linear layer's weight."""

    def __init__(self, features: int, num_classes: int) -> None:
        """Builds the vectors, `[features, num_classes]`."""
        super().__init__(num_classes, features, bias=False)
        bound = features**-0.5  # a vector starts as the weight of a Linear(features, 1)
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Maps features [B, E] and classes [B] to additions to their scores, [B]."""
        return (F.embedding(labels, self.weight.T) * features).sum(1)
