"""No two processes of a machine join a coordinator under the same number."""

import os
import tempfile

import jax
import pytest

from wgan_jax.errors import UserError
from wgan_jax.file_lock import FileLock, HeldError
from wgan_jax.parallel import claim, hosts
from wgan_jax.parallel.claim import claimed


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(claim, "_held", {})
    return tmp_path


def test_the_same_number_is_refused_and_the_process_named():
    with claimed("localhost:1234", 1):
        with (
            pytest.raises(
                UserError, match=f"process_id is 1, but process {os.getpid()}"
            ),
            claimed("127.0.0.1:1234", 1),
        ):
            pass
        for other in (("localhost:1234", 0), ("localhost:1235", 1), (None, None)):
            with claimed(*other):
                pass


def test_who_joined_keeps_the_number_and_who_failed_gives_it_back(own_folder):
    with pytest.raises(ZeroDivisionError), claimed("localhost:1234", 1):
        raise ZeroDivisionError
    assert not list(own_folder.iterdir())
    for _ in range(2):  # it may leave and join again
        with claimed("localhost:1234", 1):
            pass
        with pytest.raises(HeldError):
            FileLock(claim._path("localhost:1234", 1), lambda error: None)


def test_where_nothing_can_be_written_the_runtime_decides(own_folder, monkeypatch):
    nowhere = own_folder / "nowhere"
    monkeypatch.setattr(tempfile, "tempdir", str(nowhere))
    joined = []
    with claimed("localhost:1234", 1):
        joined.append("first")
        with claimed("localhost:1234", 1):
            joined.append("second")
    assert joined == ["first", "second"]
    assert not nowhere.exists()
    assert claim._held == {}, "a claim without a lock counts as held"
    nowhere.mkdir()
    with (
        claimed("localhost:1234", 1),
        pytest.raises(UserError, match="process_id is 1"),
        claimed("localhost:1234", 1),
    ):
        pytest.fail("two processes joined under one number")


def test_a_link_in_the_folder_for_temporary_files_is_not_followed(own_folder):
    precious = own_folder / "precious"
    precious.write_text("mine")
    claim._path("localhost:1234", 1).symlink_to(precious)
    with claimed("localhost:1234", 1):
        assert precious.read_text() == "mine"


def test_joining_asks_first(monkeypatch):
    """The runtime would abort one of the two, and let the other wait for minutes."""
    asked = []
    monkeypatch.setattr(jax.distributed, "initialize", lambda *a, **o: asked.append(a))
    with (
        claimed("127.0.0.1:1234", 1),
        pytest.raises(UserError, match="^process_id is 1, but process .* has joined"),
    ):
        hosts.join_hosts("127.0.0.1:1234", 2, 1)
    assert not asked
    hosts.join_hosts("127.0.0.1:1235", 2, 1)
    assert asked == [("127.0.0.1:1235", 2, 1)]
