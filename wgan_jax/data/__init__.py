"""Data sets by name: `load` reads one, `DATASETS` describes them all without reading.

This package returns numpy arrays. It must not know JAX, networks or training, and it
imports a heavy library only when a set is read that needs it.
"""

from wgan_jax.data.dataset import Dataset, DatasetRow
from wgan_jax.data.given import as_dataset, from_arrays
from wgan_jax.data.loading import count_classes, describe_own, is_own, load
from wgan_jax.data.order import batch_indices
from wgan_jax.data.own.names import full_name, short_name
from wgan_jax.data.registry import DATASETS

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetRow",
    "as_dataset",
    "batch_indices",
    "count_classes",
    "describe_own",
    "from_arrays",
    "full_name",
    "is_own",
    "load",
    "short_name",
]
