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
from wgan_jax.constraints import (
    Constraint,
    clip_weights,
    clipping,
    normalization,
    penalty,
    spectral,
)
from wgan_jax.constraints.interface import leaf_name
from wgan_jax.objectives import wasserstein
from wgan_jax.training.optimizers import adam, rmsprop
from wgan_jax.transport.solvers import fit_cones, fit_sorted

BATCH = 1024
BUDGETS = ("reduced", "published")
_BOUND = 0.04  # theirs
_LOW = 16  # dimensions up to which `sorted` is deep

Scores = Callable[[jax.Array], jax.Array]  # points [N, d] -> [N]
Slopes = Callable[[jax.Array], jax.Array]  # points [N, d] -> [N, d]


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
    """

    fit: Callable[[Pair, jax.Array, int, int], Fitted]
    steps: dict[str, int]
    batch: int
    what: str


def kernels_only(params: Any) -> Any:
    """Marks the leaves that are weights and not biases: a tree of booleans."""
    return jax.tree_util.tree_map_with_path(
        lambda path, _: leaf_name(path).endswith("kernel"), params
    )


def published_clipping(bound: float = _BOUND) -> Constraint:
    """Weights, not biases, clamped after every update, and so before every forward."""
    return Constraint(
        "clipped kernels", projection=optax.masked(clip_weights(bound), kernels_only)
    )


def published_spectral(steps: int) -> Constraint:
    """Spectral normalisation whose sigma is a constant in the derivative.

    So the published code has it (`Spectralnorm` in its src/models.py reads the kernel's
    `.data` for sigma): W / sigma without the term through sigma, which is what keeps an
    update from growing the largest singular value alone (Miyato et al. 2018, eq. 10).
    """
    ours = spectral(steps)

    def constrain(params: Any, state: Any) -> tuple[Any, Any]:
        _, new_state = ours.constrain_params(params, state)

        def divided(path: Any, leaf: jax.Array) -> jax.Array:
            name = leaf_name(path)
            # The state's sigma is cut off the derivative already.
            return leaf / new_state[name]["sigma"] if name in new_state else leaf

        return jax.tree_util.tree_map_with_path(divided, params), new_state

    return ours._replace(name="spectral, sigma constant", constrain_params=constrain)


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
    raw = trained.raw_scores if constraint.name == _NORMALIZED.name else None
    return Fitted(trained.scores, trained.slopes, raw)


def _trivial(pair: Pair, key: jax.Array, steps: int, batch: int) -> Fitted:
    # What a critic that has learnt the mean of P alone would say.
    centre = pair.near(key, steps * batch).mean(0)
    scores = functools.partial(_cone, centre)
    return Fitted(scores, lambda x: jax.grad(lambda x: scores(x).sum())(x))


def _cone(centre: jax.Array, points: jax.Array) -> jax.Array:
    squares = jax.numpy.square(points - centre[None]).sum(1)
    return -jax.numpy.sqrt(squares.clip(1e-12))


def _cones(pair: Pair, key: jax.Array, steps: int, batch: int) -> Fitted:
    found = fit_cones(pair.near, pair.far, key, steps=steps, batch=batch)
    return Fitted(found.scores, found.slopes)


def _sorted(pair: Pair, key: jax.Array, steps: int, batch: int) -> Fitted:
    dim = jax.eval_shape(lambda k: pair.near(k, 1), key).shape[-1]
    # Chosen on one drawn instance: depth and small groups pay in few dimensions,
    # larger groups in many.
    hidden, group = (5, 4) if dim <= _LOW else (3, 16)
    found = fit_sorted(
        pair.near,
        pair.far,
        key,
        hidden=hidden,
        group=group,
        steps=steps,
        batch=batch,
    )
    return Fitted(found.scores, found.slopes)


_NORMALIZED = normalization(piecewise_linear=True)
_ADAM = adam(2e-4, 0.0, 0.9)


def _trained(
    constraint: Constraint,
    reduced: int,
    published: int,
    what: str,
    *,
    optimizer: optax.GradientTransformation = _ADAM,
    bound: float | None = None,
) -> Row:
    fit = functools.partial(_critic, constraint, optimizer, bound=bound)
    return Row(fit, {"reduced": reduced, "published": published}, BATCH, what)


def _solver(fit: Any, steps: int, what: str, batch: int = BATCH) -> Row:
    return Row(fit, dict.fromkeys(BUDGETS, steps), batch, what)


ROWS: dict[str, Row] = {
    "trivial": _solver(_trivial, 16, "a cone at the mean of P"),
    "cones": _solver(_cones, 1000, "solver, 256 cones"),
    "sorted": _solver(
        _sorted,
        5000,
        "solver, orthonormal kernels, 5 layers of 128 units sorted by fours up to "
        "d = 16, 3 layers sorted by sixteens above",
        512,
    ),
    "clip": _trained(
        published_clipping(),
        5_000,
        5_000,
        "kernels in [-.04, .04], Adam, as published",
        bound=_BOUND,
    ),
    "wgan": _trained(
        clipping(0.01),
        5_000,
        5_000,
        "the package's: all weights in [-.01, .01], RMSProp 5e-5",
        optimizer=rmsprop(5e-5, 0.99),
    ),
    "sn-fixed": _trained(
        published_spectral(5),
        10_000,
        10_000,
        "kernels / sigma, 5 power iterations, sigma constant in the derivative, as "
        "published",
    ),
    "sn": _trained(
        spectral(5), 6_000, 10_000, "the package's: the derivative goes through sigma"
    ),
    "gp": _trained(penalty(10.0), 6_000, 60_000, "two-sided gradient penalty, 10"),
    "lp": _trained(
        penalty(10.0, one_sided=True), 6_000, 60_000, "one-sided gradient penalty, 10"
    ),
    "gn": _trained(_NORMALIZED, 6_000, 60_000, "gradient normalisation, f^"),
}
