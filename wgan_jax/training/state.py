"""What changes while a game is played: the train state, an explicit pytree.

It knows recipes and keys. It holds no configuration, no key and no data: the same
state, key and batch always give the same next state.
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import struct

from wgan_jax.training.recipe import Recipe


class Player(struct.PyTreeNode):
    """One of the two networks.

    Attributes:
        params: its weights.
        stats: batch-norm statistics, an empty dict where it has none.
        optimizer: the optimiser's state.
    """

    params: Any
    stats: Any
    optimizer: Any


class TrainState(struct.PyTreeNode):
    """Everything that a step reads and writes.

    Attributes:
        step: generator updates made so far, int32 scalar.
        generator: the generator.
        critic: the critic.
        constraint: what the constraint carries along (spectral vectors).
        average: {"params", "stats"}, the generator's running average; None without one.
    """

    step: jax.Array
    generator: Player
    critic: Player
    constraint: Any
    average: Any = None


def critic_optimizer(recipe: Recipe):
    """The critic's whole chain: the optimiser, then the constraint's projection."""
    import optax

    return optax.chain(recipe.critic_optimizer, recipe.constraint.projection)


def init_state(
    recipe: Recipe, key: jax.Array, sample_shape: tuple[int, ...]
) -> TrainState:
    """Initialises both players.

    Args:
        recipe: the parts of the game.
        key: a PRNG key; the same key gives the same state.
        sample_shape: shape of one sample, (H, W, C) or (d,).

    Returns:
        The state before the first step.
    """
    generator_key, critic_key, constraint_key = jax.random.split(key, 3)
    latents = jnp.zeros((2, recipe.latent_dim))
    samples = jnp.zeros((2, *sample_shape))
    generator = recipe.generator.init(generator_key, latents, train=True)
    critic = recipe.critic.init(critic_key, samples, train=True)
    stats = generator.get("batch_stats", {})
    average = None
    if recipe.ema_decay is not None:
        average = {"params": generator["params"], "stats": stats}
    return TrainState(
        step=jnp.zeros((), jnp.int32),
        generator=Player(
            generator["params"],
            stats,
            recipe.generator_optimizer.init(generator["params"]),
        ),
        critic=Player(
            critic["params"],
            critic.get("batch_stats", {}),
            critic_optimizer(recipe).init(critic["params"]),
        ),
        constraint=recipe.constraint.init(critic["params"], constraint_key),
        average=jax.tree.map(jnp.copy, average),
    )
