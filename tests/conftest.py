"""Rules that every test runs under, and where the real data are.

Three bug classes of this field fail loudly: shapes that broadcast by rank, dtypes that
promote by themselves, and steps that are right on one device alone.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import jax
import pytest

jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_num_cpu_devices", 8)


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The data folder (as `--data-dir` takes it) that holds the real MNIST files."""
    folder = Path(os.environ.get("WGAN_JAX_DATA_DIR", "."))
    if not any((folder / "mnist").glob("train-images*")):
        pytest.skip("WGAN_JAX_DATA_DIR names no folder with the real MNIST files")
    return folder


@pytest.fixture(scope="module")
def quick_compiles() -> Iterator[None]:
    """Halves compile times, for modules whose programs run only a step or two."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)
