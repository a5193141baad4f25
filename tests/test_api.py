"""The Python interface: a run by name, and runs from parts of one's own."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

import wgan_jax
from tests.runs import images, points, tiny, train
from wgan_jax import Config, Recipe
from wgan_jax.constraints import Constraint
from wgan_jax.objectives import Objective, wasserstein


class MyGenerator(nn.Module):
    """A line: every sample is an affine image of its latent vector."""

    @nn.compact
    def __call__(self, z, train):
        return nn.Dense(2)(z)


class MyCritic(nn.Module):
    """One hidden layer."""

    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(1)(nn.tanh(nn.Dense(8)(x)))[:, 0]


def recipe(**parts) -> Recipe:
    own = {
        "generator": MyGenerator(),
        "critic": MyCritic(),
        "objective": wasserstein(),
        "constraint": Constraint("mine"),
        "generator_optimizer": optax.sgd(0.1),
        "critic_optimizer": optax.sgd(0.1),
        "latent_dim": 2,
        "n_critic": 2,
    }
    return Recipe(**(own | parts))


def test_names_are_there_without_importing_jax_first():
    for name in wgan_jax.__all__:
        assert getattr(wgan_jax, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        wgan_jax.trian  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018


def test_a_run_by_name_can_be_restored(tmp_path):
    config = tiny(tmp_path / "run", dataset="ring8", steps=2)
    result = train(config)
    restored, state = wgan_jax.restore(tmp_path / "run")
    assert restored == Config(**vars(result.config) | {"quiet": False})
    jax.tree.map(np.testing.assert_array_equal, state, result.state)


def test_own_networks_train_without_the_registry(tmp_path):
    mine = recipe()
    result = train(tiny(tmp_path / "run", steps=4), points(), mine)
    kernel = result.state.generator.params["Dense_0"]["kernel"]
    assert kernel.shape == (2, 2)
    _, state = wgan_jax.restore(tmp_path / "run", recipe=mine, sample_shape=(2,))
    np.testing.assert_array_equal(state.generator.params["Dense_0"]["kernel"], kernel)


def test_an_own_objective_is_the_one_that_is_minimised(tmp_path):
    """A constant loss moves nothing; any other objective in its place would."""
    still = Objective(
        lambda real_scores, fake_scores: 0 * jnp.mean(real_scores + fake_scores) + 7,
        lambda fake_scores: 0 * jnp.mean(fake_scores) - 3,
    )
    first = train(tiny(tmp_path / "a", steps=1), points(), recipe(objective=still))
    second = train(tiny(tmp_path / "b", steps=3), points(), recipe(objective=still))
    assert first.summary["params_sha256"] == second.summary["params_sha256"]
    metrics = second.summary["final_metrics"]
    assert (metrics["critic_loss"], metrics["generator_loss"]) == (7, -3)


def test_an_own_constraint_acts_after_every_critic_update(tmp_path):
    """A projection that undoes every update leaves the critic where it started."""
    frozen = Constraint("frozen", projection=optax.set_to_zero())
    config = tiny(tmp_path / "a", steps=3)
    state = train(config, points(), recipe(constraint=frozen)).state
    start = train(
        tiny(tmp_path / "b", steps=1), points(), recipe(constraint=frozen)
    ).state
    same = jax.tree.map(np.array_equal, state.critic.params, start.critic.params)
    assert all(jax.tree.leaves(same))
    moved = jax.tree.map(np.array_equal, state.generator.params, start.generator.params)
    assert not all(jax.tree.leaves(moved))


@pytest.mark.parametrize("channels", [1, 3])
def test_own_images_need_no_registry(channels, tmp_path):
    data = np.repeat(images(), channels, axis=-1)
    config = tiny(tmp_path / "run", network="dcgan", width=2, steps=2, sample_every=2)
    result = train(config, data)
    assert result.config.dataset == "custom"
    assert (tmp_path / "run" / "samples" / "step-00000002.png").stat().st_size > 100
