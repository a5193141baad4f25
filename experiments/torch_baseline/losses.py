"""Objectives and constraints of the members in PyTorch, as their authors' code.

Scores: r on real samples, f on generated ones. Gradient normalisation goes through
double backward; penalties are in `penalties`. Of random numbers only the first spectral
vectors are drawn here, and no step is made.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F  # noqa: N812

Score = Callable[..., torch.Tensor]  # of samples [B, ...], and of labels [B] if any
Vectors = dict[str, torch.Tensor]


class Settings(NamedTuple):
    """What a resolved `wgan_jax.Config` says, under the same names."""

    network: str
    objective: str
    constraint: str
    optimizer: str
    batch_size: int
    n_critic: int
    latent_dim: int
    generator_learning_rate: float
    critic_learning_rate: float
    width: int | None = None
    beta1: float | None = None
    beta2: float | None = None
    clip_limit: float | None = None
    penalty_weight: float = 0.0
    gamma: float = 0.0
    perturbed_weight: float = 0.0
    perturbed_scale: float = 0.0
    divergence_weight: float = 0.0
    divergence_power: float = 0.0
    margin: float = 0.0
    pulling_away: float | None = None
    generator_batch: int = 1
    generator_width: int = 0  # of a ResNet; 0 for `width`
    sum_pooling: bool = False  # of a ResNet's critic
    num_classes: int | None = None  # known by the labels, and no field of a config


def make_settings(config: Mapping, num_classes: int | None = None) -> Settings:
    """Picks the settings out of a resolved config as a mapping."""
    names = set(Settings._fields) - {"num_classes"}
    given = {name: config[name] for name in names if config[name] is not None}
    return Settings(**given, num_classes=num_classes)


def objective_critic(
    settings: Settings, real: torch.Tensor, fake: torch.Tensor
) -> torch.Tensor:
    """What the critic minimises, from scores [B] and [B]."""
    match settings.objective:
        case "minimax" | "non_saturating":
            return F.softplus(-real).mean() + F.softplus(fake).mean()
        case "least_squares":
            return ((real - 1).square().mean() + fake.square().mean()) / 2
        case "wasserstein":
            return fake.mean() - real.mean()
        case "hinge":
            return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
        case "relativistic":
            return F.softplus(fake - real).mean()
        case "energy_based":
            return real.mean() + F.relu(settings.margin - fake).mean()
    raise ValueError(f"unknown objective {settings.objective!r}")


def objective_generator(
    settings: Settings, fake: torch.Tensor, real: torch.Tensor | None = None
) -> torch.Tensor:
    """What the generator minimises, from scores [B], and [B] where relativistic."""
    if real is not None:
        return F.softplus(real - fake).mean()
    match settings.objective:
        case "minimax":
            return -F.softplus(fake).mean()
        case "non_saturating":
            return F.softplus(-fake).mean()
        case "least_squares":
            return (fake - 1).square().mean() / 2
        case "energy_based":
            return fake.mean()
    return -fake.mean()


def pulling_away(embeddings: torch.Tensor) -> torch.Tensor:
    """Mean squared cosine between different samples (Zhao et al. 2016, eq. 4)."""
    directions = F.normalize(embeddings.flatten(1))
    cosines = directions @ directions.T
    count = len(embeddings)
    return (cosines.square().sum() - count) / (count * (count - 1))


def normalized(score: Score) -> Score:
    """Gradient normalisation, f / (|grad f| + |f|), by double backward."""

    def normalize(x: torch.Tensor, *labels: torch.Tensor) -> torch.Tensor:
        x = x if x.requires_grad else x.detach().requires_grad_()
        f = score(x, *labels)
        (gradient,) = torch.autograd.grad(
            f, x, torch.ones_like(f), create_graph=True, retain_graph=True
        )
        norm = gradient.flatten(1).norm(dim=1)
        return f / (norm + f.abs())

    return normalize


def spectral_vectors(critic: nn.Module) -> Vectors:
    """One random unit vector [out] for every kernel."""
    return {
        name: F.normalize(torch.randn(len(weight), device=weight.device), dim=0)
        for name, weight in critic.named_parameters()
        if weight.ndim > 1
    }


def spectral_scores(critic: nn.Module, vectors: Vectors) -> tuple[Score, Vectors]:
    """The critic with every kernel over its spectral norm, by one power iteration.

    Args:
        critic: scores by its own weights.
        vectors: the left singular vectors so far, by parameter name.

    Returns:
        The normalised critic and the new vectors.
    """
    params: Vectors = dict(critic.named_parameters())
    new: Vectors = {}
    for name, u in vectors.items():
        matrix = params[name].flatten(1)
        with torch.no_grad():
            v = F.normalize(matrix.T @ u, dim=0)
            new[name] = F.normalize(matrix @ v, dim=0)
        sigma = new[name] @ (matrix @ v)
        params[name] = params[name] / sigma
    return lambda *shown: functional_call(critic, params, shown), new
