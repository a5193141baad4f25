"""The precision of a run: filled in once its devices are known, and then kept."""

import dataclasses

from wgan_jax.config import Config
from wgan_jax.parallel import backend
from wgan_jax.training.recipe import Recipe


def choose_precision(
    config: Config, recipe: Recipe, sample_shape: tuple[int, ...]
) -> tuple[Config, Recipe]:
    """Fills in a run's precision, and has its programs traced with it.

    Args:
        config: the run; one that is resumed names the precision that it began with.
        recipe: its parts; one of the user's own may name a precision too.
        sample_shape: (H, W, C) of an image, (d,) of a point.

    Returns:
        The config with a precision, and the recipe that its steps are made of here.
    """
    default = recipe.precision or backend.default_precision(sample_shape)
    precision = config.precision or default
    return dataclasses.replace(config, precision=precision), recipe._replace(
        precision=backend.traced_precision(precision)
    )
