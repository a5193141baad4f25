"""Whether the parts of a game fit together: found at the border, said in one line.

Shapes and statistics are checked wherever a state is initialised, for named and own
parts alike; promises that only numbers can break (a critic that is piecewise linear,
one that scores each sample alone) are tried on a small random batch. This module knows
recipes and shapes of samples; it knows no data, no device and no file.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.constraints.registry import batch_norm_problem
from wgan_jax.errors import UserError
from wgan_jax.networks.interface import Encoder, has_axis_name
from wgan_jax.training.recipe import Recipe

BATCH = 3  # of checks; no axis of a sample is likely to have this length


class FirstPass(NamedTuple):
    """What both networks return when they are initialised.

    Attributes:
        samples: the generator's output for B latents, wanted as [B, *sample_shape].
        generator: its variables.
        scores: the critic's output for B samples, wanted as [B].
        critic: its variables.
    """

    samples: Any
    generator: Mapping[str, Any]
    scores: Any
    critic: Mapping[str, Any]


def first_pass(
    recipe: Recipe,
    generator_key: jax.Array,
    critic_key: jax.Array,
    sample_shape: tuple[int, ...],
    batch: int = 2,
) -> FirstPass:
    """Initialises both networks on a batch of zeros and keeps what they return."""
    latents = jnp.zeros((batch, recipe.latent_dim))
    zeros = jnp.zeros((batch, *sample_shape))
    samples, generator = recipe.generator.init_with_output(
        generator_key, latents, train=True
    )
    scores, critic = recipe.critic.init_with_output(critic_key, zeros, train=True)
    return FirstPass(samples, generator, scores, critic)


def check_first_pass(
    recipe: Recipe, sample_shape: tuple[int, ...], made: FirstPass, batch: int = 2
) -> None:
    """Refuses parts whose outputs or statistics do not fit.

    Args:
        recipe: the parts of the game.
        sample_shape: shape of one sample, (H, W, C) or (d,).
        made: what `first_pass` returned; tracers and shapes will do.
        batch: how many latents and samples went in.

    Raises:
        UserError: naming the part, the shape seen and the shape wanted.
    """
    generator, critic = map(_name, (recipe.generator, recipe.critic))
    wanted = (batch, *sample_shape)
    if (seen := _floats(made.samples)) != wanted:
        sizes = ", ".join(map(str, sample_shape))
        raise UserError(
            f"generator {generator} maps {batch} latents to {seen}, but the data want "
            f"floats of shape {wanted}: return [B, {sizes}]."
        )
    if (seen := _floats(made.scores)) != (batch,):
        raise UserError(
            f"critic {critic} maps {batch} samples to {seen}, but wanted is one float "
            f"score a sample, shape ({batch},): return [B], for example with [:, 0]."
        )
    if recipe.pulling_away and not isinstance(recipe.critic, Encoder):
        raise UserError(
            f"pulling_away is {recipe.pulling_away}, but critic {critic} has no method "
            "encode(samples, train) -> [B, E]. Add one, or set pulling_away to 0."
        )
    problem = batch_norm_problem(recipe.constraint)
    if made.critic.get("batch_stats") and problem:
        raise UserError(
            f"critic {critic} keeps batch statistics and cannot go with constraint "
            f"{recipe.constraint.name!r}: {problem}. Leave the critic's batch norm out."
        )


def check_recipe(
    recipe: Recipe, sample_shape: tuple[int, ...], devices: int = 1
) -> None:
    """Refuses a recipe whose parts do not fit, before it is trained.

    `train` calls it; call it yourself before `make_train_step`. Shapes and statistics
    are checked for every recipe. Promises that only numbers can break are tried on a
    small random batch with the parameters shaken, unless the critic is one of this
    package's, which the test suite tries.

    Args:
        recipe: the parts of the game.
        sample_shape: shape of one sample, (H, W, C) or (d,).
        devices: how many will share a batch.

    Raises:
        UserError: naming the part, what it does and what is wanted.
    """
    key = jax.random.key(0)
    first = jax.eval_shape(
        lambda key: first_pass(recipe, key, key, sample_shape, BATCH), key
    )
    check_first_pass(recipe, sample_shape, first, BATCH)
    _check_device_axis(recipe, first, devices)
    if not type(recipe.critic).__module__.startswith("wgan_jax.networks."):
        check_promises(recipe, sample_shape)


def _check_device_axis(recipe: Recipe, made: FirstPass, devices: int) -> None:
    networks = {
        "generator": (recipe.generator, made.generator),
        "critic": (recipe.critic, made.critic),
    }
    for role, (module, variables) in networks.items():
        if devices > 1 and "batch_stats" in variables and not has_axis_name(module):
            raise UserError(
                f"{role} {_name(module)} has batch norm and no field `axis_name`, so "
                f"that each of {devices} devices would use statistics of its own. Add "
                "`axis_name: str | None = None` to the module and hand it to "
                "nn.BatchNorm(axis_name=self.axis_name), or use --devices 1."
            )


def check_promises(recipe: Recipe, sample_shape: tuple[int, ...]) -> None:
    """Tries on a random batch what a critic promises and its constraint builds on.

    Args:
        recipe: the parts of the game.
        sample_shape: shape of one sample, (H, W, C) or (d,).

    Raises:
        UserError: naming the critic, the promise and by how much it is missed.
    """
    critic, constraint = recipe.critic, recipe.constraint
    init_key, shake_key, point_key = jax.random.split(jax.random.key(0), 3)
    points = jax.random.normal(point_key, (BATCH, *sample_shape))
    variables = jax.jit(lambda key: critic.init(key, points, train=True))(init_key)
    stats = variables.get("batch_stats", {})
    # Biases start at 0, where a promise about them cannot be seen to be broken.
    params = _shake(variables["params"], shake_key)

    def apply(params: Any, samples: jax.Array) -> jax.Array:
        given = {"params": params, "batch_stats": stats}
        return critic.apply(given, samples, train=True, mutable=["batch_stats"])[0]

    if constraint.per_sample or getattr(critic, "scores_alone", False):
        _check_alone(recipe, apply, params, points)
    if problem := constraint.broken_promise(apply, params, points):
        raise UserError(f"critic {_name(critic)} breaks a promise: {problem}.")


def _shake(params: Any, key: jax.Array) -> Any:
    leaves, structure = jax.tree.flatten(params)
    keys = jax.random.split(key, len(leaves))
    shaken = [
        leaf + 0.1 * jax.random.normal(k, leaf.shape, leaf.dtype)
        for leaf, k in zip(leaves, keys, strict=True)
    ]
    return jax.tree.unflatten(structure, shaken)


def _check_alone(recipe: Recipe, apply: Any, params: Any, points: jax.Array) -> None:
    """Refuses a critic whose score of a sample moves with the rest of the batch."""
    together = jax.jit(apply)(params, points)
    alone = jnp.concatenate([apply(params, point[None]) for point in points])
    scale = jnp.maximum(jnp.max(jnp.abs(together)), 1e-12)
    gap = float(jnp.max(jnp.abs(together - alone)) / scale)
    if gap > 1e-3:  # float32 round-off stays below 1e-5
        why = f"constraint {recipe.constraint.name!r} takes gradients sample by sample"
        if not recipe.constraint.per_sample:
            why = "its `scores_alone` promises that it does not"
        raise UserError(
            f"critic {_name(recipe.critic)} scores a sample by the rest of its batch: "
            f"alone it gets another score, by {gap:.0%}, and {why}. Use a critic that "
            "scores each sample by itself, or another constraint."
        )


def _floats(output: Any) -> Any:
    """The shape of a floating-point array; words for anything else."""
    if not hasattr(output, "shape"):
        return f"a {type(output).__name__}"
    if not jnp.issubdtype(output.dtype, jnp.floating):
        return f"{output.dtype} of shape {tuple(output.shape)}"
    return tuple(output.shape)


def _name(module: nn.Module) -> str:
    return type(module).__qualname__
