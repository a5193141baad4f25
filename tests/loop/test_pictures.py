"""Pictures of a state: which weights, which statistics, which scores."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from tests.tiny import solo, tiny_game
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.logs import MetricsLog
from wgan_jax.constraints import gradient_normalize
from wgan_jax.data import from_arrays
from wgan_jax.loop import pictures as snapshot

pytestmark = pytest.mark.usefixtures("quick_compiles")


def latents(count: int, size: int = 4) -> jax.Array:
    return jax.random.normal(jax.random.key(3), (count, size))


def test_samples_come_from_the_average_where_there_is_one():
    game = tiny_game("nsgan", "dcgan", ema_decay=0.75)
    state = game.state
    shifted = jax.tree.map(lambda x: x + 0.1, state.average)
    averaged = state.replace(average=shifted)
    ours = snapshot.sample(game.recipe, averaged, latents(3))
    variables = {"params": shifted["params"], "batch_stats": shifted["stats"]}
    expected = game.recipe.generator.apply(variables, latents(3), train=False)
    chex.assert_trees_all_close(ours, expected, atol=1e-6)
    plain = snapshot.sample(game.recipe, state.replace(average=None), latents(3))
    assert not np.allclose(ours, plain)


def test_a_sample_does_not_depend_on_those_drawn_with_it():
    # Batch statistics would: running ones do not.
    game = tiny_game("nsgan", "dcgan")
    together = snapshot.sample(game.recipe, game.state, latents(4))
    alone = snapshot.sample(game.recipe, game.state, latents(4)[:1])
    chex.assert_trees_all_close(together[:1], alone, atol=1e-6)
    assert float(jnp.abs(together).max()) <= 1


def test_scores_are_those_of_the_constrained_critic():
    game, _ = solo("gn")
    points = jnp.asarray(game.data[:5])
    ours = snapshot.scores(game.recipe, game.state, points)
    normalized = gradient_normalize(
        lambda p, x: jnp.asarray(
            game.recipe.critic.apply({"params": p}, x, train=False)
        )
    )
    expected = normalized(game.state.critic.params, points)
    chex.assert_trees_all_close(ours, expected, atol=1e-6)
    assert float(jnp.abs(ours).max()) <= 1


@pytest.mark.parametrize("network", ["toy", "dcgan"])
def test_a_snapshot_is_a_picture_named_after_its_step(network, tmp_path, monkeypatch):
    monkeypatch.setattr(snapshot, "POINTS", 20)
    monkeypatch.setattr(snapshot, "GRID", 4)
    game = tiny_game("nsgan", network)
    folder = RunFolder.create(tmp_path / "run", {"variant": "nsgan"})
    state = game.state.replace(step=jnp.asarray(12, jnp.int32))
    dataset = from_arrays(game.data)
    draw = snapshot.make_snapshot(game.recipe, dataset, jax.random.key(0))
    with MetricsLog(folder) as log:
        draw(state, folder, log)
        path = folder.sample_path(12)
        first = np.asarray(Image.open(path).convert("RGB"))
        path.unlink()
        draw(state, folder, log)
    # The same latents every time: the same state is the same picture.
    np.testing.assert_array_equal(np.asarray(Image.open(path).convert("RGB")), first)
    assert first.std() > 0
