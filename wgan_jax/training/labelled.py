"""Samples with their classes, as a conditional game reads them.

Labels travel beside samples: in the training set on the device, in the batch of a step
and in the batch of an update. Where there are none, samples are a plain array and no
program has an operation more.
"""

from typing import Any, NamedTuple

import jax
import numpy as np
from jax import lax

from wgan_jax.errors import UserError
from wgan_jax.networks.interface import num_classes_of
from wgan_jax.training.recipe import Recipe


class Labelled(NamedTuple):
    """Samples with their classes.

    Attributes:
        samples: [..., *sample_shape], uint8 images or floats.
        labels: from 0 to the networks' num_classes - 1, int32 [...]. A step reads no
            values before it runs: others are of no class at all, and nothing says so.
    """

    samples: jax.Array | np.ndarray
    labels: jax.Array | np.ndarray


def classes_of(recipe: Recipe) -> int | None:
    """The classes that a game is conditional on; None where it is not."""
    return num_classes_of(recipe.generator)


def take(arrays: Any, index: jax.Array | int) -> Any:
    """Takes one entry along the first axis of every array; None stays None."""
    return jax.tree.map(
        lambda array: lax.dynamic_index_in_dim(array, index, keepdims=False), arrays
    )


def unpack(recipe: Recipe, batch: Any) -> tuple[Any, Any]:
    """Separates the samples of a batch from their labels.

    Args:
        recipe: the parts of the game.
        batch: as a step was given it.

    Returns:
        Samples [n, B, ...] and labels [n, B]; None for labels without classes.

    Raises:
        UserError: labels that are missing, not wanted, or of another type or shape.
    """
    classes = classes_of(recipe)
    if classes is None:
        if isinstance(batch, Labelled):
            raise UserError(
                "the batch has labels, but the networks of this recipe declare no "
                "num_classes: give the samples alone."
            )
        return batch, None
    wanted = f"this game is conditional on {classes} classes: give Labelled(samples "
    wanted += "[n_critic, B, ...], labels [n_critic, B] of int32)."
    if not isinstance(batch, Labelled):
        raise UserError(f"the batch has no labels, but {wanted}")
    samples, labels = batch
    shape, kind = getattr(labels, "shape", None), getattr(labels, "dtype", None)
    if kind != np.int32 or shape != getattr(samples, "shape", ())[:2]:
        raise UserError(f"the batch has labels {kind} {shape}, but {wanted}")
    return samples, labels
