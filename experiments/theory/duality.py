"""Is the best plan worth as much as the best critic?

Kantorovich and Rubinstein: the least mean distance of a plan is the greatest E_P f -
E_Q f of a 1-Lipschitz function. Between two equal numbers of points the left side is a
matching and the right side a linear programme. Beside both: what the package's solvers
reach, 1-Lipschitz by construction and so never above, and a gp critic. Its penalised
value is at least that of every multiple (1 + e) f of an optimal f with |grad f| = 1
almost everywhere (a maximum of cones is one), W (1 + e) - lambda e^2, hence W + W^2 /
(4 lambda); and where it is stationary under scaling, E_P f - E_Q f = 2 lambda E n (n -
1) with n the gradient's norm at the interpolates.

P has its points around (-1, 0) and (1, 0), Q around (0, -1) and (0, 1); critics and
solvers are trained on these points alone, so that W1 is exact and nothing is sampled.

Source: Villani 2009, "Optimal Transport: Old and New"; Peyre & Cuturi 2019, arXiv
1803.00567; the penalty's laws are derived.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from experiments.critics import train_critic
from experiments.theory.claims import Claim, Result, at_most, between
from experiments.theory.duality_figure import draw as draw
from experiments.theory.duality_penalty import KR, critic_claims, critic_values
from experiments.theory.lab import default_recipe, rounded
from wgan_jax.constraints import penalty
from wgan_jax.objectives import wasserstein
from wgan_jax.transport import assignment, c_transform, optimal_plan
from wgan_jax.transport.solvers import Potential, fit_cones, fit_sorted

SPREAD = 0.3  # standard deviation around each centre
REACH, GRID = 2.0, 81  # of the figure's map of the potential


class Among(NamedTuple):
    """Draws among the points of one side, with replacement.

    Attributes:
        axis: 0 for P, whose centres lie on the first axis; 1 for Q.
        count: N.
    """

    axis: int
    count: int

    def points(self) -> np.ndarray:
        """All its points, always the same, float32 [N, 2]."""
        rng = np.random.default_rng(self.axis)
        points = SPREAD * rng.standard_normal((self.count, 2))
        points[:, self.axis] += np.where(np.arange(self.count) % 2, 1, -1)
        return points.astype(np.float32)

    def __call__(self, key: jax.Array, count: int) -> jax.Array:
        """Draws [count, 2]."""
        return jax.random.choice(key, jnp.asarray(self.points()), (count,))


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        points: N of each side.
        programmed: the first of them, for the linear programme.
        cones: how many.
        width: units of a hidden layer of `sorted`.
        group: units of it that are sorted together.
        solver_steps: updates of the solvers.
        batch: samples of each side.
        below: of a solver's value below W1, relative, at most.
        weights: lambda of the gp critics.
        steps: their updates.
        law_within: of a gp value below its bound or from its law, relative.
    """

    points: int = 1000
    programmed: int = 200
    cones: int = 256
    width: int = 64
    group: int = 16
    solver_steps: int = 1000
    batch: int = 512
    below: float = 0.03
    weights: tuple[float, ...] = (10.0, 1.0)
    steps: int = 1500
    law_within: float = 0.03


FULL = Settings()
QUICK = Settings(200, 60, 64, 32, 8, 150, 128, 0.1, (1.0,), 250, 0.15)


def run(settings: Settings) -> Result:
    """Solves both problems exactly, then lets critics try."""
    sides = Among(0, settings.points), Among(1, settings.points)
    x, y = (side.points().astype(np.float64) for side in sides)
    few = settings.programmed
    claims = programme_claims(x[:few], y[:few])
    _, exact = assignment(x, y)
    solver_claims, values, surface = _solvers(settings, sides, exact)
    penalised_claims, critics = _penalised(settings, sides, exact)
    indices, _ = assignment(x[:few], y[:few])
    series: dict[str, Any] = {"exact": exact, "values": values, "critics": critics}
    series |= {"surface": surface, "reach": REACH, "points": settings.points}
    series |= {"x": rounded(x[:few], 4), "y": rounded(y[:few][indices], 4)}
    return Result(claims + solver_claims + penalised_claims, series)


