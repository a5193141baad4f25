"""The number format that networks compute in: a run's `--precision`.

`float32` and `tf32` set how products are taken; CPUs take them in float32 either way.
`bf16` is mixed precision without loss scaling (Kalamkar et al. 2019, arXiv 1905.12322:
bfloat16 has float32's range): a network rounds its parameters and inputs on the way in
and computes in bfloat16; its outputs come back in float32. So parameters, optimisers,
averages, clipping, power iteration, norms of input gradients, losses and means stay
float32 by construction: none of them is inside of a network.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
from flax import linen as nn

F = TypeVar("F", bound=Callable[..., Any])

# What JAX calls them. Beside bf16 networks, such as in power iteration, products are
# those of float32.
_PRODUCTS = {"float32": "float32", "tf32": "tensorfloat32", "bf16": "float32"}


def at_precision(precision: str | None, function: F) -> F:
    """Lets a function be traced with the products of a precision.

    Args:
        precision: `float32`, `tf32` or `bf16`; None for what JAX is set to.
        function: to be traced.

    Returns:
        The function; itself where precision is None.
    """
    if precision is None:
        return function

    @functools.wraps(function)
    def traced(*args: Any, **kwargs: Any) -> Any:
        with jax.default_matmul_precision(_PRODUCTS[precision]):
            return function(*args, **kwargs)

    return traced  # pyright: ignore[reportReturnType]


def run_network(
    module: nn.Module,
    precision: str | None,
    variables: dict[str, Any],
    inputs: jax.Array,
    **options: Any,
) -> Any:
    """Applies a network at a precision: the one place that rounds, and widens again.

    Args:
        module: the network.
        precision: of the run; anything but `bf16` changes nothing.
        variables: what `module.apply` takes; batch statistics are not rounded.
        inputs: latents or samples, [B, ...].
        **options: of `module.apply`.

    Returns:
        What `module.apply` returns, in float32 where it was rounded.
    """
    if precision != "bf16":
        return module.apply(variables, inputs, **options)
    rounded = jax.tree.map(_round, variables["params"])
    # Flax's batch norm takes its float32 statistics of bfloat16 maps: they do promote.
    with jax.numpy_dtype_promotion("standard"):
        returned = module.apply(
            {**variables, "params": rounded}, _round(inputs), **options
        )
    return jax.tree.map(_widen, returned)


def _round(array: jax.Array) -> jax.Array:
    return array.astype(jnp.bfloat16) if array.dtype == jnp.float32 else array


def _widen(array: jax.Array) -> jax.Array:
    return array.astype(jnp.float32) if array.dtype == jnp.bfloat16 else array
