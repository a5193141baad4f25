"""A run read back: which checkpoint, and samples that depend on their key alone."""

import shutil
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

import wgan_jax
from tests.games import by_hand
from tests.runs import images, own_run, points, tiny_run, train
from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.best import save_best
from wgan_jax.constraints import unconstrained
from wgan_jax.errors import UserError
from wgan_jax.loop import memory
from wgan_jax.loop.trained import chunks
from wgan_jax.training import inference

FIELDS = {"steps": 4, "checkpoint_every": 2}


@pytest.fixture(scope="module")
def on_points(tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("trained") / "points"
    return train(tiny_run(run_dir, "gp", ema_decay=0.5, **FIELDS), points())


@pytest.fixture(scope="module")
def on_images(tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("trained") / "images"
    return train(tiny_run(run_dir, "sn", network="dcgan", width=2, **FIELDS), images())


def test_points_come_back_as_the_generator_makes_them(on_points):
    trained = wgan_jax.load_trained(on_points.run_dir)
    recipe, latents = trained.recipe, jnp.asarray(trained.latents(3, 10))
    for weights in ("raw", "ema"):
        expected = inference.sample(recipe, trained.state, latents, weights=weights)
        found = trained.sample(3, 10, weights=weights)
        assert (found.dtype, found.shape) == (np.float32, (10, 2))
        np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_array_equal(trained.sample(3, 10), found)  # auto: the EMA
    assert (trained.sample(3, 10, weights="raw") != found).any()
    assert (trained.sample(4, 10) != found).all()


def test_images_come_back_as_bytes(on_images):
    trained = wgan_jax.load_trained(on_images.run_dir)
    latents = jnp.asarray(trained.latents(0, 5))
    floats = inference.sample(trained.recipe, trained.state, latents)
    found = trained.sample(0, 5)
    assert (found.dtype, found.shape) == (np.uint8, (5, 8, 8, 1))
    np.testing.assert_allclose(found, (np.asarray(floats) + 1) * 127.5, atol=0.51)


def test_the_first_samples_are_those_of_a_larger_count(on_points, monkeypatch):
    """Across a chunk's border, and with chunks of another size but for round-off."""
    trained = wgan_jax.load_trained(on_points.run_dir)
    many = trained.sample(0, 5000)
    np.testing.assert_array_equal(trained.sample(0, 10), many[:10])
    np.testing.assert_array_equal(trained.sample(0, 4097), many[:4097])
    np.testing.assert_array_equal(trained.generate(trained.latents(0, 5000)), many)
    assert len(np.unique(trained.latents(0, 5000), axis=0)) == 5000
    monkeypatch.setattr("wgan_jax.loop.trained.trained.chunk_size", lambda shape: 64)
    again = wgan_jax.load_trained(on_points.run_dir)
    np.testing.assert_allclose(again.sample(0, 500), many[:500], atol=1e-5)


def test_a_seed_is_a_key(on_points):
    trained = wgan_jax.load_trained(on_points.run_dir)
    expected = trained.sample(7, 3)
    for key in (np.int64(7), jax.random.key(7), jax.random.PRNGKey(7)):
        np.testing.assert_array_equal(trained.sample(key, 3), expected)


@pytest.mark.parametrize("key", [-1, 2**31, 0.5, "a", True, None, np.zeros(3)], ids=str)
def test_other_keys_are_refused(on_points, key):
    with pytest.raises(UserError, match="has to be a seed from 0"):
        wgan_jax.load_trained(on_points.run_dir).sample(key, 1)


def test_a_batch_of_keys_is_refused(on_points):
    with pytest.raises(UserError, match="one key of jax.random"):
        wgan_jax.load_trained(on_points.run_dir).sample(
            jax.random.split(jax.random.key(0)), 1
        )


@pytest.mark.parametrize("count", [0, -3, 2**31, 1.5, True])
def test_other_counts_are_refused(on_points, count):
    with pytest.raises(UserError, match="a whole number from 1 to"):
        wgan_jax.load_trained(on_points.run_dir).sample(0, count)


def test_samples_that_do_not_fit_into_memory_are_refused(on_points, monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 8_000_000)
    trained = wgan_jax.load_trained(on_points.run_dir)
    with pytest.raises(UserError, match=r"2,000,000 samples .* 0.016 GB .*0.008 GB"):
        trained.sample(0, 2_000_000)
    assert len(trained.sample(0, 1_000_000)) == 1_000_000


def test_weights_are_named_and_others_refused(on_points, on_images):
    with_ema = wgan_jax.load_trained(on_points.run_dir)
    without = wgan_jax.load_trained(on_images.run_dir)
    assert [with_ema.weights_name(w) for w in ("auto", "raw")] == ["ema", "raw"]
    assert without.weights_name() == "raw"
    with pytest.raises(UserError, match="no moving average"):
        without.sample(0, 1, weights="ema")
    with pytest.raises(UserError, match="raw, ema or auto"):
        with_ema.sample(0, 1, weights="best")


def test_scores_are_those_of_the_constrained_critic(on_images):
    """Bytes and floats alike; an unnormalised spectral critic would score otherwise."""
    trained = wgan_jax.load_trained(on_images.run_dir)
    samples = trained.sample(0, 200)
    floats = samples.astype(np.float32) / np.float32(127.5) - 1
    expected = inference.critic_scores(
        trained.recipe, trained.state, jnp.asarray(floats)
    )
    scores = trained.critic_scores(samples)
    assert (scores.dtype, scores.shape) == (np.float32, (200,))
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    np.testing.assert_allclose(trained.critic_scores(floats), scores, atol=1e-6)
    np.testing.assert_array_equal(trained.critic_scores(samples[7:9]), scores[7:9])
    assert trained.critic_scores(samples[:0]).shape == (0,)


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros((2, 8, 8), np.uint8), r"uint8 \[2, 8, 8\].*\[N, 8, 8, 1\]"),
        (np.zeros((2, 8, 8, 1), np.int32), "int32"),
        (np.full((2, 8, 8, 1), 255.0), "reach 255"),
        (np.full((2, 8, 8, 1), np.nan), "NaN, infinite"),
    ],
    ids=["shape", "type", "range", "nan"],
)
def test_other_samples_are_refused(on_images, samples, words):
    with pytest.raises(UserError, match=words):
        wgan_jax.load_trained(on_images.run_dir).critic_scores(samples)


