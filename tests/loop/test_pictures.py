"""Pictures of a state: the same latents every time, and any number of coordinates."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from tests.games import tiny_game
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.data import from_arrays
from wgan_jax.loop import pictures


@pytest.mark.parametrize("network", ["toy", "dcgan"])
def test_a_snapshot_is_a_picture_named_after_its_step(network, tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "POINTS", 20)
    monkeypatch.setattr(pictures, "GRID", 4)
    game = tiny_game("nsgan", network)
    folder = RunFolder.create(tmp_path / "run", {"variant": "nsgan"})
    state = game.state.replace(step=jnp.asarray(12, jnp.int32))
    dataset = from_arrays(game.data)
    draw = pictures.make_painter(game.recipe, dataset, jax.random.key(0), "nsgan")
    with MetricsLog(folder) as log:
        draw(state, folder, log)
        path = folder.sample_path(12)
        first = np.asarray(Image.open(path).convert("RGB"))
        path.unlink()
        draw(state, folder, log)
    # The same latents every time: the same state is the same picture.
    np.testing.assert_array_equal(np.asarray(Image.open(path).convert("RGB")), first)
    assert first.std() > 0


def painted(tmp_path, monkeypatch, dim, data):
    """What is handed to the plots for points of `dim` coordinates."""
    seen = {}
    for name in ("save_histogram", "save_point_plot"):
        monkeypatch.setattr(
            pictures, name, lambda *given, name=name: seen.update({name: given})
        )
    game = tiny_game("nsgan", "toy", (dim,))
    folder = RunFolder.create(tmp_path / "run", {"variant": "nsgan"})
    draw = pictures.make_painter(
        game.recipe, from_arrays(data), jax.random.key(0), "gp"
    )
    with MetricsLog(folder) as log:
        draw(game.state, folder, log)
    (given,) = seen.values()
    return next(iter(seen)), given


def test_numbers_become_a_histogram_with_the_critics_curve(tmp_path, monkeypatch):
    data = np.linspace(-1, 3, 40, dtype=np.float32)[:, None]
    name, given = painted(tmp_path, monkeypatch, 1, data)
    _, real, fake, (xs, curve), title = given
    assert name == "save_histogram"
    np.testing.assert_array_equal(real, data[:, 0])
    assert fake.ndim == 1
    assert (xs[0], xs[-1]) == pytest.approx((-2, 4))
    assert curve.shape == xs.shape
    assert np.isfinite(curve).all()
    assert title == "gp on custom, step 0"


def test_many_coordinates_are_projected_on_the_two_widest_axes(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    spreads = np.array([0.1, 5.0, 0.2, 2.0, 0.05], np.float32)
    data = (random.normal(size=(300, 5)) * spreads).astype(np.float32)
    name, given = painted(tmp_path, monkeypatch, 5, data)
    _, real, fake, surface, title = given
    assert name == "save_point_plot"
    assert real.shape == (300, 2)
    assert fake.shape[1] == 2
    xs, ys, scores = surface  # limits alone, those of the real points
    assert scores is None
    for axis, limits in enumerate((xs, ys)):
        margin = 0.25 * np.ptp(real[:, axis])
        assert limits[0] == pytest.approx(real[:, axis].min() - margin, rel=1e-5)
    # Coordinates 1 and 3 spread most, in this order; an axis has no sign.
    centred = data - data.mean(0)
    for axis, coordinate in ((0, 1), (1, 3)):
        match = np.corrcoef(real[:, axis], centred[:, coordinate])[0, 1]
        assert abs(match) > 0.99
    assert title.endswith("the two widest principal axes of 5")


def test_sorted_data_are_drawn_from_end_to_end(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "POINTS", 20)
    data = np.linspace(-1, 3, 410, dtype=np.float32)[:, None]
    _, (_, real, *_) = painted(tmp_path, monkeypatch, 1, data)
    assert len(real) == 20
    assert (real.min(), real.max()) == pytest.approx((-1, 3), abs=0.4)


def test_real_images_have_the_layout_of_the_generated_ones_and_are_drawn_once(tmp_path):
    data = np.zeros((200, 8, 8, 1), np.uint8)
    data[:] = np.arange(200, dtype=np.uint8).reshape(-1, 1, 1, 1)
    folder = RunFolder.create(tmp_path / "run", {"variant": "gn"})
    pictures.paint_real(from_arrays(data), folder)
    drawn = np.asarray(Image.open(folder.real_samples))
    # Every third of 200: from end to end of the set, the first 64 in a grid of 8 x 8.
    assert drawn.shape == (2 + 8 * 50, 2 + 8 * 50)
    assert (drawn[10, 10], drawn[10, 60], drawn[-10, -10]) == (0, 3, 63 * 3)
    folder.real_samples.write_bytes(b"mine")
    pictures.paint_real(from_arrays(data), folder)
    assert folder.real_samples.read_bytes() == b"mine"


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_real_points_are_drawn_without_a_generator(dim, tmp_path):
    data = np.random.default_rng(0).normal(size=(50, dim)).astype(np.float32)
    folder = RunFolder.create(tmp_path / "run", {"variant": "gn"})
    pictures.paint_real(from_arrays(data), folder)
    drawn = np.asarray(Image.open(folder.real_samples).convert("RGB")).astype(int)
    orange = np.abs(drawn - (0xE8, 0x59, 0x0C)).sum(-1) < 60
    assert (drawn.sum(-1) < 600).sum() > 100
    assert not orange.any()
