"""Does the generator's gradient vanish as the critic gets better?

N(0, 1) against N(s, 1), the critic of each game at its optimum, by quadrature: the
gradient by s of the minimax loss is 2 dJSD/ds and falls as the densities part; that of
-log D is dKL/ds - 2 dJSD/ds (Arjovsky and Bottou) and grows as s; that of
least squares falls as well; that of W1 is 1, and the critic of WGAN-GP keeps a slope
near it (`vanishing_penalty`).

While a critic trains, |J| eps / (1 - eps) bounds the minimax gradient (there),
eps = sup D + |grad D| on the generated side, J the generator's Jacobian: here the
identity, of norm 1, because the whole segment moves.

Source: Arjovsky & Bottou 2017, arXiv 1701.04862, section 2; the penalty's
law is derived.
"""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from experiments.critics import TrainedCritic
from experiments.theory.claims import Claim, Result, at_least, at_most, near, reported
from experiments.theory.lab import (
    Segment,
    default_recipe,
    gradients_by_shift,
    rounded,
    segments_critic,
)
from experiments.theory.shift import log_ratio, on_the_line, shift_gradient
from experiments.theory.vanishing_exact import (
    GAMES,
    IDENTITY,
    STANDARD,
    exact_gradients,
    identity_claims,
    table_claims,
)
from experiments.theory.vanishing_figure import draw as draw
from experiments.theory.vanishing_penalty import (
    Penalised,
    normals_critic,
    slope_claims,
)
from wgan_jax.objectives import minimax

BOUND = "Arjovsky & Bottou 2017, sec. 2"


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        shifts: s of the trained critics.
        steps: their updates.
        batch: samples of each side.
        trained_within: of a trained critic's gradient from the optimal one's, relative.
        penalised: what is measured of penalised critics.
        segment_steps: updates between the two segments.
        every: updates between two checkpoints, a divisor of `segment_steps`.
        points: of the generated segment, for a gradient and for eps.
        fall: of the minimax gradient's norm over the checkpoints, at least.
        rise: of that of -log D, at least.
    """

    shifts: tuple[float, ...] = (1.0, 2.0, 4.0)
    steps: int = 1500
    batch: int = 512
    trained_within: float = 0.1
    penalised: Penalised = Penalised()
    segment_steps: int = 3000
    every: int = 10
    points: int = 4096
    fall: float = 1e5
    rise: float = 10.0


FULL = Settings()
QUICK = Settings(
    *((2.0,), 300, 256, 0.15),
    Penalised(steps=300, batch=256, within=0.2, starts=0),
    segment_steps=300,
    every=20,
    points=256,
    fall=30.0,
    rise=3.0,
)


def run(settings: Settings) -> Result:
    """The exact table, trained critics beside it, and the bound over training."""
    exact = exact_gradients([0.5, *range(1, 11)])
    claims = [*table_claims(exact), *identity_claims()]
    trained_claims, trained = _trained(settings)
    penalised_claims, slopes = slope_claims(settings.penalised)
    bound_claims, course = _course(settings)
    claims += trained_claims + penalised_claims + bound_claims
    series = {"exact": exact, "trained": trained, "slopes": slopes, "course": course}
    return Result(claims, series)


def _trained(settings: Settings) -> tuple[list[Claim], dict[str, Any]]:
    """Gradients of trained cross-entropy critics, by quadrature."""
    claims: list[Claim] = []
    series: dict[str, Any] = {"s": settings.shifts} | {name: [] for name in GAMES}
    recipe = default_recipe(minimax(), settings.steps)
    for s in settings.shifts:
        trained = normals_critic(recipe, s, settings.steps, settings.batch)
        q = STANDARD.moved(s)
        for name, game in GAMES.items():
            found = shift_gradient(game, on_the_line(trained), q)
            optimum = shift_gradient(game, log_ratio(STANDARD, q), q)
            series[name].append(found)
            claims.append(_trained_claim(settings, name, s, found, optimum))
    return claims, series


def _trained_claim(
    settings: Settings, name: str, s: float, found: float, optimum: float
) -> Claim:
    label = f"trained critic's gradient of {name}, s = {s:g}"
    if name == "-log D" and s > 2:
        # Where D is near 0 the critic's loss is flat: nothing trains its slope there.
        return reported(label, found, f"reported: {optimum:.4g} at the optimum", BOUND)
    within = settings.trained_within * optimum
    return near(label, found, optimum, within, "the optimum, by quadrature")


def _course(settings: Settings) -> tuple[list[Claim], dict[str, Any]]:
    """Gradients between two segments 1 apart, and the bound, at every checkpoint."""
    trained = segments_critic(
        minimax(),
        steps=settings.segment_steps,
        batch=settings.batch,
        every=settings.every,
    )
    measure = jax.jit(functools.partial(_at_checkpoint, trained, settings.points))
    found = np.array([measure(state) for state in trained.kept.values()], np.float64)
    norms, eps, others = found.T
    bounds = np.where(eps < 1, eps / np.maximum(1 - eps, 1e-12), np.inf)
    name = "two segments: largest gradient / bound, all checkpoints"
    claims = [
        at_most(name, (norms / bounds).max(), 1, BOUND),
        reported(
            "the same, smallest", (norms / bounds).min(), "reported: how tight", BOUND
        ),
        at_least(
            f"minimax gradient, update {settings.every} / end",
            *(norms[0] / norms[-1], settings.fall, BOUND),
        ),
        at_least(
            f"-log D gradient, end / update {settings.every}",
            *(others[-1] / others[0], settings.rise, IDENTITY),
        ),
    ]
    series = {"minimax": rounded(norms), "-log D": rounded(others)}
    bound = {"steps": list(trained.kept), "bound": rounded(bounds)}
    return claims, series | bound


def _at_checkpoint(trained: TrainedCritic, count: int, state: Any) -> jax.Array:
    """The minimax gradient's norm, eps and -log D's norm, [3]."""
    points = Segment(1.0)(jax.random.key(2), count)
    critic = jax.nn.sigmoid(trained.scores(points, state))
    slopes = jnp.linalg.norm(trained.slopes(points, state), axis=1)
    eps = jnp.max(critic + critic * (1 - critic) * slopes)
    first, second = (
        jnp.linalg.norm(gradients_by_shift(game, trained, points, state).mean(axis=0))
        for game in GAMES.values()
    )
    return jnp.stack([first, eps, second])
