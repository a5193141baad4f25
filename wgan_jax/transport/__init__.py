"""Optimal transport where it can be solved exactly: matchings, the line, histograms.

This package sees arrays only. Everything is computed in float64 on the host, because
its results are what trained critics are measured against. Its names are imported when
they are first used.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.transport.divergences import (
        jensen_shannon,
        kullback_leibler,
        total_variation,
    )
    from wgan_jax.transport.line import wasserstein1_1d
    from wgan_jax.transport.matching import assignment
    from wgan_jax.transport.plan import Plan, c_transform, optimal_plan

__all__ = [
    "Plan",
    "assignment",
    "c_transform",
    "jensen_shannon",
    "kullback_leibler",
    "optimal_plan",
    "total_variation",
    "wasserstein1_1d",
]

# Module -> its public names; the imports above are for type checkers.
_MODULES = {
    "divergences": ("jensen_shannon", "kullback_leibler", "total_variation"),
    "line": ("wasserstein1_1d",),
    "matching": ("assignment",),
    "plan": ("Plan", "c_transform", "optimal_plan"),
}

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
