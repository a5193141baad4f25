"""Samples as the critic sees them: as they are, or changed by an augmentation.

In both updates, real and generated ones, by draws for the global batch.
"""

from typing import Any

import jax

from wgan_jax.constraints import Noise
from wgan_jax.training.recipe import Recipe

# Far from the numbers by which penalties fold the noise of an update.
REAL, FAKE = 0xA06A, 0xA06B


def augmented(
    recipe: Recipe, real: Any, fake: jax.Array, noise: Noise
) -> tuple[Any, jax.Array]:
    """Changes samples as the recipe's augmentation does, each side by its own draws.

    Args:
        recipe: the parts of the game.
        real: floats, [B, ...]; None where the update has none.
        fake: floats, [B, ...].
        noise: of the update.

    Returns:
        Both, of the same shapes; the very ones without an augmentation.
    """
    if recipe.augment is None:
        return real, fake
    if real is not None:
        real = recipe.augment(real, noise.fold(REAL))
    return real, recipe.augment(fake, noise.fold(FAKE))
