"""The registry of the constraints: one row each, with its options and metrics.

A new constraint is one function in a file of its own plus one row here; command line,
presets, checkpoints and the contract tests follow from the row. This file must stay
free of JAX: it is read while the command line is parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wgan_jax.constraints.row import Build, ConstraintRow, Values
from wgan_jax.options import Option

if TYPE_CHECKING:
    from flax import linen as nn

    from wgan_jax.constraints.interface import Constraint


# Each builder imports when it is called: the command line reads the rows for --help and
# importing JAX takes .9 s.
def _unconstrained(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.interface import unconstrained

    return unconstrained()


def _clipping(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.weight_clipping import clipping

    return clipping(values["clip_limit"])


def _penalty(function: str, *options: str, **fixed: Any) -> Build:
    """A builder that hands options to a function of the package, by their names."""

    def build(values: Values, critic: nn.Module) -> Constraint:
        from wgan_jax import constraints

        weights = (values[name] for name in options)
        constraint = getattr(constraints, function)(*weights, **fixed)
        return constraints.lazy_penalty(constraint, int(values["penalty_every"]))

    return build


def _spectral(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.spectral_normalization import spectral

    return spectral()


def _normalization(values: Values, critic: nn.Module) -> Constraint:
    from wgan_jax.constraints.gradient_normalization import normalization

    # A critic that promises nothing takes the general form, which is right for any.
    piecewise_linear = getattr(critic, "piecewise_linear", False)
    return normalization(piecewise_linear=piecewise_linear)


_WEIGHT = Option(
    *("penalty_weight", 10.0, "weight of the gradient penalty"),
    above=0,
    source="Gulrajani et al. 2017",
)
_EVERY = Option(
    *("penalty_every", 1, "take the penalty on each k-th critic update, k times"),
    at_least=1,
    below=2**16,
)
_GAMMA = Option(
    *("gamma", 10.0, "twice the weight of R1 and R2"),
    above=0,
    source="Mescheder et al. 2018",
)
_PERTURBED = (
    Option(
        *("perturbed_weight", 10.0, "weight of the penalty around real samples"),
        above=0,
        source="Kodali et al. 2017, DRAGAN.ipynb",
    ),
    Option(
        *("perturbed_scale", 0.5, "largest perturbation, in deviations of the batch"),
        above=0,
        source="Kodali et al. 2017, DRAGAN.ipynb",
    ),
)
_DIVERGENCE = (
    Option(
        *("divergence_weight", 2.0, "k, weight of the powers of gradient norms"),
        above=0,
        source="Wu et al. 2018",
    ),
    Option(
        *("divergence_power", 6.0, "p, the power of the gradient norm"),
        above=1,
        source="Wu et al. 2018",
    ),
)
_LIMIT = Option(
    *("clip_limit", 0.01, "bound of clipped weights"),
    above=0,
    source="Arjovsky et al. 2017",
)
# Exact for two parallel lines at distance W, where the critic's slope is the same
# everywhere: it maximises n W - weight (n - 1)^2 at n = 1 + W / (2 weight).
_PENALISED = (
    "not W1 but above it: at distance W of two parallel lines it is "
    "W + W^2 / (2 x {penalty_weight}), which the report's corrected line inverts"
)
_PENALTY_METRICS = {
    "gradient_penalty": "the penalty without its weight",
    "gradient_norm": "the mean norm; settles near 1 where the weight is large",
}

_R1 = "E |grad D|^2 on real samples, without gamma / 2"
_R2 = "E |grad D|^2 on generated samples, without gamma / 2"
_FLAT = "no distance: the slope is pulled to 0 and bounded by nothing"

CONSTRAINTS = {
    row.name: row
    for row in (
        ConstraintRow(
            "none",
            _unconstrained,
            estimate="no distance: nothing bounds the critic's slope",
        ),
        ConstraintRow(
            "clipping",
            _clipping,
            options=(_LIMIT,),
            metrics={
                "clipped_fraction": "weights at the bound; near 1 the critic has "
                "collapsed to the simplest functions"
            },
            estimate="W1 times a factor that nobody knows: its course can be read, its "
            "size cannot",
        ),
        ConstraintRow(
            "penalty",
            _penalty("penalty", "penalty_weight"),
            options=(_WEIGHT, _EVERY),
            metrics=_PENALTY_METRICS,
            estimate=_PENALISED,
            law_weight="penalty_weight",
            per_sample=True,
        ),
        ConstraintRow(
            "one_sided_penalty",
            _penalty("penalty", "penalty_weight", one_sided=True),
            options=(_WEIGHT, _EVERY),
            metrics=_PENALTY_METRICS,
            estimate=_PENALISED,
            law_weight="penalty_weight",
            per_sample=True,
        ),
        ConstraintRow(
            "r1",
            _penalty("r1", "gamma"),
            options=(_GAMMA, _EVERY),
            metrics={"r1_penalty": _R1},
            estimate=_FLAT,
            per_sample=True,
        ),
        ConstraintRow(
            "r2",
            _penalty("r2", "gamma"),
            options=(_GAMMA, _EVERY),
            metrics={"r2_penalty": _R2},
            estimate=_FLAT,
            per_sample=True,
        ),
        ConstraintRow(
            "r1_r2",
            _penalty("r1_r2", "gamma"),
            options=(_GAMMA, _EVERY),
            metrics={"r1_penalty": _R1, "r2_penalty": _R2},
            estimate=_FLAT,
            per_sample=True,
        ),
        ConstraintRow(
            "perturbed_penalty",
            _penalty("perturbed_penalty", *(o.name for o in _PERTURBED)),
            options=(*_PERTURBED, _EVERY),
            metrics=_PENALTY_METRICS,
            estimate="no distance: the slope is held near 1 around real samples alone",
            per_sample=True,
        ),
        ConstraintRow(
            "divergence",
            _penalty("divergence", *(o.name for o in _DIVERGENCE)),
            options=(*_DIVERGENCE, _EVERY),
            metrics={
                "divergence_penalty": "E |grad D|^p, without its weight",
                "gradient_norm": "the mean norm; it has no target",
            },
            estimate="not W1: the difference of scores at the optimum of the "
            "Wasserstein divergence, whose critic is not Lipschitz with constant 1",
            per_sample=True,
        ),
        ConstraintRow(
            "spectral",
            _spectral,
            metrics={"largest_spectral_norm": "before division"},
            estimate="not W1: the critic's slope is bounded layer by layer, and the "
            "whole is far less steep than 1",
            per_layer=True,
        ),
        ConstraintRow(
            "normalization",
            _normalization,
            metrics={
                "score_magnitude": "mean |D^|; near 1 the generator receives little "
                "gradient"
            },
            estimate="bounded, not W1: scores lie in [-1, 1], so it is at most 2",
            per_sample=True,
            bounded_scores=True,
        ),
    )
}
