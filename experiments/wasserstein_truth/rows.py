"""The rows of the table: critics as published, the package's own, two solvers.

Critics are d-h-h-1 ReLU networks, h = max(2 d, 128), trained by the package's own
updates on 1,024 fresh samples of each side a step, at rate 2e-4 without decay, Adam
with betas (0, .9) (Korotin, Kolesov & Burnaev 2022, arXiv 2206.07767, and their code).
The `published` budget has their numbers of steps, the `reduced` one fits 28 cells into
a night on one thread. The solvers have one budget of their own.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import optax

from experiments.critics import DenseCritic, critic_recipe, init_critic, train_critic
from experiments.wasserstein_truth.families import Pair
from experiments.wasserstein_truth.published_constraints import (
    BOUND,
    kernels_only,
    published_clipping,
    published_spectral,
)
from wgan_jax.constraints import (
    Constraint,
    clipping,
    normalization,
    penalty,
    spectral,
)
from wgan_jax.objectives import wasserstein
from wgan_jax.training.optimizers import adam, rmsprop
from wgan_jax.transport.solvers import fit_cones, fit_sorted

BATCH = 1024
BUDGETS = ("reduced", "published")

Scores = Callable[[jax.Array], jax.Array]  # points [N, d] -> [N]
Slopes = Callable[[jax.Array], jax.Array]  # points [N, d] -> [N, d]
Settings = dict[str, Any]


class Fitted(NamedTuple):
    """A critic as the table measures it.

    Attributes:
        scores: f.
        slopes: its gradients by the points.
        raw: for gradient normalisation the network inside; None elsewhere.
    """

    scores: Scores
    slopes: Slopes
    raw: Scores | None = None


class Row(NamedTuple):
    """A row.

    Attributes:
        fit: (pair, key, steps, batch) -> the critic.
        steps: budget -> steps.
        batch: samples of each side in a step.
        what: what it is, for the table.
        settings: the other numbers that decide its results, JSON-able; they are kept
            with each result.
    """

    fit: Callable[[Pair, jax.Array, int, int], Fitted]
    steps: dict[str, int]
    batch: int
    what: str
    settings: Settings


def _critic(
    constraint: Constraint,
    optimizer: optax.GradientTransformation,
    pair: Pair,
    key: jax.Array,
    steps: int,
    batch: int,
    *,
    bound: float | None = None,
) -> Fitted:
    dim = jax.eval_shape(lambda k: pair.near(k, 1), key).shape[-1]
    hidden = max(2 * dim, 128)
    critic = DenseCritic((hidden, hidden))
    recipe = critic_recipe(critic, wasserstein(), constraint, optimizer)
    start_key, run_key = jax.random.split(key)
    start = init_critic(recipe, start_key, dim)
    if bound is not None:
        # Published: clamped before the first forward too.
        params = jax.tree.map(
            lambda leaf, kernel: leaf.clip(-bound, bound) if kernel else leaf,
            start.critic.params,
            kernels_only(start.critic.params),
        )
        start = init_critic(recipe, start_key, dim, params)
    trained = train_critic(
        recipe, pair.near, pair.far, run_key, steps=steps, batch=batch, start=start
    )
    raw = trained.raw_scores if constraint.name == _NORMALIZED else None
    return Fitted(trained.scores, trained.slopes, raw)


def _trivial(pair: Pair, key: jax.Array, steps: int, batch: int) -> Fitted:
    # What a critic that has learnt the mean of P alone would say.
    centre = pair.near(key, steps * batch).mean(0)
    scores = functools.partial(_cone, centre)
    return Fitted(scores, lambda x: jax.grad(lambda x: scores(x).sum())(x))


def _cone(centre: jax.Array, points: jax.Array) -> jax.Array:
    squares = jax.numpy.square(points - centre[None]).sum(1)
    return -jax.numpy.sqrt(squares.clip(1e-12))


def _cones(pair: Pair, key: jax.Array, steps: int, batch: int, *, cones: int) -> Fitted:
    found = fit_cones(pair.near, pair.far, key, cones=cones, steps=steps, batch=batch)
    return Fitted(found.scores, found.slopes)


def _sorted(
    pair: Pair,
    key: jax.Array,
    steps: int,
    batch: int,
    *,
    low: int,
    few: dict[str, int],
    many: dict[str, int],
) -> Fitted:
    dim = jax.eval_shape(lambda k: pair.near(k, 1), key).shape[-1]
    found = fit_sorted(
        pair.near,
        pair.far,
        key,
        **(few if dim <= low else many),
        steps=steps,
        batch=batch,
    )
    return Fitted(found.scores, found.slopes)


_NORMALIZED = normalization(piecewise_linear=True).name
_ADAM = {"adam": [2e-4, 0.0, 0.9]}
_OPTIMIZERS = {"adam": adam, "rmsprop": rmsprop}


def _trained(
    build: Callable[..., Constraint],
    reduced: int,
    published: int,
    what: str,
    *,
    optimizer: Settings = _ADAM,
    bound: float | None = None,
    **options: Any,
) -> Row:
    ((name, numbers),) = optimizer.items()
    fit = functools.partial(
        _critic, build(**options), _OPTIMIZERS[name](*numbers), bound=bound
    )
    steps = {"reduced": reduced, "published": published}
    started = {} if bound is None else {"started_within": bound}
    return Row(fit, steps, BATCH, what, {**optimizer, **options, **started})


def _solver(
    fit: Any, steps: int, what: str, batch: int = BATCH, **settings: Any
) -> Row:
    fit = functools.partial(fit, **settings)
    return Row(fit, dict.fromkeys(BUDGETS, steps), batch, what, settings)


ROWS: dict[str, Row] = {
    "trivial": _solver(_trivial, 16, "a cone at the mean of P"),
    "cones": _solver(_cones, 1000, "solver, 256 cones", cones=256),
    # Chosen on one drawn instance: depth and small groups pay in few dimensions, larger
    # groups in many.
    "sorted": _solver(
        _sorted,
        5000,
        "solver, orthonormal kernels, 5 layers of 128 units sorted by fours up to "
        "d = 16, 3 layers sorted by sixteens above",
        512,
        low=16,
        few={"hidden": 5, "group": 4},
        many={"hidden": 3, "group": 16},
    ),
    "clip": _trained(
        published_clipping,
        5_000,
        5_000,
        "kernels in [-.04, .04], Adam, as published",
        limit=BOUND,
        bound=BOUND,
    ),
    "wgan": _trained(
        clipping,
        5_000,
        5_000,
        "the package's: all weights in [-.01, .01], RMSProp 5e-5",
        optimizer={"rmsprop": [5e-5, 0.99]},
        limit=0.01,
    ),
    "sn-fixed": _trained(
        published_spectral,
        10_000,
        10_000,
        "kernels / sigma, 5 power iterations, sigma constant in the derivative, as "
        "published",
        steps=5,
    ),
    "sn": _trained(
        spectral,
        6_000,
        10_000,
        "the package's: the derivative goes through sigma",
        steps=5,
    ),
    "gp": _trained(
        penalty, 6_000, 60_000, "two-sided gradient penalty, 10", weight=10.0
    ),
    "lp": _trained(
        penalty,
        6_000,
        60_000,
        "one-sided gradient penalty, 10",
        weight=10.0,
        one_sided=True,
    ),
    "gn": _trained(
        normalization,
        6_000,
        60_000,
        "gradient normalisation, f^",
        piecewise_linear=True,
    ),
}
