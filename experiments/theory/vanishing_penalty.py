"""The penalised critics of `vanishing`, N(0, 1) against N(s, 1).

A slope -g costs lambda p^ (g - 1)^2 and earns g w, where w is the gap of the
distribution functions and p^ the density of the interpolates: the best slope is -(1 + w
/ (2 lambda p^)). The penalty sees |g| alone. A critic that starts with slopes of the
wrong sign has a second stationary point, 1 - w / (2 lambda p^) the wrong way, and a
barrier of height lambda p^ at g = 0 before it. The one-sided penalty has no barrier.
All of this is derived.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from experiments.critics import TrainedCritic, train_critic
from experiments.theory.claims import Claim, at_most, near, reported
from experiments.theory.lab import Normal, default_recipe, rounded
from experiments.theory.shift import Mixture
from wgan_jax.constraints import penalty
from wgan_jax.objectives import wasserstein
from wgan_jax.training.recipe import Recipe

LAW = "derived: 1 + w / (2 lambda p^)"
SHIFT = 4.0


class Penalised(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        weight: lambda.
        steps: updates.
        batch: samples of each side.
        within: of the slope from its law, anywhere between the means, relative.
        mean_within: of its mean from the law's, relative.
        starts: initialisations that are tried for the wrong sign; 0 for none.
        start_steps: updates of each.
    """

    weight: float = 10.0
    steps: int = 3000
    batch: int = 512
    within: float = 0.06
    mean_within: float = 0.03
    starts: int = 16
    start_steps: int = 500


def normals_critic(
    recipe: Recipe, s: float, steps: int, batch: int, seed: int = 0
) -> TrainedCritic:
    """Trains a critic between N(0, 1) and N(s, 1).

    Args:
        recipe: of `default_recipe`.
        s: the shift.
        steps: updates.
        batch: samples of each side.
        seed: of initialisation and samples.
    """
    sides = Normal(0.0), Normal(s), jax.random.key(seed)
    return train_critic(recipe, *sides, steps=steps, batch=batch)


def slope_claims(settings: Penalised) -> tuple[list[Claim], dict[str, Any]]:
    """The slope of a gp critic between the means, against its law; wrong signs.

    Args:
        settings: sizes and tolerances.

    Returns:
        Claims, and what the figure draws.
    """
    weight, steps, batch = settings.weight, settings.steps, settings.batch
    recipe = default_recipe(wasserstein(), steps, penalty(weight))
    places = np.linspace(0, SHIFT, 81)
    law = slope_law(places, SHIFT, weight)
    found = _slopes(normals_critic(recipe, SHIFT, steps, batch), places)
    error = np.abs(found / law - 1).max()
    name = f"gp critic's slope, lambda = {weight:g}, s = {SHIFT:g}"
    within = settings.mean_within * law.mean()
    claims = [
        at_most(f"{name}: largest relative error", error, settings.within, LAW),
        near(f"{name}: mean", found.mean(), law.mean(), within, LAW),
    ]
    if settings.starts:
        claims += _sign_claims(settings, 2 - law.mean())
    series = {"places": places, "law": rounded(law), "found": rounded(found)}
    return claims, series


def slope_law(places: np.ndarray, s: float, weight: float) -> np.ndarray:
    """1 + w / (2 lambda p^), |slope| of the best penalised critic of N(0, 1), N(s, 1).

    Args:
        places: x, [n].
        s: the shift.
        weight: lambda.

    Returns:
        [n]; p^ is the density of a x + (1 - a) y, a ~ U[0, 1], by quadrature over a.
    """
    from scipy.special import ndtr

    a = (np.arange(400) + 0.5) / 400
    stds = np.sqrt(a**2 + (1 - a) ** 2)
    between = Mixture(*map(tuple, (np.full(400, 1 / 400), (1 - a) * s, stds)))
    with jax.enable_x64(True):
        density = np.exp(np.asarray(between.log_density(jnp.asarray(places))))
    return 1 + (ndtr(places) - ndtr(places - s)) / (2 * weight * density)


def _slopes(trained: TrainedCritic, places: np.ndarray) -> np.ndarray:
    """-f' at places, [n]: positive where real samples lie on the left."""
    return -np.asarray(trained.slopes(places.astype(np.float32)[:, None]))[:, 0]


def _sign_claims(settings: Penalised, trapped: float) -> list[Claim]:
    """How often a critic ends with slopes of the wrong sign."""
    claims, places = [], np.linspace(0, SHIFT, 81)
    steps, batch = settings.start_steps, settings.batch
    of = f"{settings.starts} starts that end with the wrong sign"
    for name, one_sided in (("gp", False), ("lp", True)):
        constraint = penalty(settings.weight, one_sided=one_sided)
        recipe = default_recipe(wasserstein(), steps, constraint)
        seeds = range(settings.starts)
        critics = [normals_critic(recipe, SHIFT, steps, batch, seed) for seed in seeds]
        means = np.array([_slopes(critic, places).mean() for critic in critics])
        wrong = int((means < 0).sum())
        label = f"{name}: of {of}"
        if one_sided:
            claims.append(at_most(label, wrong, 0, "derived: no barrier"))
            continue
        claims.append(reported(label, wrong, "reported: a trap", "derived: barrier"))
        if wrong:
            label = "gp: their mean slope, the wrong way"
            expected = f"reported: {trapped:.3g} = 1 - w / (2 lambda p^)"
            claims.append(reported(label, -means[means < 0].mean(), expected, LAW))
    return claims
