"""Files appear whole or not at all, on every file system and beside other writers."""

import errno
import os
import re
from pathlib import Path

import pytest

from wgan_jax.files import atomic_path, make_room, temporaries, write_atomic

OWNED = re.compile(r"[a-z]+\.npz")


def no_links(*_):
    raise OSError(errno.EPERM, "Operation not permitted")


def test_a_file_system_without_hard_links_still_refuses_what_exists(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "config.json"
    write_atomic(path, b"first", exclusive=True)
    with pytest.raises(FileExistsError):
        write_atomic(path, b"second", exclusive=True)
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["config.json"]


def test_two_writers_of_one_process_id_do_not_meet(tmp_path):
    path = tmp_path / "a.npz"
    with atomic_path(path) as first, atomic_path(path) as second:
        first.write_text("first")
        second.write_text("second")
        assert sorted(temporaries(tmp_path, OWNED)) == sorted([first, second])
        assert temporaries(tmp_path, re.compile("b")) == []
    assert path.read_text() == "first"
    (tmp_path / ".tmp-a.npz-17").touch()  # as versions before 0.4 called them
    assert temporaries(tmp_path, OWNED) == [tmp_path / ".tmp-a.npz-17"]


def test_a_full_cache_loses_what_was_used_longest_ago(tmp_path):
    for age, name in enumerate(["new.npz", "old.npz", "older.npz", "users.txt"]):
        (tmp_path / name).write_bytes(b"x" * 10)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    (tmp_path / ".tmp-a.npz-17").touch()
    os.utime(tmp_path / ".tmp-a.npz-17", (0, 0))
    make_room(tmp_path / "next.npz", 10, OWNED, 25)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.npz", "users.txt"]


def test_what_others_tidy_at_the_same_moment_is_no_failure(tmp_path, monkeypatch):
    (tmp_path / "a.npz").write_bytes(b"x")
    (tmp_path / ".tmp-b.npz-17").touch()
    stat = Path.stat

    def gone(path, **options):
        if path.suffix == ".npz" or path.name.startswith(".tmp"):
            raise FileNotFoundError(errno.ENOENT, "gone", str(path))
        return stat(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", gone)
        make_room(tmp_path / "next.npz", 10, OWNED, 0)
    # Whoever tidies them has them: they are not removed a second time.
    assert len(list(tmp_path.iterdir())) == 2
    make_room(tmp_path / "next.npz", 10, OWNED, 0)
    assert not list(tmp_path.glob("*.npz"))
