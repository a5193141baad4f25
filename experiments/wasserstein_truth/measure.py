"""What is measured of a fitted critic, on samples of the optimal plan.

Paired samples (x, y) of the plan: for a 1-Lipschitz f, f(x) - f(y) <= |x - y| sample by
sample, so that value and W1 share most of their noise. Its metrics are those of Korotin
et al. 2022, section 5: cos = E cos(grad f(x), -v), L2 = E |grad f(x) + v|^2, and the
value E f(x) - E f(y), which for an optimal critic are 1, 0 and W1.
"""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np

from experiments.wasserstein_truth.families import Pair
from experiments.wasserstein_truth.rays import Moved, lengths
from experiments.wasserstein_truth.rows import Fitted

SAMPLES = 16_384


def measure(
    pair: Pair, fitted: Fitted, key: jax.Array, samples: int = SAMPLES
) -> dict[str, float]:
    """Measures a critic.

    Args:
        pair: the distributions.
        fitted: the critic.
        key: a PRNG key that it was not trained with.
        samples: of the plan.

    Returns:
        cos, l2, value with value_error, w1 with w1_error (0 where W1 is exact),
        excess_error (the standard error of value - W1), largest_slope; for gradient
        normalisation raw_l2 and raw_value of f over its mean gradient norm.
    """
    plan = jax.jit(pair.plan, static_argnums=1)(key, samples)
    gaps = _float64(fitted.scores(plan.x) - fitted.scores(plan.y))
    costs = _float64(lengths(plan.x - plan.y))
    slopes = fitted.slopes(plan.x)
    found = {
        "cos": float(cosines(slopes, plan.v).mean()),
        "l2": _l2(slopes, plan),
        "value": gaps.mean(),
        "value_error": _error(gaps),
        "w1": costs.mean() if pair.exact is None else pair.exact,
        "w1_error": _error(costs) if pair.exact is None else 0.0,
        "excess_error": _error(gaps - costs),
        "largest_slope": float(lengths(slopes).max()),
    }
    if fitted.raw is not None:
        found |= _raw(fitted.raw, plan)
    return {name: float(value) for name, value in found.items()}


def cosines(slopes: jax.Array, v: jax.Array) -> np.ndarray:
    """cos(slope, -v) of each sample, [N]; 0 where the slope is 0."""
    products = _float64(-(slopes * v).sum(1))
    return products / np.maximum(_float64(lengths(slopes)), 1e-12)


def _raw(raw, plan: Moved) -> dict[str, float]:
    """Divides f by its mean gradient norm: comparable with a distance."""
    slopes = jax.grad(lambda x: raw(x).sum())(plan.x)
    norm = lengths(slopes).mean()
    return {
        "raw_l2": _l2(slopes / norm, plan),
        "raw_value": float((raw(plan.x) - raw(plan.y)).mean() / norm),
    }


def _l2(slopes: jax.Array, plan: Moved) -> float:
    return float(jnp.square(slopes + plan.v).sum(1).mean())


def _error(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / math.sqrt(len(values)))


_float64 = functools.partial(np.asarray, dtype=np.float64)
