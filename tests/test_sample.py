"""The command that samples: each kind of file opened again, each refusal a message."""

import json
import shutil
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import wgan_jax
from tests.runs import images, sha, tiny_run, train
from tests.sampling import frames, pixels, refused, sampled
from wgan_jax.artifacts.plots import image_grid
from wgan_jax.loop.trained import walks

FIELDS: dict[str, Any] = {"steps": 4, "checkpoint_every": 2, "sample_every": 2}


@pytest.fixture(scope="module")
def on_images(tmp_path_factory):
    """A run on images of one's own, with an average and pictures of steps 0, 2, 4."""
    run_dir = tmp_path_factory.mktemp("sample") / "images"
    dcgan = {"network": "dcgan", "width": 2, "latent_dim": 4, "ema_decay": 0.5}
    config = tiny_run(run_dir, "nsgan", **(FIELDS | dcgan))
    return train(config, images()).run_dir


def test_an_array_holds_the_samples_and_where_they_are_from(
    on_images, tmp_path, capsys
):
    out = tmp_path / "a.npz"
    words = ("--count", 70, "--seed", 5, "--step", 2, "--weights", "raw")
    sampled(on_images, "--out", out, *words)
    line = capsys.readouterr().out
    assert "uint8 [70, 8, 8, 1] of nsgan on custom, step 2, raw weights" in line
    with np.load(out) as found:
        trained = wgan_jax.load_trained(on_images, 2)
        expected = trained.sample(5, 70, weights="raw")
        np.testing.assert_array_equal(found["samples"], expected)
        assert (found["seed"], found["step"], found["weights"]) == (5, 2, "raw")
        assert str(found["params_sha256"]) != sha(on_images)
    sampled(on_images, "--out", out, "--count", "1", "--overwrite")
    with np.load(out) as found:
        assert str(found["params_sha256"]) == sha(on_images)
        assert (found["weights"], found["step"]) == ("ema", 4)
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]


def test_a_picture_is_the_grid_of_the_samples(on_images, tmp_path):
    sampled(on_images, "--out", tmp_path / "a.png", "--count", 6)
    grid = image_grid(wgan_jax.load_trained(on_images).sample(0, 6))
    np.testing.assert_array_equal(pixels(tmp_path / "a.png"), grid[..., 0])


def test_a_folder_holds_one_file_a_sample_in_their_order(on_images, tmp_path, capsys):
    folder = tmp_path / "many"
    sampled(on_images, "--out", f"{folder}/", "--count", 12)
    expected = wgan_jax.load_trained(on_images).sample(0, 12)
    files = sorted(folder.iterdir())
    assert [files[0].name, files[11].name] == ["sample-0000.png", "sample-0011.png"]
    found = np.stack([pixels(file) for file in files])
    np.testing.assert_array_equal(found, expected[..., 0])
    # Replaced as a whole: none of the twelve is left among three.
    assert "not empty" in refused(capsys, on_images, "--out", folder, "--count", 3)
    sampled(on_images, "--out", folder, "--count", 3, "--overwrite")
    assert len(list(folder.iterdir())) == 3
    (folder / "thesis.txt").write_text("mine")
    words = ("--out", folder, "--overwrite")
    assert "'thesis.txt', which this command" in refused(capsys, on_images, *words)
    assert [p.name for p in tmp_path.iterdir()] == ["many"]


def test_a_film_of_the_training_has_its_pictures_in_order(on_images, tmp_path):
    sampled(on_images, "--gif", tmp_path / "a.gif")
    found, durations, loop = frames(tmp_path / "a.gif")
    steps = [pixels(on_images / "samples" / f"step-0000000{n}.png") for n in (0, 2, 4)]
    assert (len(found), loop) == (3, 0)
    assert durations == [400, 400, 1500]
    height = len(steps[0])
    for frame, step in zip(found, steps, strict=True):
        np.testing.assert_array_equal(frame[:height, :, 0], step)
    # The numbers are in the bar below: it differs from step to step.
    bars = [frame[height:] for frame in found]
    assert all(bar.max() > 200 for bar in bars)
    assert (bars[0] != bars[1]).any()
    assert (bars[1] != bars[2]).any()


