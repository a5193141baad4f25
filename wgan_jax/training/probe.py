"""A network tried on a small random batch, its parameters shaken.

Networks that draw are tried without drawing, conditional ones with their class held.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import linen as nn
from flax.errors import InvalidRngError

from wgan_jax.networks.interface import label_argument, num_classes_of
from wgan_jax.training.state import Weights

BATCH = 7  # samples, of which a network is shown so many


class Probe(NamedTuple):
    """A network ready to be tried.

    Attributes:
        apply: `(params, inputs) -> outputs`, statistics held.
        params: away from their initial values: biases start at 0, last layers may.
        inputs: `[BATCH, ...]`, normal.
        draws: whether it needs random numbers in training, which it is tried without.
    """

    apply: Callable[[Any, jax.Array], Any]
    params: Any
    inputs: jax.Array
    draws: bool


def make_probe(module: nn.Module, shape: tuple[int, ...]) -> Probe:
    """Initialises a network and shakes its parameters.

    Args:
        module: generator or critic.
        shape: of one of its inputs.

    Returns:
        The network, to be called with any number of inputs.
    """
    init_key, shake_key, input_key = jax.random.split(jax.random.key(0), 3)
    inputs = jax.random.normal(input_key, (BATCH, *shape), jnp.float32)
    held = functools.partial(_held_class, module)
    variables = jax.jit(
        lambda key: module.init(key, inputs, train=True, **held(BATCH))
    )(init_key)
    draws = _draws(module, variables, inputs)
    stats = variables.get("batch_stats", {})
    params = jax.jit(_shake)(variables["params"], shake_key)

    def apply(params: Any, inputs: jax.Array) -> Any:
        variables = Weights(params, stats).variables
        options: dict[str, Any] = {"mutable": ["batch_stats"], **held(len(inputs))}
        return module.apply(variables, inputs, train=not draws, **options)[0]

    return Probe(apply, params, inputs, draws)


def trace(module: nn.Module, variables: Any, inputs: Any) -> None:
    """Traces a network as in training, without random numbers."""
    run = functools.partial(module.apply, train=True, mutable=["batch_stats"])
    run = functools.partial(run, **_held_class(module, inputs.shape[0]))
    jax.eval_shape(run, variables, inputs)


def lone_shape(module: nn.Module, variables: Any, one: Any) -> Any:
    """The shape of what a network returns for a batch of one, `train=False`."""
    run = functools.partial(module.apply, train=False, **_held_class(module, 1))
    return getattr(jax.eval_shape(run, variables, one), "shape", None)


def _held_class(module: nn.Module, count: int) -> dict[str, Any]:
    """The argument that a conditional network takes besides, of its last class."""
    classes = num_classes_of(module)
    if classes is None:
        return {}
    return label_argument(jnp.full(count, classes - 1, jnp.int32))


def _draws(module: nn.Module, variables: Any, inputs: Any) -> bool:
    try:
        trace(module, variables, inputs)
    except InvalidRngError:
        return True
    return False


def _shake(params: Any, key: jax.Array) -> Any:
    leaves, structure = jax.tree.flatten(params)
    keys = jax.random.split(key, len(leaves))
    shaken = [_shake_leaf(leaf, k) for leaf, k in zip(leaves, keys, strict=True)]
    return jax.tree.unflatten(structure, shaken)


def _shake_leaf(leaf: jax.Array, key: jax.Array) -> jax.Array:
    # Relative to its size, so that activations of deep networks stay finite.
    size = jnp.sqrt(jnp.mean(jnp.square(leaf)))
    scale = 0.1 * jnp.where(size > 0, size, 1)
    return leaf + scale * jax.random.normal(key, leaf.shape, leaf.dtype)
