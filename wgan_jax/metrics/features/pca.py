"""Principal components of the training images: features that need no network.

Pixels as numbers in [0, 1], projected on the 64 directions of largest variance. They
see what is linear in the pixels and nothing else, which makes them a check of the
figures under a trained net and the default where there is none.
"""

import hashlib

import jax
import jax.numpy as jnp
import numpy as np
from scipy.linalg import eigh

from wgan_jax.errors import UserError
from wgan_jax.metrics.features.interface import (
    FeatureNet,
    FeatureRow,
    Seen,
    Sources,
    check_images,
    map_chunks,
)

COMPONENTS = 64
# Bounds the eigenproblem for images of any size, since its side is the smaller of the
# images and the pixels. On MNIST all 60,000 images change the distances by .6 %.
FIT_IMAGES = 4096
CHUNK = 2048


def build_pca(row: FeatureRow, sources: Sources) -> FeatureNet:
    """Fits the components to training images.

    Args:
        row: its row.
        sources: `reference`, at least two images uint8 `[N, H, W, C]`; of more than
            4,096 as many are used, evenly spaced.

    Returns:
        The net; its features have min(64, pixels, images - 1) numbers.

    Raises:
        UserError: for images of another kind, or a single one.
    """
    reference = sources.reference
    check_images(reference, row)
    assert reference is not None  # for type checkers: None is no image
    if len(reference) < 2:
        raise UserError(
            f"features {row.name!r} are fitted to training images and need at least 2, "
            "but were given 1."
        )
    shape = reference.shape[1:]
    mean, components = fit(reference)

    @jax.jit
    def project(images: jax.Array) -> tuple[jax.Array]:
        pixels = images.reshape(len(images), -1).astype(jnp.float32) / 255
        # "highest": GPUs would round the factors to 10 bits.
        return (jnp.dot(pixels - mean[None], components, precision="highest"),)

    def see(images: np.ndarray) -> Seen:
        check_images(images, row, shape)
        return Seen(*map_chunks(project, images, CHUNK))

    digest = hashlib.sha256(str(shape).encode() + mean.tobytes() + components.tobytes())
    return FeatureNet(row.name, digest.hexdigest(), components.shape[1], see)


def fit(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the mean and the directions of largest variance.

    Args:
        images: uint8 `[N, H, W, C]`, N >= 2, with D = H W C pixels.

    Returns:
        The mean of the pixels in [0, 1], float32 `[D]`, and orthonormal columns float32
        `[D, K]`, K = min(64, D, N - 1), the largest variance first. The largest entry
        of each column is positive.
    """
    count = min(len(images), FIT_IMAGES)
    chosen = images[np.arange(count) * len(images) // count]
    # Whole numbers in float64: sums and products are exact up to 2**53, so that the fit
    # is the same for any order of summation.
    pixels = chosen.reshape(count, -1).astype(np.float64)
    total = pixels.sum(0)
    keep = min(COMPONENTS, pixels.shape[1], count - 1)
    if pixels.shape[1] <= count:
        scatter = pixels.T @ pixels - np.outer(total, total) / count
        columns = _largest_eigenvectors(scatter, keep)
    else:  # the same directions from inner products of images, [count, count]
        centred = pixels - total / count
        columns = centred.T @ _largest_eigenvectors(centred @ centred.T, keep)
        columns /= np.maximum(np.linalg.norm(columns, axis=0), 1e-12)
    largest = np.abs(columns).argmax(0)
    columns *= np.where(columns[largest, np.arange(keep)] < 0, -1, 1)
    mean = total / count / 255
    return mean.astype(np.float32), np.ascontiguousarray(columns, np.float32)


def _largest_eigenvectors(matrix: np.ndarray, count: int) -> np.ndarray:
    side = len(matrix)
    return eigh(matrix, subset_by_index=[side - count, side - 1])[1][:, ::-1]
