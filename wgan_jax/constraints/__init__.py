"""How the critic is kept Lipschitz: one paper a file, all behind one interface.

A constraint is data, a NamedTuple of pure functions with do-nothing defaults, so that a
new one is a call and not a subclass. This package sees critics as pure functions and
parameters as pytrees; it knows no objective, no optimiser state and no dataset. Its
names are imported when they are first used.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.constraints.dragan import perturbed_penalty
    from wgan_jax.constraints.gradient_normalization import (
        gradient_normalize,
        gradient_normalize_frozen,
        normalization,
    )
    from wgan_jax.constraints.gradient_penalties import (
        gradient_penalty,
        gradient_penalty_at,
        input_gradient_norms,
        input_gradients,
        interpolate,
        penalty,
    )
    from wgan_jax.constraints.interface import (
        Apply,
        Constraint,
        Noise,
        Params,
        unconstrained,
    )
    from wgan_jax.constraints.lazy_regularization import lazy_penalty
    from wgan_jax.constraints.spectral_normalization import spectral, spectral_normalize
    from wgan_jax.constraints.wasserstein_divergence import divergence
    from wgan_jax.constraints.weight_clipping import clip_weights, clipping
    from wgan_jax.constraints.zero_centred import r1, r1_r2, r2

__all__ = [
    "Apply",
    "Constraint",
    "Noise",
    "Params",
    "clip_weights",
    "clipping",
    "divergence",
    "gradient_normalize",
    "gradient_normalize_frozen",
    "gradient_penalty",
    "gradient_penalty_at",
    "input_gradient_norms",
    "input_gradients",
    "interpolate",
    "lazy_penalty",
    "normalization",
    "penalty",
    "perturbed_penalty",
    "r1",
    "r1_r2",
    "r2",
    "spectral",
    "spectral_normalize",
    "unconstrained",
]

# Module -> its public names; the imports above are for type checkers.
_MODULES = {
    "interface": ("Apply", "Constraint", "Noise", "Params", "unconstrained"),
    "weight_clipping": ("clip_weights", "clipping"),
    "gradient_penalties": (
        "gradient_penalty",
        "gradient_penalty_at",
        "input_gradient_norms",
        "input_gradients",
        "interpolate",
        "penalty",
    ),
    "zero_centred": ("r1", "r1_r2", "r2"),
    "dragan": ("perturbed_penalty",),
    "wasserstein_divergence": ("divergence",),
    "lazy_regularization": ("lazy_penalty",),
    "spectral_normalization": ("spectral", "spectral_normalize"),
    "gradient_normalization": (
        "gradient_normalize",
        "gradient_normalize_frozen",
        "normalization",
    ),
}

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