def test_a_damaged_picture_is_left_out_and_said(on_images, tmp_path, capsys):
    run_dir = shutil.copytree(on_images, tmp_path / "run")
    (run_dir / "samples" / "step-00000002.png").write_bytes(b"no picture")
    sampled(run_dir, "--gif", tmp_path / "a.gif")
    assert "step-00000002.png is left out" in capsys.readouterr().err
    assert len(frames(tmp_path / "a.gif")[0]) == 2
    shutil.rmtree(run_dir / "samples")
    assert "--sample-every" in refused(capsys, run_dir, "--gif", tmp_path / "b.gif")


@pytest.mark.parametrize("how", ["linear", "spherical"])
def test_rows_of_walks_begin_and_end_at_samples(on_images, tmp_path, how):
    words = ("--interpolate", 5, "--count", 3, "--interpolation", how)
    sampled(on_images, "--out", tmp_path / "a.npz", *words)
    sampled(on_images, "--out", tmp_path / "a.png", *words)
    with np.load(tmp_path / "a.npz") as found:
        rows = found["samples"]
    assert rows.shape == (3, 5, 8, 8, 1)
    ends = wgan_jax.load_trained(on_images).sample(0, 6).astype(int)
    # To a grey value: the latents at the ends are exact to round-off.
    np.testing.assert_allclose(rows[:, 0], ends[0::2], atol=1)
    np.testing.assert_allclose(rows[:, -1], ends[1::2], atol=1)
    grid = image_grid(rows.reshape(-1, 8, 8, 1), columns=5)
    np.testing.assert_array_equal(pixels(tmp_path / "a.png"), grid[..., 0])


def test_a_walk_as_a_film_comes_back_to_its_beginning(on_images, tmp_path):
    words = ("--interpolate", 3, "--count", 4)
    sampled(on_images, "--gif", tmp_path / "a.gif", *words)
    found, durations, loop = frames(tmp_path / "a.gif")
    assert (len(found), set(durations), loop) == (12, {80}, 0)
    trained = wgan_jax.load_trained(on_images)
    walk = walks.Walk(0, 4, 3, "spherical", "auto")
    steps = walks.walk_in_a_circle(trained, walk)
    assert steps.shape == (4, 12, 8, 8, 1)
    for frame, step in zip(found, steps.swapaxes(0, 1), strict=True):
        grid = image_grid(step)
        factor = len(frame) // len(grid)
        np.testing.assert_array_equal(frame[::factor, ::factor, :1], grid)
    stops = trained.sample(0, 16).reshape(4, 4, 8, 8, 1).astype(int)
    np.testing.assert_allclose(steps[:, ::3], stops, atol=1)
    # As near from the last to the first as between any two.
    moved = np.abs(steps - np.roll(steps, 1, axis=1).astype(int)).mean((0, 2, 3, 4))
    assert moved[0] < 2 * np.median(moved)


