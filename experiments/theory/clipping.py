"""What does clipping do to a critic, and what do penalties do?

Three pairs: 8 Gaussians, 25 Gaussians and the Swiss roll against the same with N(0, I)
added, which stands for a generator. A critic's value over its largest slope is a lower
bound of W1; the share of W1 that it reaches says how good the critic is whatever its
scale. A clipped critic reaches .5 to .7 of it. Its weights end at the bounds +c and
-c, shown from a start in U(-c, c): from a default initialisation, which is wider than
c, the first clipping puts most weights there, and their share proves nothing.

Source: Gulrajani et al. 2017, arXiv 1704.00028, sections 3.1 and 3.2, figure 1; Petzka
et al. 2018, arXiv 1709.08894; the levels of the shares are measured.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from experiments.critics import (
    DenseCritic,
    TrainedCritic,
    critic_recipe,
    init_critic,
    train_critic,
    uniform_params,
)
from experiments.theory import clipping_depth as depth
from experiments.theory import clipping_weights as weights
from experiments.theory.claims import (
    Claim,
    Result,
    at_least,
    at_most,
    between,
    reported,
)
from experiments.theory.clipping_depth import Deep
from experiments.theory.clipping_figure import draw as draw
from experiments.theory.lab import Points, default_recipe, rounded
from wgan_jax.constraints import clipping, penalty
from wgan_jax.metrics import exact_wasserstein1
from wgan_jax.objectives import wasserstein
from wgan_jax.training.optimizers import rmsprop
from wgan_jax.training.recipe import Recipe

GU = "Gulrajani et al. 2017, sec. 3.1"
PETZKA = "Petzka et al. 2018, sec. 3"
BOX = 3.0  # slopes are looked at in [-3, 3]^2
NAMES = {"clip": "clipped", "gp": "two-sided penalty", "lp": "one-sided penalty"}


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        datasets: the sets of points.
        kinds: the critics, keys of `NAMES`.
        widths: of their hidden layers.
        limit: c of the clipped ones.
        steps: updates of each critic.
        batch: samples of each side in an update.
        matched: N of the exact W1, and of the values beside it.
        side: places on each axis of the grid of slopes.
        clip_least: share of W1 that a clipped critic reaches at least.
        clip_most: that it reaches at most, for each set.
        gp_least: share that the two-sided penalty reaches at least.
        lp_least: share that the one-sided penalty reaches at least.
        gap: one-sided less clipped, at least, for each set.
        at_bound: share of weights at the bound after training, at least.
        trap_steps: updates with the epsilon inside the root; 0 leaves it out.
        deep: the critics of 12 layers; see `clipping_depth`.
    """

    datasets: tuple[str, ...] = ("ring8", "grid25", "swissroll")
    kinds: tuple[str, ...] = ("clip", "gp", "lp")
    widths: tuple[int, ...] = (128, 128, 128)
    limit: float = 0.01
    steps: int = 6000
    batch: int = 256
    matched: int = 2000
    side: int = 81
    clip_least: float = 0.4
    clip_most: tuple[float, ...] = (0.6, 0.75, 0.75)
    gp_least: float = 0.6
    lp_least: float = 0.8
    gap: tuple[float, ...] = (0.25, 0.1, 0.2)
    at_bound: float = 0.35
    trap_steps: int = 3000
    deep: Deep = Deep()


FULL = Settings()
QUICK = Settings(
    datasets=("ring8",),
    kinds=("clip", "lp"),
    widths=(64, 64, 64),
    steps=600,
    trap_steps=0,
    batch=128,
    matched=500,
    side=41,
    lp_least=0.7,
    gap=(0.15,),
    at_bound=0.3,
    deep=Deep(width=64, limits=(0.2828, 0.02828, 0.002828), steps=0),
)


class Reached(NamedTuple):
    """A critic beside the truth.

    Attributes:
        share: value / (largest slope x W1).
        value: E f(x) - E f(y) of fresh samples.
        surface: its scores on the grid, [side, side].
    """

    share: float
    value: float
    surface: np.ndarray


def run(settings: Settings) -> Result:
    """Shares of W1, the weights, the epsilon's trap, the deep critics."""
    claims: list[Claim] = []
    series: dict[str, Any] = {"limit": settings.limit, "surfaces": {}, "weights": {}}
    for name in settings.datasets:
        claims += _dataset(settings, name, series)
    if settings.trap_steps:
        claims += _trap(settings, series)
    return Result(claims + depth.deep_claims(settings.deep, series), series)


