"""Differentiable augmentation of real and generated images, in both updates.

Zhao, Liu, Lin, Zhu & Han 2020, "Differentiable Augmentation for Data-Efficient GAN
Training", arXiv 2006.10738: the critic is shown T(x) and T(G(z)) alone, and the
generator's gradient goes through T, so that samples do not look augmented. Names are
imported when they are first used, so that the command line can check them without JAX.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.augmentation.registry import AUGMENTATIONS, check_augmentations
    from wgan_jax.augmentation.transforms import Augment, augmentation

__all__ = ["AUGMENTATIONS", "Augment", "augmentation", "check_augmentations"]

# Module -> its public names; the imports above are for type checkers.
_MODULES = {
    "registry": ("AUGMENTATIONS", "check_augmentations"),
    "transforms": ("Augment", "augmentation"),
}

__getattr__, __dir__ = lazy_names(__name__, _MODULES)
