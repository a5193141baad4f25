"""Damage, full disks, kills and numbers that are not numbers."""

import contextlib
import os
import random
import shutil
import subprocess
import time

import jax
import numpy as np
import pytest

from tests.runs import (
    SMALL,
    points,
    quick_command,
    rows,
    sha,
    start,
    steps,
    summary,
    tiny_run,
    train,
    unfinished,
)
from wgan_jax.artifacts import checkpoints
from wgan_jax.data import Dataset
from wgan_jax.errors import DivergedError, UserError

KILLS = 8
TORTURED = (
    *(*SMALL, "--variant", "gan", "--steps", 600, "--steps-per-dispatch", 5),
    *("--checkpoint-every", 20, "--sample-every", 60, "--keep", 2, "--quiet"),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished run with checkpoints at steps 2, 4 and 6."""
    run_dir = tmp_path_factory.mktemp("faults") / "run"
    train(tiny_run(run_dir, steps=6, checkpoint_every=2), points())
    return run_dir


@pytest.fixture
def copied(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "run")


def largest_file(checkpoint):
    files = [path for path in checkpoint.rglob("*") if path.is_file()]
    return max(files, key=lambda path: path.stat().st_size)


def truncate(file):
    os.truncate(file, file.stat().st_size // 2)


def flip_a_bit(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("harm", [truncate, flip_a_bit], ids=lambda f: f.__name__)
def test_a_damaged_checkpoint_is_named_and_the_one_before_used(
    harm, copied, whole, capsys
):
    harm(largest_file(copied / "checkpoints" / "step-0000000006"))
    result = train(tiny_run(copied, steps=6, checkpoint_every=2, resume=True), points())
    assert "step-0000000006 is damaged" in capsys.readouterr().err
    assert result.summary["resumed_from"] == 4
    assert sha(copied) == sha(whole)
    assert steps(copied) == [1, 2, 3, 4, 5, 6]


def test_without_a_whole_checkpoint_all_are_named(copied):
    for checkpoint in (copied / "checkpoints").iterdir():
        truncate(largest_file(checkpoint))
    with pytest.raises(UserError) as error:
        train(tiny_run(copied, steps=6, checkpoint_every=2, resume=True), points())
    assert all(f"step-{n:010d}" in str(error.value) for n in (2, 4, 6))


def test_keep_keeps_the_last_ones(tmp_path):
    train(tiny_run(tmp_path / "run", checkpoint_every=1, keep=2), points())
    assert checkpoints.list_steps(tmp_path / "run" / "checkpoints") == [3, 4]


def test_a_nan_in_the_data_stops_the_run_and_names_what_and_where(
    tmp_path, monkeypatch
):
    # Data are refused at the border: this NaN comes in behind it.
    monkeypatch.setattr("wgan_jax.loop.session.as_dataset", lambda data: data)
    data = points()
    data[7] = np.nan
    planted = Dataset("planted", data, data[:0], None, None, "a test")
    config = tiny_run(tmp_path / "run", steps=40, checkpoint_every=1)
    # JAX's own check names neither step nor quantity, and would come first.
    with pytest.raises(DivergedError) as error, jax.debug_nans(True):
        train(config, planted)
    last = rows(tmp_path / "run")[-1]
    assert error.value.exit_code == 3
    assert f"diverged at step {last['step']}: critic_loss is nan" in str(error.value)
    assert last["step"] <= 7  # an epoch of 50 samples in batches of 8
    saved = checkpoints.list_steps(tmp_path / "run" / "checkpoints")
    assert saved == list(range(1, last["step"]))[-3:]
    words = f"last good checkpoint is step {saved[-1]}" if saved else "No checkpoint"
    assert words in str(error.value)


def test_a_run_that_diverges_before_its_first_logged_row_stays(tmp_path, monkeypatch):
    monkeypatch.setattr("wgan_jax.loop.session.as_dataset", lambda data: data)
    data = points()
    data[7] = np.nan
    planted = Dataset("planted", data, data[:0], None, None, "a test")
    config = tiny_run(tmp_path / "run", steps=40, log_every=1000, evaluate_every=0)
    with pytest.raises(DivergedError) as error:
        train(config, planted)
    (last,) = rows(tmp_path / "run")
    assert f"diverged at step {last['step']}: " in str(error.value)
    assert (tmp_path / "run" / "config.json").exists()


def test_points_that_are_not_finite_are_refused_at_the_border(tmp_path):
    with pytest.raises(UserError, match="not finite"):
        train(tiny_run(tmp_path / "run"), np.full((50, 2), np.inf, np.float32))


def test_a_folder_removed_in_the_middle_is_a_clear_error(tmp_path):
    words = (*SMALL, "--steps", 100_000, "--run-dir", "run", "--quiet")
    with start(*words, "--checkpoint-every", 20, cwd=tmp_path) as child:
        wait_for_a_checkpoint(tmp_path / "run", child)
        (tmp_path / "run").rename(tmp_path / "elsewhere")
        (tmp_path / "run").write_text("in the way")
        _, errors = child.communicate(timeout=240)
    assert child.returncode == 2, errors
    assert "Traceback" not in errors
    assert "cannot write" in errors


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_keeps_the_last_checkpoint(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        words = ("--run-dir", disk / "run", "--checkpoint-every", 10, "--quiet")
        with start(*SMALL, *words, "--steps", 100_000, cwd=tmp_path) as child:
            wait_for_a_checkpoint(disk / "run", child)
            fill_up(disk / "filler")
            _, errors = child.communicate(timeout=240)
        assert child.returncode == 2, errors
        assert "No space left on device" in errors
        assert "Traceback" not in errors
        shutil.copytree(disk / "run", tmp_path / "run")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    last = checkpoints.latest_step(tmp_path / "run" / "checkpoints")
    assert last
    again = ("--resume", "--run-dir", tmp_path / "run", "--steps", last + 2)
    assert quick_command(*again, "--quiet", cwd=tmp_path).returncode == 0
    assert steps(tmp_path / "run") == list(range(1, last + 3))
    assert summary(tmp_path / "run")["resumed_from"] == last


def fill_up(file):
    with contextlib.suppress(OSError), file.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(4096))


def wait_for_a_checkpoint(run_dir, child):
    deadline = time.monotonic() + 240
    while not checkpoints.list_steps(run_dir / "checkpoints"):
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < deadline, "no checkpoint was ever written"
        time.sleep(0.01)


def wait_for_growth(metrics, lines, child):
    """Waits until a run that starts or resumes has logged so many steps more."""
    deadline, least, count = time.monotonic() + 240, None, 0
    while least is None or count < least + lines:
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < deadline, "the run makes no steps"
        time.sleep(0.002)
        count = metrics.read_bytes().count(b"\n") if metrics.exists() else 0
        # What the killed run logged beyond its checkpoint is cut off first.
        least = count if least is None or count < least else least


@pytest.mark.slow
def test_killed_again_and_again_a_run_ends_in_the_same_bits(tmp_path):
    """SIGKILL hits steps, checkpoints and pictures; nothing may show afterwards."""
    whole = quick_command(*TORTURED, "--run-dir", "whole", cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    run_dir, moments = tmp_path / "run", random.Random(0)
    for kill in range(KILLS):
        resume = ["--resume"] if kill else []
        with start(*TORTURED, "--run-dir", "run", *resume, cwd=tmp_path) as child:
            # Counted in steps, so that a slow machine is killed at work as well.
            wait_for_growth(run_dir / "metrics.jsonl", moments.randint(1, 90), child)
            time.sleep(moments.uniform(0, 0.05))
            child.kill()
        assert child.returncode == -9
    last = quick_command(*TORTURED, "--run-dir", "run", "--resume", cwd=tmp_path)
    assert last.returncode == 0, last.stderr
    assert sha(run_dir) == sha(tmp_path / "whole")
    assert rows(run_dir) == rows(tmp_path / "whole")
    assert not unfinished(run_dir)
    names = sorted(path.name for path in (run_dir / "samples").iterdir())
    assert names == sorted(p.name for p in (tmp_path / "whole/samples").iterdir())
