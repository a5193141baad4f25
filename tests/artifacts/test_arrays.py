"""Named arrays in a safetensors file, where memory ends."""

import numpy as np
import pytest

from wgan_jax.artifacts.arrays import write_arrays


class PanicException(BaseException):
    """As Rust's, by its name: the class itself cannot be imported."""


@pytest.mark.parametrize(
    ("raised", "expected"),
    [(PanicException, MemoryError), (KeyboardInterrupt, KeyboardInterrupt)],
)
def test_a_panic_is_a_want_of_memory(raised, expected, tmp_path, monkeypatch):
    def save(arrays):
        raise raised

    monkeypatch.setattr("safetensors.numpy.save", save)
    with pytest.raises(expected):
        write_arrays(tmp_path / "a.safetensors", {"a": np.zeros(3)})
    assert not list(tmp_path.iterdir())
