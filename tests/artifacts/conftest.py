"""Checkpoints that several files here read, and damage copies of."""

import numpy as np
import pytest

from wgan_jax.artifacts.checkpoints import save


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Checkpoints of steps 1 and 2, to be copied before they are damaged."""
    folder = tmp_path_factory.mktemp("two")
    for step in (1, 2):
        save(folder, step, {"w": np.full((64, 64), step, np.float32)})
    return folder
