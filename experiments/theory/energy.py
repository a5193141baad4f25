"""Which distance does EBGAN minimise?

Its critic gives energies e >= 0 and minimises V = E_p e(x) + E_q max(0, m - e(y)).
Where p > q the best energy is 0, elsewhere m, so that V* = m sum min(p, q), which is
m (1 - TV(p, q)): EBGAN with a perfect critic minimises total variation, as blind to
distance as the Jensen-Shannon divergence. Between U[0, 1] and U[a, 1 + a], V* = m (1 -
a).

Source: Zhao et al. 2016, arXiv 1609.03126; Arjovsky et al. 2017, arXiv
1701.07875, section 4.
"""

from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn

from experiments.critics import DenseCritic, train_critic
from experiments.theory.claims import Claim, Result, at_least, at_most, near
from experiments.theory.lab import Interval, Points, default_recipe, rounded
from wgan_jax.data import load
from wgan_jax.networks.autoencoder import MLPAutoencoder
from wgan_jax.objectives import energy_based
from wgan_jax.transport import total_variation

ZHAO = "Zhao et al. 2016"
BOX = 2.0  # ring8 lies inside [-2, 2]^2


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        margin: m.
        bins: of each histogram's support of length 1.
        overlaps: the shifts a of U[a, 1 + a], multiples of 1 / bins.
        steps: updates of the dense critics.
        batch: samples of each side.
        value_within: of a trained value from m (1 - a), as a share of m.
        ring_steps: updates of the autoencoder on ring8.
        low: its mean energy on the data, at most this share of m.
        high: its mean energy on the box, at least this share of m.
    """

    margin: float = 1.0
    bins: int = 50
    overlaps: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    steps: int = 2000
    batch: int = 512
    value_within: float = 0.03
    ring_steps: int = 3000
    low: float = 0.2
    high: float = 0.8


FULL = Settings(bins=100)
QUICK = Settings(1.0, 20, (0.5,), 300, 256, 0.06, 100, 0.4, 0.5)


class EnergyCritic(nn.Module):
    """Softplus of the default critic: a free energy, not an autoencoder's."""

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps points `[B, d]` to energies `[B]`."""
        return nn.softplus(DenseCritic()(x, train))


class Box(NamedTuple):
    """The uniform distribution over the box, a generator that never learns."""

    def __call__(self, key: jax.Array, count: int) -> jax.Array:
        """Draws [count, 2]."""
        return jax.random.uniform(key, (count, 2), minval=-BOX, maxval=BOX)


def run(settings: Settings) -> Result:
    """Free energies by a linear programme, trained ones, an autoencoder's."""
    m, claims, series = settings.margin, [], {"shifts": settings.overlaps}
    exact, trained = [], []
    for a in settings.overlaps:
        value, variation = optimal_value(m, settings.bins, a)
        exact.append(value)
        claims.append(
            near(f"V* by linear programme, a = {a:g}", value, m * (1 - a), 1e-6, ZHAO)
        )
        name = f"V* against m (1 - TV), a = {a:g}"
        claims.append(near(name, value - m * (1 - variation), 0, 1e-6, ZHAO))
        trained.append(_trained_value(settings, a))
        name = f"trained softplus energies, a = {a:g}"
        within = settings.value_within * m
        claims.append(near(name, trained[-1], m * (1 - a), within, ZHAO))
    series |= {"exact": rounded(exact), "trained": rounded(trained)}
    value, _ = optimal_value(m, settings.bins, 0.0)
    claims.append(near("V* of equal distributions", value, m, 1e-6, ZHAO))
    ring_claims, surface = _ring(settings)
    return Result(claims + ring_claims, series | surface)


