"""Dropout and noise: drawn in updates, by the update's key, and nowhere else."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn

from tests.games import by_hand, tiny_game
from wgan_jax.constraints import Noise, penalty
from wgan_jax.constraints.gradient_penalties import input_gradients
from wgan_jax.constraints.interface import unconstrained
from wgan_jax.errors import UserError
from wgan_jax.training import losses, updates
from wgan_jax.training.check import check_promises, check_recipe
from wgan_jax.training.inference import critic_scores, sample
from wgan_jax.training.losses import critic_loss
from wgan_jax.training.passes import critic_apply, generate
from wgan_jax.training.randomness import network_rngs
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step

KEY = jax.random.key(4)
ONES = jnp.ones((8, 20))


class Thinned(nn.Module):
    """A linear critic of inputs of which half are dropped."""

    scores_alone = True
    always: bool = False

    @nn.compact
    def __call__(self, x, train):
        """Maps samples [B, d] to scores [B]."""
        x = nn.Dropout(0.5, deterministic=not (train or self.always))(x)
        return nn.Dense(1)(x)[:, 0]


class Noisy(nn.Module):
    """A generator that adds noise of its own in training."""

    @nn.compact
    def __call__(self, z, train):
        """Maps latents [B, d] to samples [B, d]."""
        shift = self.param("shift", nn.initializers.zeros, z.shape[-1:])[None]
        noise = jax.random.normal(self.make_rng("noise"), z.shape) if train else 0 * z
        return z + shift + noise


RECIPE = by_hand(unconstrained())._replace(
    critic=Thinned(), generator=Noisy(), latent_dim=20
)
STATE = init_state(RECIPE, KEY, (20,))


def loss(key, recipe=RECIPE):
    params = STATE.critic.params
    return float(critic_loss(recipe, STATE, params, ONES, 0 * ONES, Noise(key))[0])


def test_an_update_draws_by_its_key():
    keys = jax.random.split(KEY)
    assert loss(keys[0]) == loss(keys[0]) != loss(keys[1])


def test_every_row_of_a_batch_has_a_mask_of_its_own():
    apply = critic_apply(RECIPE, {}, rngs=network_rngs(KEY, "critic"))
    assert len(np.unique(apply(STATE.critic.params, ONES))) == len(ONES)


def test_a_penalty_takes_one_mask_for_all_samples():
    """Of a linear critic the gradient is the kernel without what was dropped, twice."""
    apply = critic_apply(RECIPE, {}, rngs=network_rngs(KEY, "critic"))
    gradients = np.asarray(input_gradients(apply, STATE.critic.params, ONES))
    assert (gradients == gradients[:1]).all()
    kernel = np.asarray(STATE.critic.params["Dense_0"]["kernel"])[:, 0]
    kept = gradients[0] != 0
    assert 0 < kept.sum() < 20
    np.testing.assert_allclose(gradients[0][kept], 2 * kernel[kept], rtol=1e-6)
    assert loss(KEY, RECIPE._replace(constraint=penalty(10.0))) != loss(KEY)


def test_generator_and_critic_draw_apart():
    draw = functools.partial(generate, RECIPE, STATE.generator, 0 * ONES)
    roles = [draw(network_rngs(KEY, role))[0] for role in ("generator", "critic")]
    assert float(jnp.abs(roles[0] - roles[1]).min()) > 0


def test_a_step_trains_and_repeats():
    step = jax.jit(make_train_step(RECIPE))
    ends = [step(STATE, key, ONES[None]) for key in (KEY, KEY, jax.random.key(9))]
    assert all(np.isfinite(value) for value in ends[0][1].values())
    shifts = [state.generator.params["shift"] for state, _ in ends]
    assert (shifts[0] == shifts[1]).all()
    assert (shifts[0] != shifts[2]).any()


def test_samples_and_scores_draw_nothing():
    np.testing.assert_array_equal(sample(RECIPE, STATE, ONES), ONES)
    expected = ONES @ STATE.critic.params["Dense_0"]["kernel"][:, 0]
    np.testing.assert_allclose(critic_scores(RECIPE, STATE, ONES), expected, rtol=1e-5)


def test_the_recipe_fits_and_its_promises_are_tried_without_masks():
    check_recipe(RECIPE, (20,))
    check_promises(RECIPE, (20,))


@pytest.mark.parametrize(
    ("part", "devices", "message"),
    [
        ({}, 2, "generator Noisy draws random numbers in training.*--devices 1"),
        ({"generator": by_hand(unconstrained()).generator}, 2, "critic Thinned draws"),
        ({"critic": Thinned(always=True)}, 1, "Thinned draws.*train=False too"),
    ],
)
def test_draws_where_none_are_given_are_refused(part, devices, message):
    with pytest.raises(UserError, match=message):
        check_recipe(RECIPE._replace(**part), (20,), devices)


@pytest.mark.parametrize("variant", ["gp", "ebgan"])
def test_networks_that_draw_nothing_cost_nothing(variant, monkeypatch):
    """The program is the same, operation by operation, as one without any `rngs`."""
    game = tiny_game(variant)
    batch = jax.ShapeDtypeStruct((game.recipe.n_critic, 8, 2), jnp.float32)

    def program():
        # As traced: lowering would leave out what nothing reads.
        return str(jax.make_jaxpr(make_train_step(game.recipe))(game.state, KEY, batch))

    given = program()
    for module in (losses, updates):
        monkeypatch.setattr(module, "network_rngs", lambda *_: None)
    assert given == program()
