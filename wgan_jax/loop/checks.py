"""What a user hands to a trained run, checked: keys, counts, latents and samples."""

import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from wgan_jax.errors import UserError
from wgan_jax.text import shown

LARGEST_COUNT = 2**31 - 1  # samples are numbered in int32


def as_key(key: Any) -> jax.Array:
    """Returns a PRNG key for a seed or a key.

    Raises:
        UserError: for anything else.
    """
    if isinstance(key, jax.Array) and jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
        if key.ndim == 0:
            return key
    elif isinstance(key, jax.Array | np.ndarray) and key.shape == (2,):
        if key.dtype == np.uint32:
            return jax.random.wrap_key_data(jnp.asarray(key), impl="threefry2x32")
    elif (seed := _whole(key)) is not None and 0 <= seed < 2**31:
        # By name: the default can be set to one whose numbers depend on the batch.
        return jax.random.key(seed, impl="threefry2x32")
    raise UserError(
        f"key is {shown(key)}, but has to be a seed from 0 to 2**31 - 1 or one key of "
        "jax.random."
    )


def as_count(count: Any) -> int:
    """Returns how many samples are wanted.

    Raises:
        UserError: unless it is a whole number from 1 to `LARGEST_COUNT`.
    """
    whole = _whole(count)
    if whole is None or not 1 <= whole <= LARGEST_COUNT:
        raise UserError(
            f"count is {shown(count)}, but has to be a whole number from 1 to "
            f"{LARGEST_COUNT:,}."
        )
    return whole


def _whole(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def as_latents(latents: Any, dim: int) -> np.ndarray:
    """Returns latent vectors as float32 [N, dim].

    Raises:
        UserError: for another shape.
    """
    latents = np.asarray(latents, np.float32)
    if latents.ndim != 2 or latents.shape[1] != dim:
        raise UserError(
            f"latents have the shape {list(latents.shape)}, but this generator takes "
            f"[N, {dim}]."
        )
    return latents


def as_samples(samples: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Returns samples as a critic of this shape takes them.

    Args:
        samples: uint8 images [N, H, W, C], images as floats in [-1, 1], or points [N,
            d] of any float type.
        shape: of one sample.

    Returns:
        uint8 images as they are, everything else as float32.

    Raises:
        UserError: for any other type or shape, floats of images outside of [-1, 1], and
            points that are not finite.
    """
    samples, is_image = np.asarray(samples), len(shape) == 3
    as_bytes = is_image and samples.dtype == np.uint8
    if samples.shape[1:] != shape or not (as_bytes or samples.dtype.kind == "f"):
        wanted = "uint8 or floats in [-1, 1]" if is_image else "floats"
        raise UserError(
            f"samples are {samples.dtype} {list(samples.shape)}, but this critic takes "
            f"{wanted} of shape [{', '.join(map(str, ('N', *shape)))}]."
        )
    if as_bytes:
        return samples
    largest = np.abs(samples).max(initial=0)
    if not np.isfinite(largest) or (is_image and largest > 1):
        raise UserError(
            f"samples reach {largest:g} in absolute value: give points that are "
            "finite, and images as uint8 or as floats in [-1, 1]."
        )
    return samples.astype(np.float32)
