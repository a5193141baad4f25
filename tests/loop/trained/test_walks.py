"""Walks of points of any number of coordinates, as they are handed to the drawing."""

import jax
import numpy as np
import pytest

from tests.games import tiny_game
from wgan_jax.errors import UserError
from wgan_jax.loop import memory, pictures
from wgan_jax.loop.trained import walks
from wgan_jax.loop.trained.trained import Trained


def trained(dim):
    game = tiny_game("nsgan", "toy", (dim,))
    state = jax.tree.map(np.asarray, game.state)
    return Trained(game.config, game.recipe, state, (dim,))


@pytest.mark.parametrize("way", [walks.walk_between, walks.walk_in_a_circle])
def test_walks_that_do_not_fit_into_memory_are_refused(way, monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 8_000_000)
    run, walk = trained(2), walks.Walk(0, 2, 3, "linear", "auto")
    assert len(way(run, walk)) == 2
    with pytest.raises(UserError, match="2,000 walks of .*Choose fewer walks"):
        way(run, walk._replace(count=2000, length=1000))


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_points_of_any_dimension_are_drawn_in_the_plane(dim, tmp_path, monkeypatch):
    seen = {}

    def paths(_, *given):
        seen["paths"] = given

    def frames(*given):
        seen["frames"] = given
        return []

    monkeypatch.setattr(pictures, "GRID", 4)
    monkeypatch.setattr(walks, "save_paths", paths)
    monkeypatch.setattr(walks, "cloud_frames", frames)
    run, walk = trained(dim), walks.Walk(0, 6, 3, "linear", "auto")
    real = np.random.default_rng(0).normal(size=(40, dim)).astype(np.float32)
    points = walks.walk_between(run, walk)
    walks.draw_walks(tmp_path / "a.png", run, points, real, "title")
    walks.point_frames(run, points, real, "title")
    shown, drawn, surface, title = seen["paths"]
    assert (points.shape, drawn.shape, shown.shape) == ((6, 3, dim), (6, 3, 2), (40, 2))
    assert (title, surface is None) == ("title", dim == 1)
    assert surface is None or (surface[2] is None) == (dim > 2)  # limits alone
    clouds = seen["frames"][1]
    assert clouds.shape == (3, 6, 2)
    if dim == 1:
        # Along a walk the second axis is the way; in a film it is the walk's number.
        np.testing.assert_array_equal(drawn[..., :1], points)
        np.testing.assert_array_equal(drawn[4, :, 1], [0, 0.5, 1])
        np.testing.assert_array_equal(clouds[:, :, 0], points[..., 0].T)
        np.testing.assert_allclose(clouds[1, :, 1], np.linspace(0, 1, 6), atol=1e-6)
        return
    expected = points if dim == 2 else pictures.principal_axes(real)(points)
    np.testing.assert_array_equal(drawn, expected)
    np.testing.assert_array_equal(clouds, expected.swapaxes(0, 1))


def test_a_circle_goes_from_stop_to_stop_and_back_to_the_first():
    run, walk = trained(2), walks.Walk(0, 6, 4, "linear", "auto")
    stops = run.latents(0, 6 * walks.LEGS).reshape(6, walks.LEGS, -1)
    steps = walks.walk_in_a_circle(run, walk).reshape(6, walks.LEGS, 4, 2)
    for leg in range(walks.LEGS):
        start, end = stops[:, leg], stops[:, (leg + 1) % walks.LEGS]
        for step in range(4):
            expected = run.generate(start + step / 4 * (end - start))
            np.testing.assert_allclose(steps[:, leg, step], expected, atol=1e-5)