def test_an_export_runs_without_the_package(on_images, tmp_path):
    """In a process that cannot import it, by the lines of the README."""
    folder = tmp_path / "generator"
    sampled(on_images, "--export", folder)
    facts = json.loads((folder / "generator.json").read_text())
    assert (facts["weights"], facts["latent_dim"]) == ("ema", 4)
    assert facts["platforms"] == ["cpu", "cuda", "rocm", "tpu"]
    assert facts["params_sha256"] == sha(on_images)
    trained = wgan_jax.load_trained(on_images)
    np.save(folder / "latents.npy", trained.latents(0, 7))
    code = (folder / "README.md").read_text().split("```")[1].removeprefix("python")
    script = (
        "import sys; sys.modules['wgan_jax'] = None; sys.modules['flax'] = None\n"
        f"{code}\nimport numpy as np\n"
        "assert samples.shape == (16, 8, 8, 1), samples.shape\n"
        "latents = np.load('latents.npy')\n"
        "np.save('samples.npy', jax.jit(generator.call)(weights, latents))\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = (np.load(folder / "samples.npy") + 1) * 127.5
    # Half a grey value of rounding, and what another batch's program rounds.
    np.testing.assert_allclose(found, trained.sample(0, 7), atol=0.51)


def test_a_damaged_checkpoint_is_said(on_images, tmp_path, capsys):
    run_dir = shutil.copytree(on_images, tmp_path / "run")
    state = run_dir / "checkpoints" / "step-0000000004" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:-1])
    sampled(run_dir, "--out", tmp_path / "a.npz", "--count", 1)
    out, err = capsys.readouterr()
    assert "step 2" in out
    assert "step-0000000004 is damaged" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "nothing to write"),
        ("--out a.jpg", "has to end in .npz"),
        ("--out a.gif", "a film is --gif"),
        ("--gif a.png", "has to end in .gif"),
        ("--out absent/a.npz", "is no folder. Make it first"),
        ("--export absent/a", "is no folder. Make it first"),
        ("--out a.npz --count 0", "count is 0, but has to be at least 1"),
        ("--out a.npz --count 3000000000", "from 1 to 2,147,483,647"),
        ("--out a.npz --count 2000000000", "GB of memory"),
        ("--out a.png --count 10001", "too many for one picture"),
        ("--out a.npz --count many", "invalid int value: 'many'"),
        ("--out a.npz --seed -1", "has to be a seed from 0"),
        ("--out a.npz --step 3", "There are: 2, 4"),
        ("--out a.npz --step new", "has to be a number or best"),
        ("--out a.npz --step best", "training with --best"),
        ("--out a.npz --weights best", "invalid choice"),
        ("--out a.npz --interpolate 1", "has to be from 2 to 1,000"),
        ("--out many --interpolate 3", "not to a folder"),
        ("--out a.npz --interpolation linear", "Give --interpolate N too"),
        ("--gif a.gif --count 3", "--count would have no effect"),
        ("--export a --seed 3", "--seed would have no effect"),
        ("--gif a.gif --step 2", "--step would have no effect"),
        ("--out a.npz --cout 3", "Did you mean --count"),
        ("--out . --count 3", "Name a new folder in it"),
        ("--export ..", "Name a new folder in it"),
        ("--out both --export ./both", "name one place twice"),
    ],
)
def test_what_cannot_be_is_refused(
    on_images, tmp_path, monkeypatch, capsys, words, message
):
    monkeypatch.chdir(tmp_path)
    assert message in refused(capsys, on_images, *words.split())
    assert list(tmp_path.iterdir()) == []


def test_no_run_and_a_run_without_checkpoints_are_refused(on_images, tmp_path, capsys):
    words = ("--out", tmp_path / "a.npz")
    assert "no run in" in refused(capsys, tmp_path / "absent", *words)
    run_dir = shutil.copytree(on_images, tmp_path / "run")
    shutil.rmtree(run_dir / "checkpoints")
    assert "no checkpoint yet" in refused(capsys, run_dir, *words)


def test_parts_of_ones_own_are_sampled_from_python(on_images, tmp_path, capsys):
    run_dir = shutil.copytree(on_images, tmp_path / "run")
    config = json.loads((run_dir / "config.json").read_text())
    config["own_parts"] = {"critic": "mine.Critic()"}
    (run_dir / "config.json").write_text(json.dumps(config))
    words = ("--out", tmp_path / "a.npz")
    assert "load_trained(run_dir, recipe=recipe)" in refused(capsys, run_dir, *words)


def test_what_exists_is_kept(on_images, tmp_path, capsys):
    for name, option in (("a.npz", "--out"), ("a.png", "--out"), ("a.gif", "--gif")):
        file = tmp_path / name
        file.write_text("mine")
        assert "exists. Replace it with" in refused(capsys, on_images, option, file)
        assert file.read_text() == "mine"
    folder = tmp_path / "a.npz.d"
    folder.mkdir()
    (folder / "README.md").write_text("mine")
    assert "not empty" in refused(capsys, on_images, "--export", folder)
    assert "is a file" in refused(capsys, on_images, "--export", tmp_path / "a.png")
    assert "is a folder" in refused(
        capsys, on_images, "--gif", make(tmp_path / "b.gif")
    )


def make(folder):
    folder.mkdir()
    return folder
