"""What a caller hands to `init_state` and to a step besides the recipe.

Looked at while a program is traced, so that a compiled step pays nothing for it.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from wgan_jax.errors import UserError
from wgan_jax.given import as_whole, holds_floats


def check_key(key: Any) -> None:
    """Refuses what is no PRNG key.

    Args:
        key: one key of `jax.random`, typed or raw; it may be traced.

    Raises:
        UserError: for a seed, several keys or anything else.
    """
    if isinstance(key, jax.Array | np.ndarray):
        if jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
            fits = key.ndim == 0
        else:
            fits = key.dtype == jnp.uint32 and key.ndim == 1
        if fits:
            return
    raise UserError(
        f"key is {_describe(key)}, but has to be one PRNG key: make it from a seed "
        "with jax.random.key(0), and several with jax.random.split."
    )


def as_shape(shape: Any) -> tuple[int, ...]:
    """Returns the shape of one sample as a tuple.

    Raises:
        UserError: unless it is (H, W, C) or (d,), of whole numbers of at least 1.
    """
    if not isinstance(shape, tuple | list) or len(shape) not in (1, 3):
        raise UserError(
            f"sample_shape is {shape!r}, but has to be (H, W, C) of an image or (d,) "
            "of a point."
        )
    return tuple(as_whole("a size in sample_shape", n, at_least=1) for n in shape)


def check_batch(batch: Any) -> None:
    """Refuses what is no batch of real samples for the critic updates of a step.

    Args:
        batch: uint8 images [n, B, H, W, C] or floats [n, B, ...]; it may be traced.

    Raises:
        UserError: for another type or layout, or a batch without samples.
    """
    if isinstance(batch, jax.Array | np.ndarray) and batch.ndim >= 3 and batch.size:
        images = batch.dtype == np.uint8 and batch.ndim == 5
        if images or (holds_floats(batch) and batch.dtype.itemsize >= 4):
            return
    raise UserError(
        f"the batch is {_describe(batch)}, but has to be an array [n_critic, B, ...] "
        "of float32 samples or uint8 images [n_critic, B, H, W, C], B at least 1."
    )


def check_count(n_critic: Any, batch: Any) -> None:
    """Refuses a number of critic updates that the batch has no samples for.

    Args:
        n_critic: a number, or a traced one, which is trusted.
        batch: [n, B, ...].

    Raises:
        UserError: unless it is a whole number from 0 to n.
    """
    if isinstance(n_critic, Tracer):
        return
    as_whole("n_critic", n_critic, below=len(batch) + 1)


def _describe(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{value.dtype} {tuple(value.shape)}"
    shown = repr(value)
    return shown if len(shown) <= 60 else f"a {type(value).__name__}"
