"""Where clipped weights lie (part of `clipping`).

Source: Gulrajani et al. 2017, arXiv 1704.00028, section 3.1 and figure 1b.
"""

from typing import Any

import jax
import numpy as np

from experiments.theory.claims import Claim, at_least, near
from experiments.theory.lab import rounded

GU = "Gulrajani et al. 2017, fig. 1b"


def at_bound(params: Any, limit: float) -> float:
    """The share of parameters within 1 % of +limit or -limit, in [0, 1]."""
    return float((np.abs(_flat(params)) >= 0.99 * limit).mean())


def _flat(params: Any) -> np.ndarray:
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(params)])


def histogram(params: Any, limit: float) -> list[float]:
    """Shares of the parameters in 40 equal bins of [-limit, limit].

    Args:
        params: a tree of arrays inside of these bounds.
        limit: > 0.
    """
    # A clipped weight may lie one ulp of the update outside of the float64 limit.
    inside = np.clip(_flat(params), -limit, limit)
    counts, _ = np.histogram(inside, bins=40, range=(-limit, limit))
    return rounded(counts / counts.sum())


def weight_claims(limit: float, least: float, start: Any, end: Any) -> list[Claim]:
    """Where the weights are before and after training, and from another start.

    Args:
        limit: c.
        least: share at the bounds after training, at least.
        start: parameters from U(-c, c).
        end: the same after training.
    """
    name = "share of weights within 1 % of +-c"
    # A layer of 512 as PyTorch initialises it.
    wide = jax.random.uniform(jax.random.key(6), (512, 512), minval=-1) * 512**-0.5
    return [
        near(f"{name}, at the start U(-c, c)", at_bound(start, limit), 0.01, 0.004, GU),
        at_least(f"{name}, trained", at_bound(end, limit), least, GU),
        near(
            f"{name}, untrained layer of 512, default start",
            *(at_bound(wide, limit), 1 - 0.99 * limit * 512**0.5, 0.01, "derived"),
        ),
    ]
