"""Solvers of the dual of W1: lower bounds from samples, certified by construction.

Kantorovich and Rubinstein: W1(P, Q) = max over 1-Lipschitz f of E_P f - E_Q f. Both
families here hold 1-Lipschitz functions only, at every step of the fit, so that no
penalty is needed and the value of a fitted potential never exceeds W1 but by the error
of the samples it is measured on. Distributions are given as samplers, pure functions
(key, how many) -> [count, d]. The names are imported when they are first used.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.transport.solvers.cones import fit_cones
    from wgan_jax.transport.solvers.potential import Potential, Sampler, Value
    from wgan_jax.transport.solvers.sorting import fit_sorted

__all__ = ["Potential", "Sampler", "Value", "fit_cones", "fit_sorted"]

# Module -> its public names; the imports above are for type checkers.
_MODULES = {
    "cones": ("fit_cones",),
    "potential": ("Potential", "Sampler", "Value"),
    "sorting": ("fit_sorted",),
}

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