def _recipe(settings: Settings, kind: str, optimizer: Any = None) -> Recipe:
    critic = DenseCritic(settings.widths)
    if kind == "clip":
        # The paper's rate and decay; the epsilon is outside the root.
        optimizer = optimizer or rmsprop(settings.limit / 200, 0.99)
        return critic_recipe(critic, wasserstein(), clipping(settings.limit), optimizer)
    constraint = penalty(10.0, one_sided=kind == "lp")
    return default_recipe(wasserstein(), settings.steps, constraint, critic)


def _train(settings: Settings, recipe: Recipe, name: str) -> TrainedCritic:
    """Trains on a data set, a clipped critic from U(-c, c)."""
    key, params = jax.random.key(0), None
    if recipe.constraint.name == "clipping":
        params = _uniform(settings, recipe)
    start = init_critic(recipe, key, 2, params)
    sides = Points(name), Points(name, 1.0)
    return train_critic(
        *(recipe, *sides, key), steps=settings.steps, batch=settings.batch, start=start
    )


def _uniform(settings: Settings, recipe: Recipe) -> Any:
    params = init_critic(recipe, jax.random.key(0), 2).critic.params
    return uniform_params(params, jax.random.key(5), settings.limit)


def _dataset(settings: Settings, name: str, series: dict[str, Any]) -> list[Claim]:
    """Every kind of critic on one data set."""
    trained = {
        kind: _train(settings, _recipe(settings, kind), name) for kind in settings.kinds
    }
    found = _reached(settings, name, trained)
    series["surfaces"][name] = {
        kind: [rounded(row, 3) for row in critic.surface[::2, ::2]]
        for kind, critic in found.items()
    }
    shares = {kind: critic.share for kind, critic in found.items()}
    claims = share_claims(settings, name, shares)
    if name == settings.datasets[0]:
        start = _uniform(settings, _recipe(settings, "clip"))
        end = trained["clip"].state.critic.params
        claims += weights.weight_claims(settings.limit, settings.at_bound, start, end)
        series["weights"] |= {"start": weights.histogram(start, settings.limit)}
        series["weights"] |= {"trained": weights.histogram(end, settings.limit)}
        series["value"] = found["clip"].value
    return claims


def _reached(
    settings: Settings, name: str, trained: dict[str, TrainedCritic]
) -> dict[str, Reached]:
    keys = jax.random.split(jax.random.key(1))
    real = Points(name)(keys[0], settings.matched)
    fake = Points(name, 1.0)(keys[1], settings.matched)
    truth = exact_wasserstein1(real, fake)
    axis = np.linspace(-BOX, BOX, settings.side, dtype=np.float32)
    places = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    found = {}
    for kind, critic in trained.items():
        value = float(critic.scores(real).mean() - critic.scores(fake).mean())
        steepest = float(jnp.linalg.norm(critic.slopes(places), axis=1).max())
        surface = np.asarray(critic.scores(places)).reshape(len(axis), -1)
        found[kind] = Reached(value / (steepest * truth), value, surface)
    return found


def share_claims(
    settings: Settings, name: str, shares: dict[str, float]
) -> list[Claim]:
    """How much of W1 each kind of critic reaches.

    Args:
        settings: the bounds.
        name: of the data set.
        shares: kind -> value / (largest slope x W1).
    """
    place = settings.datasets.index(name)
    bounds = {
        "clip": (settings.clip_least, settings.clip_most[place], GU),
        "gp": (settings.gp_least, 1.0, GU),
        "lp": (settings.lp_least, 1.0, PETZKA),
    }
    claims = [
        between(f"{name}, {NAMES[kind]}: value / slope / W1", share, *bounds[kind])
        for kind, share in shares.items()
    ]
    gap = shares["lp"] - shares["clip"]
    title = f"{name}: one-sided less clipped"
    return [*claims, at_least(title, gap, settings.gap[place], "measured")]


def _trap(settings: Settings, series: dict[str, Any]) -> list[Claim]:
    """The same clipped critic where RMSprop has its epsilon inside the root."""
    optimizer = optax.rmsprop(settings.limit / 200, 0.99)
    recipe = _recipe(settings, "clip", optimizer)
    name = settings.datasets[0]
    budget = settings._replace(steps=settings.trap_steps)
    trained = _train(budget, recipe, name)
    params = trained.state.critic.params
    series["weights"] |= {"trap": weights.histogram(params, settings.limit)}
    value = _reached(settings, name, {"clip": trained})["clip"].value
    share, ratio = weights.at_bound(params, settings.limit), value / series["value"]
    words = f"{name}, epsilon inside RMSprop's root: "
    return [
        at_most(words + "share of weights at +-c", share, 0.1, "measured"),
        reported(words + "value / that with it outside", ratio, "reported", "measured"),
    ]
