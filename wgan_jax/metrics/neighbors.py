"""Has the generator memorised: samples against their nearest training samples.

Two published figures from nearest neighbours. Authenticity: Alaa et al. 2022, "How
Faithful is your Synthetic Data?", arXiv 2102.08921, section 4.2. The test of data
copying: Meehan, Chaudhuri & Dasgupta 2020, arXiv 2004.05675, section 3.1, which asks
whether samples are closer to the training set than held-out samples are.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from wgan_jax.errors import UserError
from wgan_jax.metrics.distances import (
    device_floats,
    map_rows,
    rows_at_once,
    squared_distances,
)
from wgan_jax.transport.checks import checked_numbers, checked_pair


def nearest_neighbors(
    samples: ArrayLike, train: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the nearest training sample of each sample.

    Distances come from differences, so that an exact copy is at distance 0; images are
    given as [N, H * W * C].

    Args:
        samples: [N, d].
        train: [M, d].

    Returns:
        Euclidean distances [N], and indices into `train` [N], the first of equals.

    Raises:
        UserError: for NaN, infinity, or wrong shapes.

    Example:
        >>> nearest_neighbors([[0.0, 4.0]], [[9.0, 9.0], [3.0, 0.0]])
        (array([5.]), array([1]))
    """
    x, y = checked_pair(samples, train, names=("samples", "train"))
    with device_floats(x):
        squares, indices = _nearest(x, y, rows_at_once(len(x), len(y)))
        return np.sqrt(np.asarray(squares)), np.asarray(indices)


def authenticity(samples: ArrayLike, train: ArrayLike) -> float:
    """The share of samples that are no near copies of a training sample.

    A sample is a near copy when it is not farther from its nearest training sample than
    that one is from its own nearest other training sample. Compare with the figure of
    held-out samples in place of generated ones.

    Args:
        samples: [N, d].
        train: [M, d], M >= 2.

    Returns:
        The share in [0, 1]; 0 when every sample is a copy.

    Raises:
        UserError: for NaN, infinity, wrong shapes, or M = 1.

    Example:
        >>> authenticity([[0.1], [4.0]], [[0.0], [1.0]])
        0.5
    """
    x, y = checked_pair(samples, train, names=("samples", "train"))
    if len(y) < 2:
        raise UserError("train holds 1 point, and has no other to compare with")
    with device_floats(x):
        squares, indices = _nearest(x, y, rows_at_once(len(x), len(y)))
        reached, back = np.unique(indices, return_inverse=True)
        at_once = rows_at_once(len(reached), len(y))
        gaps = _nearest_other(y[reached], reached, y, at_once)
        return float(np.mean(np.asarray(squares) > np.asarray(gaps)[back]))


def data_copying(sample_distances: ArrayLike, held_out_distances: ArrayLike) -> float:
    """Meehan et al.'s Z_U: are samples nearer to the training set than real ones.

    The Mann-Whitney statistic U, the number of pairs in which the sample is farther
    from the training set than the held-out point (half for ties), in standard
    deviations from what equal distributions give. This is the test over the whole
    space; their C_T averages it over the cells of a partition.

    Args:
        sample_distances: from `nearest_neighbors(samples, train)`, [N].
        held_out_distances: the same for real samples that were not trained on, [M].

    Returns:
        Z_U, about N(0, 1) for a perfect generator: far below 0 (-3, say) samples copy
        the training set; far above 0 they are farther from it than real ones.

    Raises:
        UserError: unless both are finite and [N] with N >= 1.

    Example:
        >>> round(data_copying([0.0, 0.0], [1.0, 2.0]), 3)
        -1.549
    """
    x = checked_numbers("sample_distances", sample_distances)
    y = checked_numbers("held_out_distances", held_out_distances)
    n, m = len(x), len(y)
    ascending = np.sort(y)
    # Held-out distances below each sample's, and half of those equal to it.
    below = np.searchsorted(ascending, x, "left")
    wins = float((below + np.searchsorted(ascending, x, "right")).sum() / 2)
    return (wins - n * m / 2) / float(np.sqrt(n * m * (n + m + 1) / 12))


@partial(jax.jit, static_argnames="at_once")
def _nearest(
    samples: jax.Array, train: jax.Array, at_once: int
) -> tuple[jax.Array, jax.Array]:
    def nearest(rows: jax.Array) -> tuple[jax.Array, jax.Array]:
        squares = squared_distances(rows, train)
        return jnp.min(squares, axis=1), jnp.argmin(squares, axis=1)

    return map_rows(nearest, samples, at_once)


@partial(jax.jit, static_argnames="at_once")
def _nearest_other(
    points: jax.Array, own: jax.Array, train: jax.Array, at_once: int
) -> jax.Array:
    """Squared distance of train[own] to its nearest other, a copy of it included."""

    def nearest(rows: tuple[jax.Array, jax.Array]) -> jax.Array:
        point, index = rows
        squares = squared_distances(point, train)
        itself = jnp.arange(len(train), dtype=index.dtype)[None, :] == index[:, None]
        return jnp.min(jnp.where(itself, jnp.inf, squares), axis=1)

    return map_rows(nearest, (points, own), at_once)
