"""The penalties of the members in PyTorch, as their authors' code, by double backward.

Random numbers are drawn by `draw` alone, so that a test can hand in others.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch.nn import functional as F  # noqa: N812

from experiments.torch_baseline.losses import Settings

Score = Callable[[torch.Tensor], torch.Tensor]
_MIXED = ("penalty", "one_sided_penalty", "divergence", "perturbed_penalty")


class Draws(NamedTuple):
    """The random numbers of one critic update's penalty, U[0, 1).

    Attributes:
        mixing: a of every sample, [B].
        perturbation: of every pixel, like the samples, for DRAGAN alone.
    """

    mixing: torch.Tensor | None = None
    perturbation: torch.Tensor | None = None


def draw(settings: Settings, real: torch.Tensor) -> Draws:
    """Draws what the constraint's penalty asks for."""
    if settings.constraint not in _MIXED:
        return Draws()
    mixing = torch.rand(len(real), device=real.device)
    perturbed = settings.constraint == "perturbed_penalty"
    return Draws(mixing, torch.rand_like(real) if perturbed else None)


def penalty(
    settings: Settings,
    score: Score,
    real: torch.Tensor,
    fake: torch.Tensor,
    draws: Draws,
) -> torch.Tensor | None:
    """The weighted penalty of a critic update; None where the constraint has none."""
    match settings.constraint:
        case "penalty" | "one_sided_penalty":
            excess = _norms(score, _mixed(real, fake, draws)) - 1
            if settings.constraint == "one_sided_penalty":
                excess = F.relu(excess)
            return settings.penalty_weight * excess.square().mean()
        case "perturbed_penalty":
            assert draws.perturbation is not None
            spread = settings.perturbed_scale * real.std(correction=0)
            perturbed = real + spread * draws.perturbation
            norms = _norms(score, _mixed(perturbed, real, draws))
            return settings.perturbed_weight * (norms - 1).square().mean()
        case "divergence":
            norms = _norms(score, _mixed(real, fake, draws))
            return (
                settings.divergence_weight * norms.pow(settings.divergence_power).mean()
            )
        case "r1_r2":
            r1, r2 = (_norms(score, side).square().mean() for side in (real, fake))
            return settings.gamma / 2 * (r1 + r2)
    return None


def _mixed(one: torch.Tensor, other: torch.Tensor, draws: Draws) -> torch.Tensor:
    assert draws.mixing is not None
    weights = draws.mixing.view(-1, *[1] * (one.ndim - 1))
    return weights * one + (1 - weights) * other


def _norms(score: Score, points: torch.Tensor) -> torch.Tensor:
    points = points.detach().requires_grad_()
    f = score(points)
    (gradient,) = torch.autograd.grad(f, points, torch.ones_like(f), create_graph=True)
    return gradient.flatten(1).norm(dim=1)
