"""Whether a critic keeps what its constraint builds on, tried with numbers.

A critic may promise to be piecewise linear, or to score each sample alone.
"""

from typing import Any

import jax
import jax.numpy as jnp

from wgan_jax.constraints.interface import keeps_promises
from wgan_jax.errors import UserError
from wgan_jax.networks.interface import scores_alone
from wgan_jax.training.guards import class_name
from wgan_jax.training.probe import Probe, make_probe
from wgan_jax.training.recipe import Recipe


def check_promises(
    recipe: Recipe, sample_shape: tuple[int, ...], probe: Probe | None = None
) -> None:
    """Tries on a random batch what a critic promises and its constraint builds on.

    Args:
        recipe: the parts of the game.
        sample_shape: shape of one sample, (H, W, C) or (d,).
        probe: of the critic, where it is at hand.

    Raises:
        UserError: naming the critic, the promise and by how much it is missed.
    """
    critic, constraint = recipe.critic, recipe.constraint
    # A mask for each sample would break any promise; what it masks is what promised.
    apply, params, points, draws = probe or make_probe(critic, sample_shape)
    if draws and constraint.broken_promise is not keeps_promises:
        raise UserError(
            f"critic {class_name(critic)} draws random numbers in training, and under "
            f"constraint {constraint.name!r} as it was made all samples of a batch "
            "would share them: leave piecewise_linear=True out."
        )
    # Where nobody relies on it, a critic may look at its batch as it likes.
    if constraint.per_sample or scores_alone(critic):
        _check_alone(recipe, apply, params, points)
    if problem := constraint.broken_promise(apply, params, points):
        raise UserError(f"critic {class_name(critic)} breaks a promise: {problem}.")


def _check_alone(recipe: Recipe, apply: Any, params: Any, points: jax.Array) -> None:
    """Refuses a critic whose score of a sample moves with the rest of the batch."""
    score = jax.jit(apply)
    together = score(params, points)
    alone = jnp.concatenate([score(params, point[None]) for point in points])
    scale = jnp.maximum(jnp.max(jnp.abs(together)), 1e-12)
    gap = float(jnp.max(jnp.abs(together - alone)) / scale)
    if gap > 1e-3:  # float32 round-off stays below 1e-5
        why = f"constraint {recipe.constraint.name!r} takes gradients sample by sample"
        if not recipe.constraint.per_sample:
            why = "its `scores_alone` promises that it does not"
        raise UserError(
            f"critic {class_name(recipe.critic)} scores a sample by the rest of its "
            f"batch: alone it gets another score, by {gap:.1%}, and {why}. Use a "
            "critic that scores each sample by itself, or another constraint."
        )
