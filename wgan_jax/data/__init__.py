"""Data sets by name: `load` reads one, `DATASETS` describes them all without reading.

This package returns numpy arrays. It must not know JAX, networks or training, and it
imports a heavy library only when a set is read that needs it.
"""

from wgan_jax.data.dataset import Dataset, DatasetRow, from_arrays
from wgan_jax.data.order import batch_indices
from wgan_jax.data.registry import DATASETS, load

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetRow",
    "batch_indices",
    "from_arrays",
    "load",
]