def programme_claims(x: np.ndarray, y: np.ndarray) -> list[Claim]:
    """What the theorem says of two sets of points, as gaps that have to be 0.

    Args:
        x: points of P, [N, d].
        y: points of Q, [N, d].

    Returns:
        Claims: the matching costs what the dual programme yields, one 1-Lipschitz
        function yields it on both sides, and it falls by the distance along the
        matching.
    """
    indices, matched = assignment(x, y)
    everyone = np.concatenate([x, y])
    to_y = _distances(y, everyone)
    uniform = np.full(len(x), 1 / len(x))
    best = optimal_plan(uniform, uniform, _distances(x, y))
    dual = float(best.potential_p.mean() + best.potential_q.mean())
    # One function of the plane: f(z) = min_j (|z - y_j| - g_j).
    f = c_transform(best.potential_q, to_y)
    one = float(f[: len(x)].mean() - f[len(x) :].mean())
    steep = np.abs(f[:, None] - f) - _distances(everyone, everyone)
    drops = f[: len(x)] - f[len(x) :][indices]
    lengths = np.linalg.norm(x - y[indices], axis=1)
    gaps = np.abs([matched - dual, matched - one])
    of = f"{len(x)} points"
    return [
        at_most(f"{of}: |matching - dual programme|", gaps[0], 1e-9, KR),
        at_most(f"{of}: |matching - (E_P f - E_Q f)|, one f", gaps[1], 1e-9, KR),
        at_most(f"{of}: largest |f(a) - f(b)| - |a - b|", steep.max(), 1e-9, KR),
        at_most(
            f"{of}: largest |f(x) - f(y) - |x - y|| of a matched pair",
            *(np.abs(drops - lengths).max(), 1e-8, "Peyre & Cuturi 2019"),
        ),
    ]


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import cdist

    return cdist(a, b)


def _solvers(
    settings: Settings, sides: tuple[Among, Among], exact: float
) -> tuple[list[Claim], dict[str, float], list[list[float]]]:
    """The package's lower bounds, on the points that they were fitted to."""
    fits = {
        "cones": functools.partial(fit_cones, cones=settings.cones),
        "sorted": functools.partial(
            fit_sorted, width=settings.width, group=settings.group
        ),
    }
    claims, values, surface = [], {}, []
    for name, fit in fits.items():
        potential = fit(
            *sides,
            jax.random.key(3),
            steps=settings.solver_steps,
            batch=settings.batch,
        )
        x, y = (jnp.asarray(side.points()) for side in sides)
        values[name] = potential.value(x, y).mean
        low, high = exact * (1 - settings.below), exact * (1 + 1e-5)  # float32 scores
        label = f"{settings.points} points: value of `{name}`, W1 = {exact:.4f}"
        source = f"{KR}; 1-Lipschitz by construction"
        claims.append(between(label, values[name], low, high, source))
        if name == "cones":
            surface = _surface(potential)
    return claims, values, surface


def _surface(potential: Potential) -> list[list[float]]:
    axis = np.linspace(-REACH, REACH, GRID, dtype=np.float32)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    scores = np.asarray(potential.scores(jnp.asarray(points))).reshape(GRID, GRID)
    return [rounded(row, 3) for row in scores - scores.mean()]


def _penalised(
    settings: Settings, sides: tuple[Among, Among], exact: float
) -> tuple[list[Claim], dict[str, Any]]:
    claims, found = [], {}
    for weight in settings.weights:
        recipe = default_recipe(wasserstein(), settings.steps, penalty(weight))
        trained = train_critic(
            *(recipe, *sides, jax.random.key(0)),
            steps=settings.steps,
            batch=settings.batch,
        )
        critic = critic_values(trained, weight)
        found[f"{weight:g}"] = critic._asdict()
        claims += critic_claims(critic, exact, weight, settings.law_within)
    return claims, found
