"""One process at a time writes in a run folder; no lock outlives its holder."""

import errno
import fcntl
import gc
import os
import signal
import subprocess
import sys

import pytest

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.lock import LOCK, FolderLock
from wgan_jax.errors import UserError
from wgan_jax.files import ArtifactError

# Takes the lock, says so, and waits for what comes.
HOLDER = """
import sys, time
from pathlib import Path
from wgan_jax.artifacts.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def run(tmp_path):
    RunFolder.create(tmp_path / "run", {"seed": 0}).release()
    return tmp_path / "run"


def everything(folder):
    return {p: p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def test_a_living_process_is_named_and_a_killed_one_holds_nothing(run):
    (run / "checkpoints" / ".tmp-step-0000000003-7").mkdir()
    (run / ".tmp-summary.json-7").write_text("half")
    words = [sys.executable, "-c", HOLDER, str(run)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            before = everything(run)
            with pytest.raises(UserError, match=f"process {holder.pid} on .*--resume"):
                RunFolder.open_to_write(run)
            with pytest.raises(UserError, match="already holds a run"):
                RunFolder.create(run, {})
            assert everything(run) == before
        finally:
            holder.send_signal(signal.SIGKILL)
    RunFolder.open_to_write(run)
    assert not list(run.rglob(".tmp-*"))


def test_two_in_one_process_are_two(run):
    first = RunFolder.open_to_write(run)
    with pytest.raises(UserError, match=f"process {os.getpid()} on "):
        RunFolder.open_to_write(run)
    first.release()
    first.release()
    RunFolder.open_to_write(run).release()
    assert not (run / LOCK).exists()


def test_who_only_reads_needs_no_lock(run):
    held = RunFolder.open_to_write(run)
    assert RunFolder.open(run).config() == {"seed": 0}
    assert RunFolder.open(run) == held


def test_a_lock_that_is_forgotten_is_given_back(run):
    lock = FolderLock(run)
    with pytest.raises(UserError):
        FolderLock(run)
    del lock
    gc.collect()
    again = FolderLock(run)
    assert (run / LOCK).exists()
    again.release()


def test_a_refusal_after_the_lock_gives_it_back(run, monkeypatch):
    def full(folder):
        raise ArtifactError("full")

    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "recover", full)
        with pytest.raises(ArtifactError) as kept:
            RunFolder.open_to_write(run)
    RunFolder.open_to_write(run).release()
    assert str(kept.value) == "full"  # its traceback still holds the frames


def test_a_lock_on_a_file_that_was_removed_meanwhile_is_none(run, monkeypatch):
    """The holder ends between this process's open and its lock."""
    other = FolderLock(run)
    lock, tried = fcntl.flock, []

    def slowly(handle, kind):
        if not tried:
            other.release()
        tried.append(handle)
        lock(handle, kind)

    monkeypatch.setattr(fcntl, "flock", slowly)
    mine = FolderLock(run)
    assert len(tried) == 2
    with pytest.raises(UserError):
        FolderLock(run)
    mine.release()


def test_another_runs_lock_in_a_folder_made_anew_is_left_alone(run, tmp_path):
    old = FolderLock(run)
    run.rename(tmp_path / "moved")
    run.mkdir()
    new = FolderLock(run)
    old.release()
    assert (run / LOCK).exists()
    with pytest.raises(UserError):
        FolderLock(run)
    new.release()


# The child only closes a file: whatever JAX loaded in this worker is not touched.
@pytest.mark.filterwarnings("ignore:os.fork")
def test_a_forked_process_gives_nothing_back(run):
    lock = FolderLock(run)
    if (child := os.fork()) == 0:
        lock.release()
        os._exit(0)
    os.waitpid(child, 0)
    with pytest.raises(UserError):
        FolderLock(run)
    lock.release()


def test_a_file_system_without_locks_is_said(run, monkeypatch, capsys):
    def none(handle, kind):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    FolderLock(run).release()
    assert "has no locks (No locks available)" in capsys.readouterr().err
