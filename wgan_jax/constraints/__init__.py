"""How the critic is kept Lipschitz: one paper a file, all behind one interface.

A constraint is data, a NamedTuple of pure functions with do-nothing defaults, so that a
new one is a call and not a subclass. This room sees critics as pure functions and
parameters as pytrees; it knows no objective, no optimiser state and no dataset.
"""

from wgan_jax.constraints.clipping import clip_weights, clipping
from wgan_jax.constraints.interface import Apply, Constraint, Params, unconstrained
from wgan_jax.constraints.normalization import (
    gradient_normalize,
    gradient_normalize_frozen,
    normalization,
)
from wgan_jax.constraints.penalty import (
    gradient_penalty,
    gradient_penalty_at,
    input_gradient_norms,
    interpolate,
    penalty,
)
from wgan_jax.constraints.spectral import spectral, spectral_normalize

__all__ = [
    "Apply",
    "Constraint",
    "Params",
    "clip_weights",
    "clipping",
    "gradient_normalize",
    "gradient_normalize_frozen",
    "gradient_penalty",
    "gradient_penalty_at",
    "input_gradient_norms",
    "interpolate",
    "normalization",
    "penalty",
    "spectral",
    "spectral_normalize",
    "unconstrained",
]
