"""Many samples through a program that takes a few: one chunk after the other.

The device holds two chunks, whatever the number of samples.
"""

import math
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from wgan_jax.loop.memory import require_memory


def chunk_size(sample_shape: tuple[int, ...]) -> int:
    """Returns the samples of a chunk: a power of two, fewer where images are large.

    It depends on nothing else, since a program of another batch may round otherwise: so
    a sample has the same bits however many others are asked for.
    """
    if len(sample_shape) != 3:
        return 4096
    most = 2**17 // math.prod(sample_shape[:2])
    return min(1024, 1 << max(0, most.bit_length() - 1))


def empty(shape: tuple[int, ...], kind: Any, what: str) -> np.ndarray:
    """Makes an array to be filled, or says that it does not fit into memory.

    Args:
        shape: [N, ...].
        kind: its dtype.
        what: what the rows are, for the message.

    Raises:
        UserError: when less memory is free.
    """
    size = math.prod(shape) * np.dtype(kind).itemsize
    require_memory(size, f"{shape[0]:,} {what}", "Ask for fewer.")
    return np.empty(shape, kind)


def cut(
    array: np.ndarray, start: int, chunk: int, *, filled: bool = True
) -> np.ndarray:
    """Cuts out one chunk, `filled` up with zeros where the array ends in it."""
    part = array[start : start + chunk]
    missing = chunk - len(part) if filled else 0
    return np.pad(part, [(0, missing), *[(0, 0)] * (part.ndim - 1)])


def fill(out: np.ndarray, chunk: int, launch: Callable[[int], jax.Array]) -> np.ndarray:
    """Fills an array from chunks; the device computes one while one is copied.

    Args:
        out: [N, ...], overwritten.
        chunk: rows that `launch` makes.
        launch: first row -> [chunk, ...]; the rows beyond the end are left out.

    Returns:
        `out`.
    """
    waiting: tuple[int, jax.Array] | None = None
    for start in [*range(0, len(out), chunk), None]:
        launched = None if start is None else (start, launch(start))
        if waiting is not None:
            begin, values = waiting
            part = out[begin : begin + chunk]
            part[...] = np.asarray(values)[: len(part)]
        waiting = launched
    return out
