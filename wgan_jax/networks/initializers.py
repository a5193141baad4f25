"""How parameters start: rules that know a layer's fan-in, for kernels and biases alike.

Everything is float32 and a function of the key alone.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

Rule = Callable[[jax.Array, tuple[int, ...], int], jax.Array]


class Initializer(NamedTuple):
    """Rules `(key, shape, fan_in) -> float32 array` for a layer's two parameters."""

    kernel: Rule
    bias: Rule


def _zeros(key: jax.Array, shape: tuple[int, ...], fan_in: int) -> jax.Array:
    return jnp.zeros(shape, jnp.float32)


def uniform_fan_in() -> Initializer:
    """U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for both: the default of PyTorch's Linear."""

    def rule(key: jax.Array, shape: tuple[int, ...], fan_in: int) -> jax.Array:
        bound = fan_in**-0.5
        return jax.random.uniform(key, shape, jnp.float32, -bound, bound)

    return Initializer(rule, rule)


def normal(std: float) -> Initializer:
    """N(0, std) kernels, zero biases: Radford et al. 2015, arXiv 1511.06434."""

    def rule(key: jax.Array, shape: tuple[int, ...], fan_in: int) -> jax.Array:
        return std * jax.random.normal(key, shape, jnp.float32)

    return Initializer(rule, _zeros)


def he(gain: float = 2.0) -> Initializer:
    """N(0, gain / fan_in) kernels, zero biases: He et al. 2015, arXiv 1502.01852.

    Args:
        gain: 2 in front of a ReLU, 1 where no ReLU follows.
    """

    def rule(key: jax.Array, shape: tuple[int, ...], fan_in: int) -> jax.Array:
        return (gain / fan_in) ** 0.5 * jax.random.normal(key, shape, jnp.float32)

    return Initializer(rule, _zeros)
