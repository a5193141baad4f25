"""What `load` says where memory ends."""

import pytest

from wgan_jax.data import load
from wgan_jax.data.memory import memory_for
from wgan_jax.data.own import arrays
from wgan_jax.errors import UserError


def test_the_file_that_takes_too_much_memory_is_named(tmp_path, monkeypatch):
    def read(path):
        with arrays._reading(path):
            raise MemoryError("Unable to allocate 3 GiB")

    path = tmp_path / "a.npy"
    path.write_bytes(b"")
    monkeypatch.setattr(arrays, "describe_arrays", lambda path: ((2,), 5))
    monkeypatch.setattr(arrays, "read_arrays", read)
    with pytest.raises(UserError, match=r"memory to read .*a.npy \(Unable .* 3 GiB\)"):
        load(str(path))


def test_the_inner_name_counts():
    with (
        pytest.raises(UserError, match="not enough memory to read the file. Free"),
        memory_for("mnist"),
        memory_for("the file"),
    ):
        raise MemoryError
