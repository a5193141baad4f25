"""What changes while a game is played: the train state, an explicit pytree.

It knows recipes and keys. It holds no configuration, no key and no data: the same
state, key and batch always give the same next state.
"""

import math
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import struct

from wgan_jax.training.arguments import as_shape, check_key
from wgan_jax.training.first_pass import check_first_pass, first_pass
from wgan_jax.training.guards import guarded
from wgan_jax.training.recipe import Recipe


class Weights(struct.PyTreeNode):
    """What a network computes with.

    Attributes:
        params: its parameters.
        stats: batch-norm statistics, an empty dict where it has none.
    """

    params: Any
    stats: Any

    @property
    def variables(self) -> dict[str, Any]:
        """What `module.apply` takes."""
        return {"params": self.params, "batch_stats": self.stats}


# A PyTreeNode and not a NamedTuple, which could not extend another by a field.
class NetworkState(Weights):
    """One of the two networks in training.

    Attributes:
        optimizer: the optimiser's state.
    """

    optimizer: Any


class TrainState(struct.PyTreeNode):
    """Everything that a step reads and writes.

    Attributes:
        step: generator updates made so far, int32 scalar.
        generator: the generator.
        critic: the critic.
        constraint: what the constraint carries along (spectral vectors).
        ema: the generator's exponential moving average; None without one.
    """

    step: jax.Array
    generator: NetworkState
    critic: NetworkState
    constraint: Any
    ema: Weights | None = None

    def __repr__(self) -> str:
        """Sizes on one line; the arrays would fill pages."""
        networks = {"generator": self.generator, "critic": self.critic}
        sizes = (
            f"{name}: {parameter_count(network.params):,} parameters"
            for name, network in networks.items()
        )
        ema = "no" if self.ema is None else "yes"
        return f"TrainState(step={self.step}, {', '.join(sizes)}, EMA: {ema})"


def parameter_count(params: Any) -> int:
    """Counts the numbers in a tree of arrays, or of their shapes."""
    return sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(params))


def critic_optimizer(recipe: Recipe) -> optax.GradientTransformation:
    """The critic's whole chain: the optimiser, then the constraint's projection."""
    return optax.chain(recipe.critic_optimizer, recipe.constraint.projection)


def init_state(
    recipe: Recipe, key: jax.Array, sample_shape: tuple[int, ...]
) -> TrainState:
    """Initialises both networks.

    Args:
        recipe: the parts of the game.
        key: a PRNG key; the same key gives the same state. Give the step another one
            (`jax.random.split`): a step folds its number into its key, and folding and
            splitting one key can give the same numbers twice.
        sample_shape: shape of one sample, (H, W, C) or (d,).

    Returns:
        The state before the first step.

    Raises:
        UserError: for a part of another kind, a key or a shape that is none, a
            network that fails, has no parameters or returns another shape than the
            data or the scores want, or a critic that keeps statistics which the
            constraint forbids.
    """
    recipe, sample_shape = guarded(recipe), as_shape(sample_shape)
    check_key(key)
    # Three keys from one split; their order is part of what a seed means.
    generator_key, critic_key, constraint_key = jax.random.split(key, 3)
    made = first_pass(recipe, generator_key, critic_key, sample_shape)
    check_first_pass(recipe, sample_shape, made)
    generator = _network_state(made.generator, recipe.generator_optimizer)
    ema = None
    if recipe.ema_decay is not None:
        # A copy: the state is donated, and one buffer cannot be donated twice.
        ema = jax.tree.map(jnp.copy, Weights(generator.params, generator.stats))
    return TrainState(
        step=jnp.zeros((), jnp.int32),
        generator=generator,
        critic=_network_state(made.critic, critic_optimizer(recipe)),
        constraint=recipe.constraint.init(made.critic["params"], constraint_key),
        ema=ema,
    )


def _network_state(
    variables: Any, optimizer: optax.GradientTransformation
) -> NetworkState:
    params = variables["params"]
    return NetworkState(
        params, variables.get("batch_stats", {}), optimizer.init(params)
    )
