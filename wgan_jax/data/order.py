"""The order in which samples are visited: a pure function of (seed, epoch).

The samples of a training run form one endless stream, of which any range can be
computed at any time. So a resumed run continues exactly where it stopped, and no
checkpoint stores a position or a generator's state. This module knows numbers only: no
data, no devices, no state.
"""

import functools
import math

import numpy as np


def batch_indices(
    seed: int, size: int, start: int, shape: tuple[int, ...]
) -> np.ndarray:
    """Returns the sample indices at stream positions `start`, `start + 1`, and so on.

    Position p belongs to epoch p // size. Each epoch visits every sample exactly once,
    in an order that depends on (seed, epoch) alone; a batch may straddle two epochs.

    Args:
        seed: the run's seed, not negative.
        size: number of samples in the data set, at least 1.
        start: first stream position, that is, samples consumed so far.
        shape: shape of the answer, filled in C order.

    Returns:
        int32 indices in `[0, size)`, of the given shape.

    Example:
        >>> sorted(batch_indices(seed=0, size=4, start=0, shape=(4,)).tolist())
        [0, 1, 2, 3]
    """
    count = math.prod(shape)
    indices = np.empty(count, np.int32)
    done = 0
    while done < count:  # one turn for each epoch that the range touches
        epoch, offset = divmod(start + done, size)
        piece = _permutation(seed, size, epoch)[offset : offset + count - done]
        indices[done : done + len(piece)] = piece
        done += len(piece)
    return indices.reshape(shape)


@functools.lru_cache(maxsize=2)  # a dispatch touches two epochs at most, as a rule
def _permutation(seed: int, size: int, epoch: int) -> np.ndarray:
    # Both numbers are hashed into one seed: seed 1 epoch 0 is unlike seed 0 epoch 1.
    return np.random.default_rng([seed, epoch]).permutation(size).astype(np.int32)
