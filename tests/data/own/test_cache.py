"""The decoded cache: used, renewed, and never believed when it is damaged."""

import os
from pathlib import Path

import numpy as np
import pytest

from wgan_jax.data.own import cache
from wgan_jax.data.own.samples import OwnSamples

SAMPLES = OwnSamples(
    np.arange(48, dtype=np.uint8).reshape(4, 2, 2, 3),
    np.zeros((0, 2, 2, 3), np.uint8),
    "from the test",
    ["one is missing"],
)


def keep(name: str = "a", size: int = 0) -> Path:
    path = cache.cache_path(name, f"/{name}")
    train = np.zeros((size, 1, 1, 1), np.uint8)
    own = SAMPLES._replace(train=train) if size else SAMPLES
    cache.write(path, "stamp", own)
    return path


def test_what_is_kept_comes_back(tfds_dir):
    path = keep()
    assert tfds_dir in path.parents
    own = cache.read(path, "stamp")
    assert own is not None
    np.testing.assert_array_equal(own.train, SAMPLES.train)
    assert own.test.shape == (0, 2, 2, 3)
    assert own[2:] == SAMPLES[2:]


def test_another_stamp_and_no_file_are_nothing(caplog):
    path = keep()
    assert cache.read(path, "other") is None
    assert cache.read(path.with_name("b.npz"), "stamp") is None
    assert not caplog.messages


def test_stamps_tell_files_and_options_apart():
    one = cache.make_stamp([("a.png", 10, 123)], (32, 32, 3))
    assert one == cache.make_stamp([("a.png", 10, 123)], (32, 32, 3))
    for files, shape in (
        ([("a.png", 10, 124)], (32, 32, 3)),
        ([("a.png", 11, 123)], (32, 32, 3)),
        ([("b.png", 10, 123)], (32, 32, 3)),
        ([("a.png", 10, 123)], (32, 32, 1)),
    ):
        assert cache.make_stamp(files, shape) != one


def test_no_flipped_bit_is_believed():
    path = keep()
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        path.write_bytes(damaged)
        own = cache.read(path, "stamp")
        if own is not None:  # a bit that no reader looks at
            np.testing.assert_array_equal(own.train, SAMPLES.train)
            assert own[2:] == SAMPLES[2:]


@pytest.mark.parametrize("content", [b"", b"no zip file", b"PK\3\4"])
def test_a_damaged_file_is_said_and_replaced(content, caplog):
    path = keep()
    path.write_bytes(content)
    assert cache.read(path, "stamp") is None
    assert "damaged cache" in caplog.messages[0]
    keep()
    assert cache.read(path, "stamp") is not None


def test_a_packed_file_is_not_unpacked():
    path = keep()
    with np.load(path) as kept:
        members = dict(kept)
    members["train"] = np.zeros((10**5, 2, 2, 3), np.uint8)
    np.savez_compressed(path, **members)
    assert cache.read(path, "stamp") is None


def test_a_pipe_in_its_place_is_not_waited_for():
    path = keep()
    path.unlink()
    os.mkfifo(path)
    assert cache.read(path, "stamp") is None


def test_what_was_used_longest_ago_goes_first(monkeypatch):
    # Each takes about 1,500 bytes beside its samples.
    monkeypatch.setattr(cache, "MAX_BYTES", 30_000)
    first, second = keep("a", 8000), keep("b", 8000)
    os.utime(first, (1, 1))
    os.utime(second, (2, 2))
    assert cache.read(first, "stamp") is not None  # used: now the youngest
    third = keep("c", 12_000)
    assert (first.exists(), second.exists(), third.exists()) == (True, False, True)
    assert not keep("d", 30_001).exists()  # larger than everything together
    assert first.exists()


def test_what_killed_writers_left_is_removed_by_exact_name():
    path = keep()
    old, young = (path.with_name(f".tmp-{path.name}-{n}") for n in (1, 2))
    foreign = [path.with_name(n) for n in (".tmp-thesis", ".tmp-a.npz-1", "mine.npz")]
    for file in (old, young, *foreign):
        file.touch()
    for file in (old, *foreign):
        os.utime(file, (1, 1))
    keep("b")
    assert not old.exists()
    assert all(file.exists() for file in (young, *foreign))


def test_files_of_others_do_not_go_for_want_of_room(monkeypatch):
    mine = keep("a").with_name("mine.npz")
    mine.write_bytes(bytes(20_000))
    os.utime(mine, (1, 1))
    monkeypatch.setattr(cache, "MAX_BYTES", 10_000)
    assert keep("b", 5000).exists()
    assert mine.exists()


def test_a_folder_that_cannot_be_written_costs_the_cache_alone(tfds_dir, caplog):
    tfds_dir.parent.mkdir(exist_ok=True)
    tfds_dir.write_text("a file where the folder should be")
    assert not keep().exists()
    assert "cannot keep" in caplog.messages[0]
