"""How good samples are, as numbers: pure functions of arrays.

This package sees arrays, and for the Lipschitz probes a critic as a pure function. It
knows no network, no training and no file. Every function refuses numbers that are not
finite. Its names are imported when they are first used.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.metrics.modes import mode_coverage
    from wgan_jax.metrics.wasserstein import exact_wasserstein1, sliced_wasserstein1

__all__ = ["exact_wasserstein1", "mode_coverage", "sliced_wasserstein1"]

# Module -> its public names; the imports above are for type checkers.
_MODULES = {
    "modes": ("mode_coverage",),
    "wasserstein": ("exact_wasserstein1", "sliced_wasserstein1"),
}

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
