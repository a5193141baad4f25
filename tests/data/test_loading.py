"""What `load` takes, and what it says where memory ends."""

import numpy as np
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


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"channels": 2}, "channels is 2, but has to be 1 for grey or 3"),
        ({"image_size": -3}, "image_size"),
        ({"image_size": 0}, "image_size"),
    ],
)
def test_sizes_that_images_cannot_have_are_refused(options, words, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((4, 8, 8, 3), np.uint8))
    with pytest.raises(UserError, match=words):
        load(tmp_path / "x.npy", **options)
    with pytest.raises(UserError, match=words):
        load(tmp_path, **options)


def test_a_path_is_a_name_and_nothing_else_is(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((4, 8, 8, 3), np.uint8))
    assert load(tmp_path / "x.npy").train.shape == (4, 8, 8, 3)
    with pytest.raises(UserError, match="dataset is 7, but has to be a name or a path"):
        load(7)  # pyright: ignore[reportArgumentType]
