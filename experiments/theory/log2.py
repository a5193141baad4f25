"""What do the divergences say of two parallel lines that never touch?

P = (0, Z), Q = (theta, Z) with Z ~ U[0, 1]. For every theta other than 0 the
Jensen-Shannon divergence is log 2 and the Kullback-Leibler divergence infinite; W1 is
theta. A cross-entropy critic's loss L at its optimum gives JSD = log 2 - L / 2. A
penalised critic reads theta + theta^2 / (2 lambda), of which the penalty takes back
half of the excess. Where supports overlap, U[0, 1] and U[a, 1 + a]: JSD = a log 2, TV =
a, W1 = a, L* = 2 (1 - a) log 2.

Source: Arjovsky et al. 2017, arXiv 1701.07875, example 1; Goodfellow et al. 2014, arXiv
1406.2661, theorem 1; the penalty's law is derived.
"""

import functools
import math
from typing import NamedTuple

import jax
import numpy as np

from experiments.critics import Sampler, TrainedCritic, train_critic
from experiments.theory.claims import Claim, Result, at_least, between, near
from experiments.theory.lab import (
    LOG2,
    Interval,
    Segment,
    default_recipe,
    jsd_estimate,
    rounded,
)
from experiments.theory.log2_figure import draw as draw
from wgan_jax.constraints import penalty
from wgan_jax.objectives import minimax, wasserstein
from wgan_jax.training.recipe import Recipe
from wgan_jax.transport import (
    assignment,
    jensen_shannon,
    kullback_leibler,
    total_variation,
    wasserstein1_1d,
)
from wgan_jax.transport.solvers import fit_cones, fit_sorted

WG = "Arjovsky et al. 2017, ex. 1"
DERIVED = "derived"
LIPSCHITZ = "Kantorovich-Rubinstein; 1-Lipschitz by construction"


class Settings(NamedTuple):
    """Sizes and tolerances.

    Attributes:
        places: theta, the distances of the two lines.
        weights: lambda of the penalised critics at theta = 1; the first for all theta.
        overlaps: the shifts a of U[a, 1 + a].
        steps: updates of a cross-entropy critic.
        penalised_steps: updates of a penalised critic.
        batch: samples of each side.
        samples: fresh ones for an estimate.
        matched: N of the exact W1.
        apart_within: of the estimate from log 2 where theta > 0.
        same_within: of the estimate from 0 at theta = 0.
        matched_above: of the exact W1 of samples above theta, at most.
        law_within: of a penalised value from its law, relative.
        overlap_within: of the trained JSD from a log 2.
        solver_steps: updates of the two solvers of the dual of W1.
        solver_below: of a solver's value below theta, relative, at most.
    """

    places: tuple[float, ...] = (0.0, 0.1, 0.25, 0.5, 1.0)
    weights: tuple[float, ...] = (10.0, 1.0, 0.1)
    overlaps: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    steps: int = 3000
    penalised_steps: int = 1500
    batch: int = 512
    samples: int = 20_000
    matched: int = 2000
    apart_within: float = 0.01
    same_within: float = 0.005
    matched_above: float = 0.03
    law_within: float = 0.02
    overlap_within: float = 0.02
    solver_steps: int = 1000
    solver_below: float = 0.03


FULL = Settings()
QUICK = Settings(
    *((0.0, 1.0), (1.0,), (0.5,), 400, 300, 128, 5000, 300),
    apart_within=0.03,
    same_within=0.02,
    matched_above=0.08,
    law_within=0.06,
    overlap_within=0.06,
    solver_steps=150,
    solver_below=0.1,
)


def run(settings: Settings) -> Result:
    """Estimates and exact values, on parallel lines and on the line."""
    claims, series = _lines(settings)
    overlap_claims, overlap = _overlaps(settings)
    claims += _penalised(settings, series) + _solvers(settings, series)
    claims += overlap_claims
    return Result(claims, series | overlap)


def _lines(settings: Settings) -> tuple[list[Claim], dict]:
    """The JSD estimate and the exact W1 for every distance."""
    claims, estimates, matched = [], [], []
    for theta in settings.places:
        estimates.append(_trained_jsd(settings, Segment(0.0), Segment(theta)))
        target = LOG2 if theta else 0.0
        within = settings.apart_within if theta else settings.same_within
        name = f"JSD from the critic's loss, theta = {theta:g}"
        claims.append(near(name, estimates[-1], target, within, WG))
        matched.append(_matched(settings, theta))
        high = theta + settings.matched_above
        name = f"W1 of {settings.matched} samples, theta = {theta:g}"
        # The matching of samples can do no better than the shift; minus rounding.
        claims.append(between(name, matched[-1], theta - 1e-6, high, WG))
    series = {"places": settings.places, "jsd": rounded(estimates)}
    return claims, series | {"w1": rounded(matched)}