def test_points_may_be_of_any_float_and_large(on_points):
    trained = wgan_jax.load_trained(on_points.run_dir)
    far = np.asarray([[3.0, -4.0]])
    scores = inference.critic_scores(trained.recipe, trained.state, jnp.float32(far))
    np.testing.assert_allclose(trained.critic_scores(far), scores, rtol=1e-5)
    with pytest.raises(UserError, match=r"\[N, 2\]"):
        trained.critic_scores(far.astype(int))
    with pytest.raises(UserError, match=r"\[3, 5\].*\[N, 100\]|\[N, "):
        trained.generate(np.zeros((3, 5)))


def test_printing_is_short(on_points, on_images):
    trained = wgan_jax.load_trained(on_points.run_dir)
    lines = repr(trained).splitlines()
    assert lines[0] == "Trained: gp on custom, step 4"
    assert lines[1].startswith("  toy, parameters: ")
    assert lines[1].endswith(" critic; EMA: yes")
    assert lines[2] == "  sample(key, N) -> float32 [N, 2]"
    generator = sum(a.size for a in jax.tree.leaves(trained.state.generator.params))
    assert f"{generator:,} generator" in lines[1]
    assert f"generator: {generator:,} parameters" in repr(trained.state)
    assert len(repr(trained.state)) < 150
    assert "uint8 [N, 8, 8, 1]" in repr(wgan_jax.load_trained(on_images.run_dir))
    assert repr(on_points).startswith("RunResult(gp on custom, step 4 in '")
    assert "critic_loss" in repr(on_points)
    assert len(repr(on_points)) < 800


def test_a_checkpoint_is_chosen_by_its_step(on_points):
    steps: list[Any] = [3, 0, "newest", 2.5]
    early = wgan_jax.load_trained(on_points.run_dir, 2)
    assert int(early.state.step) == 2
    assert int(wgan_jax.load_trained(on_points.run_dir).state.step) == 4
    for step in steps:
        with pytest.raises(UserError, match=f"step {step} in .* There are: 2, 4;"):
            wgan_jax.load_trained(on_points.run_dir, step)


