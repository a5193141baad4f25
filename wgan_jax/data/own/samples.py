"""What a source of the user's own gives, whatever its kind."""

import math
from typing import NamedTuple

import numpy as np

from wgan_jax.data.memory import refuse_large
from wgan_jax.errors import UserError


class OwnSamples(NamedTuple):
    """Samples of the user's own: uint8 `[N, H, W, C]` or float32 `[N, d]`.

    Attributes:
        train: the training samples.
        test: the held-out samples.
        source: where they came from, one line.
        warnings: what was left out, to be said at each load.
        train_labels: the classes of `train`, int32 `[N]`; None where it has none.
        test_labels: those of `test`, int32 `[M]`; None where it has none.
    """

    train: np.ndarray
    test: np.ndarray
    source: str
    warnings: list[str]
    train_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None


def fitted_shape(
    shape: tuple[int, ...], image_size: int | None, channels: int | None, what: str
) -> tuple[int, ...]:
    """Finds the shape that samples are to get.

    Args:
        shape: that they have, `(H, W, C)` or `(d,)`.
        image_size: side in pixels, or None for the size that they have.
        channels: 1 or 3, or None for grey or colour as they are.
        what: the data, for the message.

    Returns:
        The same shape if nothing is asked for.

    Raises:
        UserError: for a size or channels of points.
    """
    if image_size is None and channels is None:
        return shape
    if len(shape) != 3:
        raise UserError(
            f"{what} holds points of shape {shape}: image_size and channels have no "
            "effect on them. Leave them out."
        )
    height, width, now = shape
    if (image_size or height, image_size or width, channels or now) == shape:
        return shape
    # Whatever is resized loses its alpha channel, the second or the fourth.
    return image_size or height, image_size or width, channels or (1 if now < 3 else 3)


def resize(own: OwnSamples, shape: tuple[int, ...]) -> OwnSamples:
    """Crops, resizes and recolours images to `(H, W, C)`, as `fitted_shape` says.

    Raises:
        UserError: the result would not fit into memory.
    """
    before = own.train.shape[1:]
    if shape == before:
        return own
    count = len(own.train) + len(own.test)
    refuse_large(
        count * math.prod(shape),
        f"{count:,} images of {describe_shape(shape)}",
        "Choose a smaller image_size.",
    )
    # Pillow takes a tenth of a second to import.
    from wgan_jax.data.own.images import fit_array

    def fit(images: np.ndarray) -> np.ndarray:
        made = np.empty((len(images), *shape), np.uint8)
        for index, pixels in enumerate(images):
            made[index] = fit_array(pixels, shape)
        return made

    change = f"; {describe_shape(before)} made {describe_shape(shape)}"
    return own._replace(
        train=fit(own.train), test=fit(own.test), source=own.source + change
    )


def describe_shape(shape: tuple[int, ...]) -> str:
    """Writes a shape for people: `32x32x3`."""
    return "x".join(map(str, shape))
