"""The command that samples, on runs of points."""

from typing import Any

import numpy as np
import pytest

from tests.runs import points, tiny_run, train
from tests.sampling import frames, pixels, refused, sampled
from wgan_jax.loop import pictures

FIELDS: dict[str, Any] = {"steps": 4, "checkpoint_every": 2, "sample_every": 2}


@pytest.fixture(scope="module")
def on_points(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(pictures, "GRID", 4)
    run_dir = tmp_path_factory.mktemp("sample") / "points"
    run = train(tiny_run(run_dir, dataset="ring8", latent_dim=2, **FIELDS)).run_dir
    yield run
    patch.undo()


def test_points_have_arrays_and_pictures(on_points, tmp_path, capsys):
    sampled(on_points, "--out", tmp_path / "a.npz", "--count", 50)
    with np.load(tmp_path / "a.npz") as found:
        assert (found["samples"].dtype, found["samples"].shape) == (np.float32, (50, 2))
    sampled(on_points, "--out", tmp_path / "a.png", "--count", 50)
    assert pixels(tmp_path / "a.png").std() > 10
    sampled(on_points, "--gif", tmp_path / "a.gif")
    found, _, _ = frames(tmp_path / "a.gif")
    own = pixels(on_points / "samples" / "step-00000000.png")
    assert (len(found), found[0].shape) == (3, (*own.shape[:2], 3))  # it has a title
    words = ("--interpolate", 2, "--count", 20)
    gif, out = tmp_path / "b.gif", tmp_path / "b.png"
    sampled(on_points, "--gif", gif, "--out", out, *words)
    assert len(frames(gif)[0]) == 8
    assert (pixels(out) != pixels(tmp_path / "a.png")).any()
    assert "holds points" in refused(capsys, on_points, "--out", tmp_path / "many")


def test_a_picture_of_points_needs_the_real_ones(tmp_path, capsys):
    run_dir = train(tiny_run(tmp_path / "run", steps=1), points()).run_dir
    words = ("--out", tmp_path / "a.png")
    assert "was given from Python" in refused(capsys, run_dir, *words)
    sampled(run_dir, "--out", tmp_path / "a.npz")


def test_a_film_of_points_of_ones_own_has_the_titles_of_its_pictures(tmp_path):
    run_dir = train(tiny_run(tmp_path / "run", **FIELDS), points()).run_dir
    sampled(run_dir, "--gif", tmp_path / "a.gif")
    found, _, _ = frames(tmp_path / "a.gif")
    own = pixels(tmp_path / "run" / "samples" / "step-00000002.png")
    assert found[1].shape == (*own.shape[:2], 3)