def optimal_value(margin: float, bins: int, a: float) -> tuple[float, float]:
    """The minimum of V over energies, between histograms of U[0, 1] and U[a, 1 + a].

    Args:
        margin: m > 0.
        bins: of the unit interval.
        a: the shift, a multiple of 1 / bins.

    Returns:
        The package's critic loss at the energies that a linear programme finds, and TV.
    """
    shift = round(a * bins)
    p, q = np.zeros(bins + shift), np.zeros(bins + shift)
    p[:bins], q[shift:] = 1 / bins, 1 / bins
    energies = optimal_energies(p, q, margin)
    # Bins of equal weight: the mean over them is the expectation.
    with jax.enable_x64(True):
        loss = energy_based(margin).critic_loss(
            jnp.asarray(energies[p > 0]), jnp.asarray(energies[q > 0])
        )
    return float(loss), total_variation(p, q)


def optimal_energies(p: np.ndarray, q: np.ndarray, margin: float) -> np.ndarray:
    """Energies e >= 0 that minimise sum p e + sum q h, with h >= m - e and h >= 0."""
    from scipy.optimize import linprog

    n = len(p)
    identity = np.eye(n)
    result = linprog(
        np.concatenate([p, q]),
        A_ub=np.hstack([-identity, -identity]),  # -e - h <= -m
        b_ub=np.full(n, -margin),
        bounds=(0, None),
        method="highs",
    )
    return result.x[:n]


def _trained_value(settings: Settings, a: float) -> float:
    objective = energy_based(settings.margin)
    real, fake = Interval(0.0), Interval(a)
    trained = train_critic(
        default_recipe(objective, settings.steps, critic=EnergyCritic()),
        *(real, fake, jax.random.key(0)),
        steps=settings.steps,
        batch=settings.batch,
    )
    keys = jax.random.split(jax.random.key(1))
    fresh = [draw(k, 20_000) for draw, k in zip((real, fake), keys, strict=True)]
    return float(objective.critic_loss(*map(trained.scores, fresh)))


def _ring(settings: Settings) -> tuple[list[Claim], dict[str, Any]]:
    """An autoencoder's energies on ring8 and on the box."""
    m, steps = settings.margin, settings.ring_steps
    recipe = default_recipe(energy_based(m), steps, critic=MLPAutoencoder((2,)))
    trained = train_critic(
        *(recipe, Points("ring8"), Box(), jax.random.key(0)),
        steps=steps,
        batch=settings.batch,
    )
    data = trained.scores(load("ring8").test).mean()
    box = trained.scores(Box()(jax.random.key(1), 20_000)).mean()
    axis = np.linspace(-BOX, BOX, 61, dtype=np.float32)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    surface = np.asarray(trained.scores(points)).reshape(61, 61)
    claims = [
        at_most("ring8: mean energy on data / m", data / m, settings.low, ZHAO),
        at_least("ring8: mean energy on the box / m", box / m, settings.high, ZHAO),
    ]
    return claims, {"surface": [rounded(row, 3) for row in surface / m]}


def draw(result: Result, path: Path) -> None:
    """V* over the shift; the autoencoder's energies around ring8."""
    from wgan_jax.artifacts import style

    series = result.series
    with style.figure(path, columns=2, size=(13, 5.4)) as (drawn, (value, ring)):
        shifts = np.asarray(series["shifts"])
        value.plot([0, 1], [1, 0], color=style.GREY, lw=6, label="m (1 - TV)")
        value.plot(shifts, series["exact"], "o", color=style.BLUE, label="programme")
        value.plot(
            *(shifts, series["trained"], "x"),
            color=style.RED,
            ms=11,
            mew=2.5,
            label="trained",
        )
        value.set(
            title="EBGAN's best critic measures total variation",
            xlabel="shift a, U[0, 1] against U[a, 1 + a]",
            ylabel="critic loss V, margin m = 1",
        )
        value.legend()
        extent = (-BOX, BOX, -BOX, BOX)
        image = ring.imshow(
            np.array(series["surface"]),
            origin="lower",
            extent=extent,
            vmin=0,
            vmax=1.5,
        )
        drawn.colorbar(image, ax=ring, label="energy / m")
        ring.grid(visible=False)
        ring.set(
            title="Energies after ring8 against a uniform box",
            xlabel="first coordinate",
            ylabel="second coordinate",
        )
