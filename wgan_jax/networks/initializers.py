"""Initialisers of kernels and biases that are given a layer's fan-in.

All values are float32. Flax hands an initialiser of biases no fan-in, which PyTorch's
default needs.
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
        # kaiming_uniform_ with a = sqrt(5): sqrt(6 / ((1 + 5) fan_in)).
        bound = fan_in**-0.5
        return jax.random.uniform(key, shape, jnp.float32, -bound, bound)

    return Initializer(rule, rule)


def normal(std: float) -> Initializer:
    """N(0, std) kernels, zero biases: Radford et al. 2015, arXiv 1511.06434."""

    def rule(key: jax.Array, shape: tuple[int, ...], fan_in: int) -> jax.Array:
        return std * jax.random.normal(key, shape, jnp.float32)

    return Initializer(rule, _zeros)


def orthogonal() -> Initializer:
    """Orthonormal kernels, zero biases: Saxe et al. 2013, arXiv 1312.6120."""
    draw = jax.nn.initializers.orthogonal()

    def rule(key: jax.Array, shape: tuple[int, ...], fan_in: int) -> jax.Array:
        return draw(key, shape, jnp.float32)

    return Initializer(rule, _zeros)


def he(gain: float = 2.0) -> Initializer:
    """N(0, gain / fan_in) kernels, zero biases: He et al. 2015, arXiv 1502.01852.

    Args:
        gain: 2 in front of a ReLU, 1 where no ReLU follows.
    """

    # A variance of gain / fan_in keeps the variance of activations from layer to layer.
    def rule(key: jax.Array, shape: tuple[int, ...], fan_in: int) -> jax.Array:
        return (gain / fan_in) ** 0.5 * jax.random.normal(key, shape, jnp.float32)

    return Initializer(rule, _zeros)
