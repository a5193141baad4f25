"""What both networks return when they are initialised, and whether it fits.

Checked wherever a state is initialised, for named and own parts alike, and at the cost
of no pass: shapes are known while the initialisation is traced.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.constraints.interface import leaf_name
from wgan_jax.constraints.row import batch_norm_problem
from wgan_jax.errors import UserError
from wgan_jax.networks.interface import Encoder, label_argument
from wgan_jax.training.guards import class_name, network_errors
from wgan_jax.training.labelled import classes_of
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.returned import describe

BATCH = 2


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
) -> FirstPass:
    """Initialises both networks on a batch of zeros and keeps what they return."""
    # Zeros: only shapes matter, and no parameter may depend on the samples.
    latents = jnp.zeros((BATCH, recipe.latent_dim), jnp.float32)
    zeros = jnp.zeros((BATCH, *sample_shape), jnp.float32)
    labels = None if classes_of(recipe) is None else jnp.zeros(BATCH, jnp.int32)
    samples, generator = _init(
        *("generator", recipe.generator, generator_key, latents, labels)
    )
    scores, critic = _init("critic", recipe.critic, critic_key, zeros, labels)
    return FirstPass(samples, generator, scores, critic)


def _init(
    role: str,
    module: nn.Module,
    key: jax.Array,
    inputs: jax.Array,
    labels: jax.Array | None,
) -> tuple[Any, Any]:
    """Initialises a network: what it returns, and its variables."""
    with network_errors(role, module, inputs):
        output, variables = module.init_with_output(
            key, inputs, train=True, **label_argument(labels)
        )
    # What is sown is read by nobody; anything else would have to be carried along.
    kinds = set(variables) - {"intermediates"}
    if "params" not in kinds or kinds - {"params", "batch_stats"}:
        held = ", ".join(sorted(kinds)) or "nothing"
        raise UserError(
            f"{role} {class_name(module)} holds {held}: it has to have parameters "
            "(params), and besides them may keep batch-norm statistics (batch_stats)."
        )
    for path, leaf in jax.tree_util.tree_leaves_with_path(variables["params"]):
        if not jnp.issubdtype(leaf.dtype, jnp.floating):
            raise UserError(
                f"{role} {class_name(module)} has the parameter {leaf_name(path)!r} of "
                f"type {leaf.dtype}, but parameters are trained by gradients: make it "
                "floats, or a plain array if it is a constant."
            )
    return output, variables


def check_first_pass(
    recipe: Recipe, sample_shape: tuple[int, ...], made: FirstPass
) -> None:
    """Refuses parts whose outputs or statistics do not fit.

    Args:
        recipe: the parts of the game.
        sample_shape: shape of one sample, (H, W, C) or (d,).
        made: what `first_pass` returned; tracers and shapes will do.

    Raises:
        UserError: naming the part, the shape seen and the shape wanted.
    """
    generator, critic = map(class_name, (recipe.generator, recipe.critic))
    wanted = (BATCH, *sample_shape)
    if (seen := _floats(made.samples)) != wanted:
        sizes = ", ".join(map(str, sample_shape))
        raise UserError(
            f"generator {generator} maps {BATCH} latents to {seen}, but the data want "
            f"floats of shape {wanted}: return [B, {sizes}]."
        )
    if (seen := _floats(made.scores)) != (BATCH,):
        raise UserError(
            f"critic {critic} maps {BATCH} samples to {seen}, but wanted is one float "
            f"score a sample, shape ({BATCH},): return [B], for example with [:, 0]."
        )
    if recipe.pulling_away and not isinstance(recipe.critic, Encoder):
        raise UserError(
            f"pulling_away is {recipe.pulling_away}, but critic {critic} has no method "
            "encode(samples, train) -> [B, E]. Add one, or set pulling_away to 0."
        )
    problem = batch_norm_problem(recipe.constraint)
    if made.critic.get("batch_stats") and problem:
        raise UserError(
            f"critic {critic} keeps running statistics (batch_stats), as batch norm "
            f"does, and cannot go with constraint {recipe.constraint.name!r}: "
            f"{problem}. Leave the critic's batch norm, or nn.SpectralNorm, out."
        )


def _floats(output: Any) -> Any:
    """The shape of an array of float32 or wider; words for anything else."""
    # Of half precision nothing else here is: it would come back wider, or overflow.
    if getattr(output, "dtype", None) not in (jnp.float32, jnp.float64):
        return describe(output)
    return tuple(output.shape)