def _penalised(settings: Settings, series: dict) -> list[Claim]:
    """Claims of the penalty's law; the first weight's course goes into the series."""
    claims, course = [], []
    first = settings.weights[0]
    pairs = [(theta, first) for theta in settings.places if theta]
    pairs += [(settings.places[-1], weight) for weight in settings.weights[1:]]
    for theta, weight in pairs:
        value, penalised = penalised_values(settings, theta, weight)
        if weight == first:
            course.append(value)
        for name, found, law in (
            ("gp critic's value", value, theta + theta**2 / (2 * weight)),
            ("the same less its penalty", penalised, theta + theta**2 / (4 * weight)),
        ):
            name = f"{name}, theta = {theta:g}, lambda = {weight:g}"
            within = settings.law_within * law
            claims.append(near(name, found, law, within, DERIVED))
    series |= {"weight": first, "gp": rounded(course)}
    return claims


def _solvers(settings: Settings, series: dict) -> list[Claim]:
    """The package's 1-Lipschitz solvers: between theta (1 - tolerance) and theta."""
    # Small ones: the best potential between parallel lines is linear.
    fits = {
        "cones": functools.partial(fit_cones, cones=64),
        "sorted": functools.partial(fit_sorted, width=32, group=4),
    }
    claims, key = [], jax.random.key(3)
    series |= {name: [] for name in fits}
    for theta in filter(None, settings.places):
        real, fake = Segment(0.0), Segment(theta)
        for name, fit in fits.items():
            potential = fit(real, fake, key, steps=settings.solver_steps, batch=256)
            found = potential.value(*_fresh((real, fake), settings))
            series[name].append(float(f"{found.mean:.4g}"))
            low = theta * (1 - settings.solver_below)
            high = theta + 3 * found.error
            name = f"value of `{name}`, theta = {theta:g}"
            claims.append(between(name, found.mean, low, high, LIPSCHITZ))
    return claims


def _train(
    settings: Settings, recipe: Recipe, real: Sampler, fake: Sampler
) -> TrainedCritic:
    penalised = recipe.constraint.penalty is not None
    steps = settings.penalised_steps if penalised else settings.steps
    key = jax.random.key(0)
    return train_critic(recipe, real, fake, key, steps=steps, batch=settings.batch)


def _trained_jsd(settings: Settings, real: Sampler, fake: Sampler) -> float:
    """The JSD that a cross-entropy critic claims on fresh samples."""
    trained = _train(settings, default_recipe(minimax(), settings.steps), real, fake)
    fresh = _fresh((real, fake), settings)
    return jsd_estimate(minimax(), *map(trained.scores, fresh))


def _fresh(sides: tuple[Sampler, ...], settings: Settings) -> list[jax.Array]:
    """Samples that no critic was trained on."""
    keys = jax.random.split(jax.random.key(1), len(sides))
    return [side(k, settings.samples) for side, k in zip(sides, keys, strict=True)]


def penalised_values(
    settings: Settings, theta: float, weight: float
) -> tuple[float, float]:
    """E r - E f of a critic under the penalty, and the same less the penalty.

    Args:
        settings: steps and batch.
        theta: distance of the lines.
        weight: lambda.

    Returns:
        Means over the last 100 updates, when the learning rate is near 0.
    """
    steps = settings.penalised_steps
    recipe = default_recipe(wasserstein(), steps, penalty(weight))
    trained = _train(settings, recipe, Segment(0.0), Segment(theta))
    last = {name: values[-100:].mean() for name, values in trained.metrics.items()}
    return last["wasserstein_estimate"], -last["critic_loss"]


def _matched(settings: Settings, theta: float) -> float:
    keys = jax.random.split(jax.random.key(2))
    first = Segment(0.0)(keys[0], settings.matched)
    return assignment(first, Segment(theta)(keys[1], settings.matched))[1]


def _overlaps(settings: Settings) -> tuple[list[Claim], dict]:
    """U[0, 1] against U[a, 1 + a]: exact divergences, and the trained critic's."""
    claims, exact, trained = [], [], []
    for a in settings.overlaps:
        p, q = interval_histograms(a)
        exact.append(jensen_shannon(p, q))
        middles = (np.arange(1000) + 0.5) / 1000
        for name, value, target in (
            (f"JSD of U[0,1] and U[a,1+a], a = {a:g}", exact[-1], a * LOG2),
            (f"TV of the same, a = {a:g}", total_variation(p, q), a),
            (f"W1 of the same, a = {a:g}", wasserstein1_1d(middles, middles + a), a),
        ):
            claims.append(near(name, value, target, 1e-9, DERIVED))
        if a:
            divergence = kullback_leibler(p, q)
            claims.append(
                at_least(f"KL of the same, a = {a:g}", divergence, math.inf, WG)
            )
        trained.append(_trained_jsd(settings, Interval(0.0), Interval(a)))
        name = f"JSD from the critic's loss, a = {a:g}"
        within = settings.overlap_within
        claims.append(near(name, trained[-1], a * LOG2, within, "Goodfellow 2014"))
    series = {"overlaps": settings.overlaps, "overlap_jsd": rounded(trained)}
    return claims, series | {"overlap_exact": rounded(exact)}


def interval_histograms(a: float) -> tuple[np.ndarray, np.ndarray]:
    """U[0, 1] and U[a, 1 + a] in bins of 1/100, [100 + 100 a]; a in hundredths."""
    shift = round(100 * a)
    p, q = np.zeros(100 + shift), np.zeros(100 + shift)
    p[:100], q[shift:] = 0.01, 0.01
    return p, q
