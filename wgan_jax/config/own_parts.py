"""The config of a run whose parts are the user's own and not those of a registry.

Such a run is not a member of the family: what its recipe decides is taken from the
recipe, and the options that would describe parts are blank. This module knows configs
and plain values; `training.recipe` turns a recipe into those.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from wgan_jax.config.config import FIELDS, Config
from wgan_jax.config.precision import refuse_rounded_points
from wgan_jax.config.presets import default_batch_size
from wgan_jax.config.products import refuse_large_products
from wgan_jax.config.samples import SampleSpec, refuse_large_batch
from wgan_jax.errors import UserError

OWN_PARTS = "own-parts"  # recorded in place of a variant's name


def resolve_own_parts(
    config: Config, samples: SampleSpec, decided: Mapping[str, Any]
) -> Config:
    """Fills in the config of a run with a recipe of the user's own.

    Args:
        config: the run; what describes parts is not read.
        samples: shape and number of the training samples.
        decided: fields that the recipe decides, such as n_critic and latent_dim.

    Returns:
        The run, with a batch size; every other field that describes parts is blank.

    Raises:
        UserError: a batch larger than the data set, or numbers too large together.
    """
    # Otherwise config.json would record presets of a member that was never trained.
    blank = {
        name: None if field.optional else field.default
        for name, field in FIELDS.items()
        if field.in_recipe
    }
    batch_size = config.batch_size or default_batch_size(config.dataset, samples)
    refuse_large_batch(batch_size, config.dataset, samples.count)
    filled = {**blank, **decided, "variant": OWN_PARTS, "batch_size": batch_size}
    resolved = dataclasses.replace(config, **filled)
    refuse_rounded_points(resolved.precision, samples.shape)
    refuse_large_products(dataclasses.asdict(resolved))
    return resolved


def refuse_decided(given: Iterable[str]) -> None:
    """Refuses options that a recipe of the user's own overrides.

    Args:
        given: names of the fields that were given a value.

    Raises:
        UserError: naming them.
    """
    if names := [name for name in given if FIELDS[name].in_recipe]:
        raise UserError(
            f"{', '.join(names)} would have no effect: the recipe decides what the "
            "parts are. Leave it out of the config, or change the recipe."
        )
