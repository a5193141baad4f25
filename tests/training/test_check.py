"""Parts of one's own that do not fit are refused at the border, each by name.

Every network here trained silently wrong, or ended in JAX's own words, before there was
a check.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from tests.runs import images, own_run, points, train
from tests.training.own_parts import PLANE, Attention, Mapped, game
from wgan_jax.config import Config
from wgan_jax.constraints import (
    clipping,
    normalization,
    penalty,
    spectral,
    unconstrained,
)
from wgan_jax.errors import UserError
from wgan_jax.networks.autoencoder import MLPAutoencoder
from wgan_jax.networks.mlp import MLPGenerator
from wgan_jax.training.check import check_recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step


class Normed(nn.Module):
    """A critic, or with `features` a generator, with batch norm."""

    features: int = 1
    tell: bool = False
    axis_name: str | None = None

    @nn.compact
    def __call__(self, x, train):
        axis = self.axis_name if self.tell else None
        h = nn.BatchNorm(use_running_average=not train, axis_name=axis)(nn.Dense(8)(x))
        y = nn.Dense(self.features)(nn.relu(h))
        return y if self.features > 1 else y[:, 0]


class Untold(nn.Module):
    """A generator with batch norm that no step can tell about devices."""

    @nn.compact
    def __call__(self, z, train):
        h = nn.BatchNorm(use_running_average=not train)(nn.Dense(8)(z))
        return nn.Dense(2)(nn.relu(h))


@pytest.mark.parametrize(
    ("last", "seen"),
    [
        (lambda s: s, r"\(2, 1\)"),
        (lambda s: s.mean(), r"\(\)"),
        (lambda s: s[:1, 0], r"\(1,\)"),
        (lambda s: jnp.concatenate([s, s], axis=1), r"\(2, 2\)"),
        (lambda s: jnp.sign(s[:, 0]).astype(jnp.int32), r"int32 of shape \(2,\)"),
        (lambda s: (s[:, 0], s), "a tuple"),
    ],
)
@pytest.mark.parametrize("constraint", [normalization(), penalty(1.0), clipping(0.1)])
def test_a_critic_without_one_score_a_sample_is_refused(last, seen, constraint):
    # [B, 1] was normalised over [B, B]: loss -.140 where -.077 is right.
    recipe = game(Mapped(last), constraint)
    with pytest.raises(UserError, match=f"critic Mapped maps 2 samples to {seen}"):
        init_state(recipe, jax.random.key(0), PLANE)
    with pytest.raises(UserError, match="critic Mapped maps 2 samples to"):
        check_recipe(recipe, PLANE)


@pytest.mark.parametrize("constraint", [normalization(), penalty(1.0), clipping(0.1)])
def test_a_critic_that_squeezes_its_batch_away_is_refused(constraint):
    recipe = game(Mapped(lambda scores: scores.squeeze()), constraint)
    with pytest.raises(UserError, match=r"critic Mapped maps 1 sample to \(\), but"):
        check_recipe(recipe, PLANE)


class ByName(nn.Module):
    """Takes `train` by its name alone, as Flax allows."""

    width: int

    @nn.compact
    def __call__(self, x, *, train):
        y = nn.Dense(self.width)(nn.relu(nn.Dense(8)(x)))
        return y if self.width > 1 else y[:, 0]


def test_networks_may_take_train_by_name_alone():
    recipe = game(ByName(1), normalization())._replace(generator=ByName(2))
    check_recipe(recipe, PLANE, devices=2)


def test_a_promise_is_held_against_a_critic_of_the_package_too():
    shape = (8, 8, 1)
    critic = MLPAutoencoder(shape)
    recipe = game(critic, normalization(piecewise_linear=True))
    recipe = recipe._replace(generator=MLPGenerator(shape))
    with pytest.raises(UserError, match="critic MLPAutoencoder breaks a promise"):
        check_recipe(recipe, shape)


def test_a_batch_of_one_leaves_batch_norm_nothing(tmp_path):
    own = game()._replace(generator=Normed(2))
    config = own_run(tmp_path / "run", batch_size=1)
    with pytest.raises(UserError, match="Normed makes the same sample of every latent"):
        train(config, points(), own)
    train(own_run(tmp_path / "plain", batch_size=1, steps=1), points(), game())
    folder = str(tmp_path / "mlp")
    by_name = Config("gan", network="mlp", batch_size=1, devices=1, run_dir=folder)
    with pytest.raises(UserError, match="batch_size is 1, but the generator of netw"):
        train(by_name, images())
    uncounted = {"penalty_every": 4, "critic_schedule": "wgan2017", "devices": 1}
    gp = Config("gp", "ring8", run_dir=str(tmp_path / "gp"), **uncounted)
    with pytest.raises(UserError, match="penalty_every 4 counts critic updates at a"):
        train(gp)


def test_a_generator_of_another_shape_is_refused():
    recipe = game(Mapped())
    with pytest.raises(UserError, match=r"Shift maps 2 latents to \(2, 2\).*\(2, 3\)"):
        init_state(recipe, jax.random.key(0), (3,))
    images = (8, 8, 1)
    with pytest.raises(UserError, match=r"Shift.*return \[B, 8, 8, 1\]"):
        check_recipe(game(Mapped(lambda s: s.mean((1, 2, 3)))), images)


@pytest.mark.parametrize(
    ("constraint", "why"),
    [
        (normalization(), "sample by sample"),
        (penalty(1.0), "sample by sample"),
        (penalty(1.0, one_sided=True), "sample by sample"),
        (spectral(), "the bound is void"),
    ],
)
def test_batch_norm_in_the_critic_is_refused_where_it_voids_the_constraint(
    constraint, why
):
    # Under a penalty the gradient norm was 0 and the penalty a constant 1.
    recipe = game(Normed(tell=True), constraint)
    for check in (
        lambda: check_recipe(recipe, PLANE),
        lambda: init_state(recipe, jax.random.key(0), PLANE),
    ):
        with pytest.raises(UserError, match=f"critic Normed keeps running.*{why}"):
            check()


@pytest.mark.parametrize("constraint", [unconstrained(), clipping(0.1)])
def test_batch_norm_in_the_critic_is_allowed_elsewhere(constraint):
    check_recipe(game(Normed(tell=True), constraint), PLANE, devices=2)


def test_batch_norm_that_forgets_the_devices_is_refused_on_several():
    recipe = game()._replace(generator=Untold())
    check_recipe(recipe, PLANE)
    with pytest.raises(UserError, match="generator Untold has batch norm and no field"):
        check_recipe(recipe, PLANE, devices=2)
    check_recipe(recipe._replace(generator=Normed(2, tell=True)), PLANE, devices=2)
    with pytest.raises(UserError, match="critic Untold2 has batch norm"):
        check_recipe(game(type("Untold2", (Untold,), {"__call__": _score})()), PLANE, 2)


@nn.compact
def _score(self, x, train):
    return nn.BatchNorm(use_running_average=not train)(nn.Dense(8)(x)).mean(1)


def test_train_refuses_it_before_a_folder_is_made(tmp_path):
    recipe = game(Mapped())._replace(generator=Untold())
    config = own_run(tmp_path / "run", devices=2)
    with pytest.raises(UserError, match="each of 2 devices would use statistics"):
        train(config, points(), recipe)
    assert not (tmp_path / "run").exists()


class NoKernel(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return x @ self.param("weights", nn.initializers.ones, (2,))


class General(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.DenseGeneral((2, 3))(x).sum((1, 2))


@pytest.mark.parametrize(
    ("critic", "words"),
    [
        (NoKernel(), "divides the leaves named 'kernel'.*its leaves are weights"),
        (General(), r"DenseGeneral_0/kernel \(2, 2, 3\) has several output axes"),
        (Attention(), "has several output axes"),
    ],
)
def test_spectral_normalisation_refuses_what_it_cannot_view_as_a_matrix(critic, words):
    with pytest.raises(UserError, match=words):
        init_state(game(critic, spectral()), jax.random.key(0), PLANE)


def test_pulling_away_needs_an_encoder():
    with pytest.raises(UserError, match="critic Linear has no method encode"):
        check_recipe(game(pulling_away=0.1), PLANE)


@pytest.mark.parametrize("updates", [1, 3])
def test_a_batch_for_another_number_of_updates_is_refused(updates):
    recipe = game(n_critic=2)
    state = init_state(recipe, jax.random.key(0), PLANE)
    step = jax.jit(make_train_step(recipe))
    batch = jnp.zeros((updates, 4, 2))
    with pytest.raises(UserError, match=rf"{updates} critic updates.*n_critic is 2"):
        step(state, jax.random.key(1), batch)
    step(state, jax.random.key(1), batch, updates)  # given, it is taken


def test_checking_leaves_no_trace_in_the_numbers():
    recipe = game(Mapped(), penalty(1.0))
    make = functools.partial(init_state, recipe, jax.random.key(0), PLANE)
    before = make()
    check_recipe(recipe, PLANE)
    jax.tree.map(np.testing.assert_array_equal, before, make())
