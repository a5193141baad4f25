"""The critic sees changed samples alone, in both updates."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.games import by_hand, tiny_config, tiny_game
from wgan_jax.config import Config, resolve
from wgan_jax.constraints.interface import unconstrained
from wgan_jax.errors import UserError
from wgan_jax.training import losses, updates
from wgan_jax.training.check import check_recipe
from wgan_jax.training.recipe import describe_recipe, make_recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step

KEY = jax.random.key(4)
POINTS = jnp.ones((8, 2))
RECIPE = by_hand(unconstrained())
STATE = init_state(RECIPE, KEY, (2,))


def doubled(samples, noise):
    return 2 * samples


def jittered(samples, noise):
    return samples + noise.uniform((len(samples), 1))


def step(augment, key=KEY):
    recipe = RECIPE._replace(augment=augment)
    return jax.jit(make_train_step(recipe))(STATE, key, POINTS[None])


def test_the_critics_update_sees_changed_samples():
    """Of a linear critic on doubled samples, estimate and gradient double."""
    (plain, before), (changed, after) = step(None), step(doubled)
    name = "wasserstein_estimate"
    assert float(after[name]) == pytest.approx(2 * float(before[name]), rel=1e-5)
    start, one, two = (s.critic.params["kernel"] for s in (STATE, plain, changed))
    assert float(jnp.abs(one - start).max()) > 0.01
    np.testing.assert_allclose(two - start, 2 * (one - start), rtol=1e-4)


def test_the_generators_gradient_goes_through_the_change():
    """It is the critic's kernel twice, taken by the rate of .1."""
    state, _ = step(doubled)
    moved = state.generator.params["shift"] - STATE.generator.params["shift"]
    expected = 0.1 * 2 * state.critic.params["kernel"]
    np.testing.assert_allclose(moved, expected, rtol=1e-5)


def test_real_and_generated_samples_have_draws_of_their_own():
    name = "wasserstein_estimate"
    estimates = [float(step(change)[1][name]) for change in (None, jittered)]
    assert abs(estimates[0] - estimates[1]) > 1e-3
    assert step(jittered)[1] == step(jittered)[1]


def test_the_name_in_a_config_becomes_the_part():
    config = tiny_config("nsgan", "mlp", augment="translation,cutout")
    recipe = make_recipe(config, (4, 4, 1))
    check_recipe(recipe, (4, 4, 1))
    assert "augment" in describe_recipe(recipe)
    plain = make_recipe(tiny_config("nsgan", "mlp"), (4, 4, 1))
    assert plain.augment is None
    assert "augment" not in describe_recipe(plain)
    with pytest.raises(UserError, match="no images"):
        resolve(Config("nsgan", "ring8", augment="cutout"))


@pytest.mark.parametrize(
    ("augment", "message"),
    [
        ("cutout", "augment is a str, but has to be a function"),
        (lambda x, noise: x[:, :1], r"augment returns float32 of shape \(7, 1\)"),
        (lambda x: x, "augment raised TypeError"),
    ],
)
def test_own_functions_are_checked(augment, message):
    with pytest.raises(UserError, match=message):
        check_recipe(RECIPE._replace(augment=augment), (2,))


def test_without_one_the_program_has_no_operation_more(monkeypatch):
    game = tiny_game("gp")
    batch = jax.ShapeDtypeStruct((game.recipe.n_critic, 8, 2), jnp.float32)

    def program():
        # As traced: lowering would leave out what nothing reads.
        return str(jax.make_jaxpr(make_train_step(game.recipe))(game.state, KEY, batch))

    given = program()
    for module in (losses, updates):
        monkeypatch.setattr(module, "augmented", lambda _, *sides: sides[:2])
    assert given == program()


def test_both_updates_are_told_the_same_step():
    """Of samples times the step, the generator's gradient is the step's too."""
    state = STATE.replace(step=jnp.asarray(5, STATE.step.dtype))
    recipe = RECIPE._replace(
        augment=lambda samples, noise: samples * jnp.float32(noise.step)
    )
    after, _ = jax.jit(make_train_step(recipe))(state, KEY, POINTS[None])
    moved = after.generator.params["shift"] - state.generator.params["shift"]
    np.testing.assert_allclose(
        moved, 0.1 * 5 * after.critic.params["kernel"], rtol=1e-5
    )