def test_the_best_checkpoint_is_asked_for_by_that_name(on_points, tmp_path):
    run_dir = shutil.copytree(on_points.run_dir, tmp_path / "run")
    with pytest.raises(UserError, match="kept by training with --best"):
        wgan_jax.load_trained(run_dir, "best")
    early = wgan_jax.load_trained(run_dir, 2).state
    save_best(run_dir / "best", 2, early, "wasserstein1", 0.1, None)
    assert int(wgan_jax.load_trained(run_dir, "best").state.step) == 2


def test_a_damaged_checkpoint_is_said_and_the_one_before_is_used(
    on_points, tmp_path, capsys
):
    run_dir = shutil.copytree(on_points.run_dir, tmp_path / "run")
    newest = run_dir / "checkpoints" / "step-0000000004" / "state.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1])
    assert int(wgan_jax.load_trained(run_dir).state.step) == 2
    assert "step-0000000004 is damaged" in capsys.readouterr().err
    with pytest.raises(UserError, match="no checkpoint is whole"):
        wgan_jax.load_trained(run_dir, 4)


def test_a_run_without_a_checkpoint_says_so(on_points, tmp_path):
    run_dir = shutil.copytree(on_points.run_dir, tmp_path / "run")
    shutil.rmtree(run_dir / "checkpoints")
    with pytest.raises(UserError, match="has no checkpoint yet"):
        wgan_jax.load_trained(run_dir)
    with pytest.raises(UserError, match=r"no run in .*absent.*config.json"):
        wgan_jax.load_trained(tmp_path / "absent")


def test_large_images_go_in_small_chunks():
    sizes = [(2,), (8, 8, 1), (28, 28, 1), (32, 32, 3), (128, 128, 3), (999, 999, 1)]
    found = [chunks.chunk_size(size) for size in sizes]
    assert found == [4096, 1024, 128, 128, 8, 1]


def test_the_same_run_in_another_state_compiles_nothing_again(on_points):
    trained = wgan_jax.load_trained(on_points.run_dir)
    before = trained.sample(0, 5)
    generator = jax.tree.map(lambda leaf: leaf + 1, trained.state.ema)
    moved = trained.with_state(trained.state.replace(ema=generator))
    assert not np.array_equal(moved.sample(0, 5), before)
    assert moved._generate is trained._generate
    assert np.array_equal(trained.sample(0, 5), before)


class Spread(nn.Module):
    """A critic that looks at its batch: how far the samples lie apart."""

    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(1)(nn.relu(nn.Dense(8)(x)))[:, 0] + jnp.std(x)


def test_a_critic_that_looks_at_its_batch_sees_no_zeros_in_it(tmp_path):
    recipe = by_hand(unconstrained())._replace(critic=Spread())
    run_dir = tmp_path / "run"
    train(own_run(run_dir, steps=1), points(), recipe)
    trained = wgan_jax.load_trained(run_dir, recipe=recipe)
    expected = inference.critic_scores(
        trained.recipe, trained.state, jnp.asarray(points())
    )
    np.testing.assert_allclose(trained.critic_scores(points()), expected, rtol=1e-5)


def test_a_best_that_a_live_run_replaces_while_it_is_read_is_read_again(
    tmp_path, monkeypatch
):
    run_dir = tmp_path / "run"
    state = train(tiny_run(run_dir, steps=4), points()).state
    folder = run_dir / "best"
    save_best(folder, 2, state, "wasserstein1", 1.0, None)
    restore, seen = checkpoints.restore, []

    def replaced(path, *given):
        seen.append(path.name)
        if len(seen) == 1:
            save_best(folder, 4, state, "wasserstein1", 0.5, 2)
        return restore(path, *given)

    monkeypatch.setattr(checkpoints, "restore", replaced)
    assert wgan_jax.load_trained(run_dir, "best") is not None
    assert len(seen) == 2
    shutil.rmtree(folder)
    with pytest.raises(UserError, match="no whole checkpoint"):
        wgan_jax.load_trained(run_dir, "best")
