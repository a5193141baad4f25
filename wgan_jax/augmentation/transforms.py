"""Random changes of images that a gradient goes through (Zhao et al. 2020).

    brightness    x + u - 1/2
    saturation    m + 2 u (x - m), m the mean over the channels of a pixel
    contrast      m + (u + 1/2) (x - m), m the mean over the image
    translation   by whole pixels, up to an eighth of the side, filled with 0
    cutout        a square of half the side is 0; it may lie partly outside

with u ~ U[0, 1) for each sample: policy and ranges of the authors' code
(mit-han-lab/data-efficient-gans, DiffAugment_pytorch.py). Images are in [-1, 1], so
that 0 is grey; values may leave that range. Pure functions of images and noise.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from wgan_jax.augmentation.registry import transform_names
from wgan_jax.constraints.interface import Noise

# (images [B, H, W, C], noise of the update) -> images of the same shape.
Augment = Callable[[jax.Array, Noise], jax.Array]


def augmentation(names: str) -> Augment:
    """Builds a policy: each transform in turn, with noise of its own.

    Args:
        names: keys of `AUGMENTATIONS` with commas, applied in this order.

    Returns:
        (images [B, H, W, C], noise) -> images; every sample is changed by its own
        draw, made for the global batch.

    Raises:
        UserError: for an unknown name, or a transform twice.

    Example:
        >>> policy = augmentation("translation,cutout")
        >>> policy(jnp.ones((2, 8, 8, 1)), Noise(jax.random.key(0))).shape
        (2, 8, 8, 1)
    """
    transforms = [_TRANSFORMS[name] for name in transform_names(names)]

    def augment(images: jax.Array, noise: Noise) -> jax.Array:
        for i, transform in enumerate(transforms):
            draws = noise.fold(i).uniform((len(images), 2))
            images = transform(images, draws.astype(images.dtype))
        return images

    return augment


def brighten(images: jax.Array, amounts: jax.Array) -> jax.Array:
    """Adds a number [B] to each image."""
    return images + _per_image(amounts)


def saturate(images: jax.Array, factors: jax.Array) -> jax.Array:
    """Scales the distance of each channel from the pixel's mean, by factors [B]."""
    mean = jnp.mean(images, axis=3, keepdims=True)
    return mean + _per_image(factors) * (images - mean)


def spread(images: jax.Array, factors: jax.Array) -> jax.Array:
    """Scales the distance of each value from the image's mean, by factors [B]."""
    mean = jnp.mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + _per_image(factors) * (images - mean)


def translate(images: jax.Array, shifts: jax.Array, most: int) -> jax.Array:
    """Moves each image down and right, and fills what is uncovered with 0.

    Args:
        images: [B, H, W, C].
        shifts: whole pixels from -most to most, int32 [B, 2].
        most: the largest shift.

    Returns:
        [B, H, W, C].
    """
    padded = jnp.pad(images, ((0, 0), (most, most), (most, most), (0, 0)))

    def window(image: jax.Array, shift: jax.Array) -> jax.Array:
        start = jnp.append(most - shift, jnp.int32(0))
        return jax.lax.dynamic_slice(image, start, images.shape[1:])

    return jax.vmap(window)(padded, shifts)


def cut_out(images: jax.Array, centers: jax.Array, size: int) -> jax.Array:
    """Sets a square of each image to 0.

    Args:
        images: [B, H, W, C].
        centers: row and column of the pixel at size // 2 of the square, int32 [B, 2].
        size: of its side, in pixels.

    Returns:
        [B, H, W, C].
    """

    def inside(length: int, center: jax.Array) -> jax.Array:
        place = (
            jnp.arange(length, dtype=center.dtype)[None] - center[:, None] + size // 2
        )  # [B, length]
        return (place >= 0) & (place < size)

    rows, columns = (inside(images.shape[1 + i], centers[:, i]) for i in (0, 1))
    hole = rows[:, :, None, None] & columns[:, None, :, None]
    return jnp.where(hole, jnp.zeros((), images.dtype), images)


def _per_image(numbers: jax.Array) -> jax.Array:
    return numbers[:, None, None, None]


def _whole(draws: jax.Array, counts: tuple[int, int]) -> jax.Array:
    """Turns U[0, 1) [B, 2] into whole numbers from 0 to counts - 1."""
    return jnp.floor(draws * jnp.array([counts], draws.dtype)).astype(jnp.int32)


def _translation(images: jax.Array, draws: jax.Array) -> jax.Array:
    height, width = images.shape[1:3]
    ranges = int(height / 8 + 0.5), int(width / 8 + 0.5)
    counts = 2 * ranges[0] + 1, 2 * ranges[1] + 1
    shifts = _whole(draws, counts) - jnp.array([ranges], jnp.int32)
    return translate(images, shifts, max(ranges))


def _cutout(images: jax.Array, draws: jax.Array) -> jax.Array:
    height, width = images.shape[1:3]
    size = int(min(height, width) / 2 + 0.5)
    even = 1 - size % 2  # a centre between two pixels has one place more
    return cut_out(images, _whole(draws, (height + even, width + even)), size)


_TRANSFORMS: dict[str, Callable[[jax.Array, jax.Array], jax.Array]] = {
    "brightness": lambda images, draws: brighten(images, draws[:, 0] - 0.5),
    "saturation": lambda images, draws: saturate(images, 2 * draws[:, 0]),
    "contrast": lambda images, draws: spread(images, draws[:, 0] + 0.5),
    "translation": _translation,
    "cutout": _cutout,
}
