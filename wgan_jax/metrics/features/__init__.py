"""Feature nets: images in, vectors out, for distances between sets of images.

Distances between features compare only under the same net. So each net has a title that
is printed beside its figures (`FD-mnist`, never "FID") and the sha256 of its weights.
Importing this package is light: JAX is imported when a net is built. It knows no
dataset, no generator and no metric.
"""

from wgan_jax.metrics.features.interface import FeatureNet, FeatureRow
from wgan_jax.metrics.features.registry import (
    FEATURES,
    default_features,
    load_features,
)

__all__ = [
    "FEATURES",
    "FeatureNet",
    "FeatureRow",
    "default_features",
    "load_features",
]
