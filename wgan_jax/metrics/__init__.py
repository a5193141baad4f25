"""How good samples are, as numbers: pure functions of arrays.

This package sees arrays, and for the Lipschitz probes a critic as a pure function. It
knows no network, no training and no file. Every function refuses numbers that are not
finite. Its names are imported when they are first used.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.metrics.bootstrap import bootstrap_interval, subsample_interval
    from wgan_jax.metrics.classes import class_spread
    from wgan_jax.metrics.confidence import Interval
    from wgan_jax.metrics.frechet import frechet_distance, frechet_distance_interval
    from wgan_jax.metrics.kernel import kernel_distance, kernel_distance_interval
    from wgan_jax.metrics.lipschitz import (
        GradientNorms,
        LargestRatios,
        gradient_norms,
        largest_ratios,
    )
    from wgan_jax.metrics.modes import mode_coverage
    from wgan_jax.metrics.neighbors import authenticity, data_copying, nearest_neighbors
    from wgan_jax.metrics.penalised import corrected_wasserstein1
    from wgan_jax.metrics.precision_recall import prdc
    from wgan_jax.metrics.stacked_mnist import mode_shares, stacked_mnist_modes
    from wgan_jax.metrics.wasserstein import exact_wasserstein1, sliced_wasserstein1

__all__ = [
    "GradientNorms",
    "Interval",
    "LargestRatios",
    "authenticity",
    "bootstrap_interval",
    "class_spread",
    "corrected_wasserstein1",
    "data_copying",
    "exact_wasserstein1",
    "frechet_distance",
    "frechet_distance_interval",
    "gradient_norms",
    "kernel_distance",
    "kernel_distance_interval",
    "largest_ratios",
    "mode_coverage",
    "mode_shares",
    "nearest_neighbors",
    "prdc",
    "sliced_wasserstein1",
    "stacked_mnist_modes",
    "subsample_interval",
]

# Module -> its public names; the imports above are for type checkers.
_MODULES = {
    "bootstrap": ("bootstrap_interval", "subsample_interval"),
    "classes": ("class_spread",),
    "confidence": ("Interval",),
    "frechet": ("frechet_distance", "frechet_distance_interval"),
    "kernel": ("kernel_distance", "kernel_distance_interval"),
    "lipschitz": ("GradientNorms", "LargestRatios", "gradient_norms", "largest_ratios"),
    "modes": ("mode_coverage",),
    "neighbors": ("authenticity", "data_copying", "nearest_neighbors"),
    "penalised": ("corrected_wasserstein1",),
    "precision_recall": ("prdc",),
    "stacked_mnist": ("mode_shares", "stacked_mnist_modes"),
    "wasserstein": ("exact_wasserstein1", "sliced_wasserstein1"),
}

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
