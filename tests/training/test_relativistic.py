"""An objective that asks for real scores in the generator's update, and its price."""

import jax
import jax.numpy as jnp
import optax
import pytest

from tests.games import BATCH, by_hand
from wgan_jax.constraints import unconstrained
from wgan_jax.errors import UserError
from wgan_jax.objectives import Objective, hinge, relativistic
from wgan_jax.training.check import check_recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step

KEY = jax.random.key(1)


def test_the_generator_is_shown_the_critics_last_batch():
    recipe = by_hand(
        unconstrained(),
        objective=relativistic(),
        n_critic=2,
        generator_optimizer=optax.set_to_zero(),
    )
    state = init_state(recipe, KEY, (2,))
    real = 3 * jax.random.normal(jax.random.key(9), (2, BATCH, 2))
    step = jax.jit(make_train_step(recipe))
    generator_key = jax.random.split(jax.random.fold_in(KEY, 0), 3)[2]
    fake = jax.random.normal(generator_key, (BATCH, 2))
    for made in (1, 2):
        after, metrics = step(state, KEY, real, made)
        # Scores of the critic as its updates left it.
        kernel = after.critic.params["kernel"]
        expected = jax.nn.softplus((real[made - 1] - fake) @ kernel).mean()
        assert float(metrics["generator_loss"]) == pytest.approx(float(expected), 1e-5)


def products(objective: Objective) -> int:
    recipe = by_hand(unconstrained(), objective=objective)
    state = init_state(recipe, KEY, (2,))
    real = jnp.zeros((1, BATCH, 2))
    jaxpr = jax.make_jaxpr(make_train_step(recipe))(state, KEY, real)
    return str(jaxpr).count("dot_general")


def test_it_alone_costs_a_pass_over_real_samples():
    plain = hinge()
    own = plain._replace(generator_loss=lambda fake: -jnp.mean(fake))
    assert products(own) == products(plain) == products(relativistic()) - 1


@pytest.mark.parametrize(
    ("loss", "asks"),
    [(lambda fake, real: fake.mean(), False), (lambda fake: fake.mean(), True)],
)
def test_a_field_says_whether_a_loss_takes_real_scores(loss, asks):
    objective = Objective(
        lambda real, fake: fake.mean() - real.mean(), loss, relativistic=asks
    )
    wrong = by_hand(unconstrained(), objective=objective)
    with pytest.raises(UserError, match=r"generator_loss is called.*relativistic=True"):
        check_recipe(wrong, (2,))
    check_recipe(
        wrong._replace(objective=objective._replace(relativistic=not asks)), (2,)
    )
