"""Adam and RMSProp as optax transforms, written so that moments change in place.

Numbers are those of `optax.adam` and `optax.rmsprop`; the difference is one barrier.
Without it XLA computes the new moments twice, once for themselves and once inside the
update, and has to copy all parameters and moments at the start of every pass through
the loop, because the second computation still reads the old ones. XLA before jaxlib
0.12 removes the barrier too early: the numbers are the same, Adam's copies stay.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

Rate = optax.ScalarOrSchedule


class Moments(NamedTuple):
    """What an optimiser remembers.

    Attributes:
        count: updates made, int32 scalar.
        first: the running mean of gradients; () for RMSProp.
        second: the running mean of squared gradients.
    """

    count: jax.Array
    first: Any
    second: Any


def adam(
    rate: Rate, beta1: float, beta2: float, epsilon: float = 1e-8
) -> optax.GradientTransformation:
    """Adam (Kingma & Ba 2014, arXiv 1412.6980, algorithm 1).

    Args:
        rate: learning rate > 0, or a schedule from updates made to it.
        beta1: decay of the first moment, in [0, 1).
        beta2: decay of the second moment, in [0, 1).
        epsilon: added to the root of the second moment.

    Returns:
        The transform; u = -rate m^ / (sqrt(v^) + epsilon) with bias-corrected moments.
    """

    def init(params: Any) -> Moments:
        zeros = jax.tree.map(jnp.zeros_like, params)
        return Moments(jnp.zeros((), jnp.int32), zeros, jax.tree.map(jnp.copy, zeros))

    def update(updates: Any, state: Any, params: Any = None):
        first = _decay(state.first, updates, beta1)
        second = _decay(state.second, jax.tree.map(jnp.square, updates), beta2)
        # Barrier: without it the moments are computed twice and copied at every update,
        # 2 to 4 ms a step on the MLP.
        first, second = jax.lax.optimization_barrier((first, second))
        count = state.count + 1
        step = -_rate_at(rate, state.count) / _bias(beta1, count)
        scale = 1 / _bias(beta2, count)  # scalars, so that no leaf is divided by them

        def move(m: jax.Array, v: jax.Array) -> jax.Array:
            dtype = m.dtype
            root = jnp.sqrt(v * scale.astype(dtype))
            return step.astype(dtype) * m / (root + epsilon)

        return jax.tree.map(move, first, second), Moments(count, first, second)

    return optax.GradientTransformation(init, update)


def rmsprop(
    rate: Rate, decay: float, epsilon: float = 1e-8
) -> optax.GradientTransformation:
    """RMSProp as PyTorch has it (Hinton 2012, lecture 6e), no momentum, not centred.

    Args:
        rate: learning rate > 0, or a schedule from updates made to it.
        decay: decay of the second moment, in [0, 1).
        epsilon: added to the root of the second moment.

    Returns:
        The transform; u = -rate g / (sqrt(v) + epsilon), v starting at 0.
    """

    def init(params: Any) -> Moments:
        zeros = jax.tree.map(jnp.zeros_like, params)
        return Moments(jnp.zeros((), jnp.int32), (), zeros)

    def update(updates: Any, state: Any, params: Any = None):
        second = _decay(state.second, jax.tree.map(jnp.square, updates), decay)
        second = jax.lax.optimization_barrier(second)
        step = -_rate_at(rate, state.count)

        def move(g: jax.Array, v: jax.Array) -> jax.Array:
            return step.astype(g.dtype) * g / (jnp.sqrt(v) + epsilon)

        moves = jax.tree.map(move, updates, second)
        return moves, Moments(state.count + 1, (), second)

    return optax.GradientTransformation(init, update)


def _decay(moments: Any, values: Any, decay: float) -> Any:
    return jax.tree.map(lambda m, x: decay * m + (1 - decay) * x, moments, values)


def _rate_at(rate: Rate, count: jax.Array) -> jax.Array:
    return jnp.asarray(rate(count) if callable(rate) else rate, jnp.float32)


def _bias(decay: float, count: jax.Array) -> jax.Array:
    return 1 - jnp.power(jnp.float32(decay), count.astype(jnp.float32))


Values = Mapping[str, float]

# The names of `config.optimizers`, built from a rate and the values of their options.
OPTIMIZERS: dict[str, Callable[[Rate, Values], optax.GradientTransformation]] = {
    "adam": lambda rate, values: adam(rate, values["beta1"], values["beta2"]),
    "rmsprop": lambda rate, values: rmsprop(rate, values["beta2"]),
    "sgd": lambda rate, values: optax.sgd(rate),
}
