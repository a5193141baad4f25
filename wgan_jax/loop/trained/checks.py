"""What a user hands to a trained run, checked: keys, counts, latents and samples."""

import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from wgan_jax.errors import UserError
from wgan_jax.given import as_array, holds_floats
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
        UserError: for another type or shape, or numbers that are not finite.
    """
    wanted = f"This generator takes finite floats [N, {dim}]."
    found = as_array("latents", latents, wanted)
    if found.ndim != 2 or found.shape[1] != dim or not _is_real(found):
        raise UserError(f"latents are {found.dtype} {list(found.shape)}. {wanted}")
    return _as_float32("latents", found, wanted)


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
    is_image = len(shape) == 3
    wanted = "uint8 or floats in [-1, 1]" if is_image else "finite floats"
    wanted = f"This critic takes {wanted} [{', '.join(map(str, ('N', *shape)))}]."
    samples = as_array("samples", samples, wanted)
    as_bytes = is_image and samples.dtype == np.uint8
    if samples.shape[1:] != shape or not (as_bytes or holds_floats(samples)):
        raise UserError(f"samples are {samples.dtype} {list(samples.shape)}. {wanted}")
    if as_bytes:
        return samples
    samples = _as_float32("samples", samples, wanted)
    if is_image and (largest := np.abs(samples).max(initial=0)) > 1:
        raise UserError(f"samples reach {largest:g} in absolute value. {wanted}")
    return samples


def _is_real(array: np.ndarray) -> bool:
    return holds_floats(array) or array.dtype.kind in "iu"


def _as_float32(name: str, array: np.ndarray, wanted: str) -> np.ndarray:
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite
        array = array.astype(np.float32)
    if not np.isfinite(array).all():
        raise UserError(
            f"{name} hold numbers that are NaN, infinite or beyond float32. {wanted}"
        )
    return array
