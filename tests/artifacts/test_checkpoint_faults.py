"""Checkpoints against the world: kills, full disks, other processes."""

import contextlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.checkpoints import list_steps, restore, save
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.files import ArtifactError

SHAPE = (256, 256)
SAVER = """
import sys
from pathlib import Path
import numpy as np
from wgan_jax.artifacts.checkpoints import save
for step in range(int(sys.argv[2]), 10_000):
    save(Path(sys.argv[1]), step, {"w": np.full((256, 256), step, np.float32)}, keep=2)
    print(step, flush=True)
"""
DIES_AT_A_RENAME = """
import os, signal, sys
from pathlib import Path
import numpy as np
from wgan_jax.artifacts.checkpoints import save
folder, at, before, step = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
rename, calls = Path.rename, []
def dying_rename(self, target):
    calls.append(target)
    last = len(calls) == at
    if last and before == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    rename(self, target)
    if last:
        os.kill(os.getpid(), signal.SIGKILL)
Path.rename = dying_rename
save(folder, int(step), {"w": np.full((256, 256), int(step), np.float32)}, keep=2)
"""


def tree(step):
    return {"w": np.full(SHAPE, step, np.float32)}


def fail(message):
    raise AssertionError(message)


def start(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def assert_consistent(folder, at_least):
    """The newest checkpoint is whole, and the next save leaves nothing unfinished."""
    step, state, _ = restore(folder, tree(0), fail)
    assert step >= at_least
    np.testing.assert_array_equal(state["w"], step)
    save(folder, step + 1, tree(step + 1), keep=2)
    assert restore(folder, tree(0), fail)[0] == step + 1
    assert all(p.name.startswith("step-") for p in folder.iterdir())
    assert len(list_steps(folder)) <= 2
    return step


def test_killed_at_any_moment_the_last_checkpoint_is_whole(tmp_path):
    random = np.random.default_rng(0)
    step = 0
    for _ in range(4):
        with start(SAVER, tmp_path, step + 1) as child:
            assert child.stdout is not None
            step = int(child.stdout.readline())
            time.sleep(random.uniform(0, 0.2))
            child.kill()
            lines = child.stdout.read().split()
        step = int(lines[-1]) if lines else step
        step = assert_consistent(tmp_path, step) + 1


@pytest.mark.parametrize(
    ("case", "at", "when", "step", "left"),
    [
        ("complete but not published", 1, "before", 3, 2),
        ("published but nothing pruned", 1, "after", 3, 3),
        ("in the middle of pruning", 2, "after", 3, 3),
        ("the replaced one has stepped aside", 1, "after", 2, 1),
    ],
)
def test_killed_between_two_renames(tmp_path, case, at, when, step, left):
    for before in (1, 2):
        save(tmp_path, before, tree(before))
    with start(DIES_AT_A_RENAME, tmp_path, at, when, step) as child:
        output, _ = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL, (case, output)
    assert restore(tmp_path, tree(0), fail)[0] == left
    assert_consistent(tmp_path, left)


def test_a_checkpoint_that_had_stepped_aside_comes_back(tmp_path):
    """Killed while it replaced the only checkpoint, a run must still find it."""
    folder = RunFolder.create(tmp_path, {})
    save(folder.checkpoints, 1, tree(1))
    with start(DIES_AT_A_RENAME, folder.checkpoints, 1, "after", 1) as child:
        child.communicate(timeout=60)
    assert list_steps(folder.checkpoints) == []
    folder.recover()
    assert restore(folder.checkpoints, tree(0), fail)[0] == 1
    assert len(list(folder.checkpoints.iterdir())) == 1


@contextlib.contextmanager
def full_disk(folder, size):
    """A disk of `size` bytes: a tmpfs where mounting is allowed, else a limit."""
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mount = shutil.which("mount")
    if mount and subprocess.run(options, capture_output=True).returncode == 0:
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(size):
    """What compression cannot shrink."""
    return {"w": np.random.default_rng(0).normal(size=size)}


def test_a_full_disk_is_a_clear_error_and_keeps_the_previous(tmp_path, capfd):
    folder = tmp_path / "disk"
    with full_disk(folder, 1 << 20):
        save(folder, 1, noise(1000))
        with pytest.raises(ArtifactError, match="step 2") as caught:
            save(folder, 2, noise(1 << 19))
        assert "step-0000000001 is intact" in str(caught.value)
        assert re.search(
            r": (No space left on device|File too large)\. ", str(caught.value)
        )
        assert capfd.readouterr() == ("", "")
        assert caught.value.exit_code == 2
        assert [p.name for p in folder.iterdir()] == ["step-0000000001"]
        assert restore(folder, noise(1000), fail)[0] == 1
        save(folder, 3, noise(1000))


@pytest.mark.parametrize("name", ["write_arrays", "write_manifest", "_publish"])
def test_an_error_of_the_disk_at_any_stage(tmp_path, monkeypatch, name):
    save(tmp_path, 1, tree(1))

    def refuse(*_):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, name, refuse)
        with pytest.raises(ArtifactError, match="Read-only file system") as caught:
            save(tmp_path, 2, tree(2), keep=1)
    assert "step-0000000001 is intact" in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["step-0000000001"]


def test_a_file_in_the_way_of_the_folder(tmp_path):
    (tmp_path / "checkpoints").write_text("x")
    with pytest.raises(ArtifactError, match="no earlier one"):
        save(tmp_path / "checkpoints", 1, tree(1))


def test_ctrl_c_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    save(tmp_path, 1, tree(1))

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "write_manifest", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path, 2, tree(2))
    assert [p.name for p in tmp_path.iterdir()] == ["step-0000000001"]


def test_reading_leaves_a_writer_alone(tmp_path):
    """Sampling from a run that trains must not remove what it is just writing."""
    save(tmp_path, 1, tree(1))
    (tmp_path / ".tmp-step-0000000002-1").mkdir()
    restore(tmp_path, tree(0), fail)
    assert (tmp_path / ".tmp-step-0000000002-1").is_dir()
