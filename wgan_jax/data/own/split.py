"""Which samples of the user's own are held out, so that a run can be evaluated.

A tenth, rounded down, and so none of fewer than ten samples. The choice depends on the
data alone, never on a run's seed: all runs on them are compared on the same samples.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

_SEED = 1701_07875  # the arXiv number of Wasserstein GAN
SHARE = 10  # one sample in so many is held out


def held_out_names(names: Sequence[str]) -> np.ndarray:
    """Holds out the names with the smallest SHA-256.

    A file that is added or removed moves at most one other between the splits.

    Args:
        names: relative paths.

    Returns:
        bool `[N]`, true for those held out.
    """
    digests = [hashlib.sha256(n.encode(errors="replace")).digest() for n in names]
    order = sorted(range(len(names)), key=lambda i: (digests[i], names[i]))
    return _mask(len(names), order)


def held_out_rows(count: int) -> np.ndarray:
    """Holds out rows of an array by a fixed permutation: bool `[count]`."""
    return _mask(count, np.random.default_rng(_SEED).permutation(count))


def _mask(count: int, order: Sequence[int] | np.ndarray) -> np.ndarray:
    mask = np.zeros(count, bool)
    mask[np.asarray(order[: count // SHARE], int)] = True
    return mask
