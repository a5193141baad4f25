"""On several devices a part of one's own that looks at its batch is refused."""

import functools

import jax.numpy as jnp
import pytest
from flax import linen as nn
from jax.nn import softplus

from tests.games import by_hand
from tests.training.own_parts import PLANE
from wgan_jax.constraints import unconstrained
from wgan_jax.errors import UserError
from wgan_jax.objectives import Objective
from wgan_jax.training.check import check_recipe

GAME = by_hand(unconstrained())


def mean_loss(real, fake):
    return jnp.mean(softplus(-real)) + jnp.mean(softplus(fake))


def generator_loss(fake):
    return jnp.mean(softplus(-fake))


def relativistic_average(real, fake):
    """RaGAN's, of the differences from the mean of the other side."""
    return mean_loss(real - jnp.mean(fake), fake - jnp.mean(real))


class Spread(nn.Module):
    """A critic with a minibatch standard deviation."""

    axis_name: str | None = None

    @nn.compact
    def __call__(self, x, train):
        h = nn.relu(nn.Dense(8)(x))
        std = jnp.broadcast_to(jnp.std(h, axis=0), h.shape)
        return nn.Dense(1)(jnp.concatenate([h, std], axis=-1))[:, 0]


class Unaware(nn.Module):
    """The same without the field."""

    @nn.compact
    def __call__(self, x, train):
        return Spread()(x, train)


@pytest.mark.parametrize(
    ("part", "losses"),
    [
        ("critic_loss", Objective(relativistic_average, generator_loss)),
        (
            "critic_loss",
            Objective(
                lambda r, f: jnp.sum(softplus(-r)) + jnp.sum(softplus(f)),
                generator_loss,
            ),
        ),
        ("generator_loss", Objective(mean_loss, lambda f: jnp.sum(softplus(-f)))),
        (
            "generator_loss",
            Objective(
                mean_loss,
                lambda f, r: jnp.mean(softplus(jnp.mean(r) - f)),
                relativistic=True,
            ),
        ),
    ],
)
def test_a_loss_that_is_no_mean_over_samples_is_refused(part, losses):
    check = functools.partial(check_recipe, GAME._replace(objective=losses), PLANE)
    check(1)
    with pytest.raises(UserError, match=f"objective.{part} of a batch is not the mean"):
        check(2)


def test_means_over_samples_are_accepted():
    own = Objective(mean_loss, generator_loss)
    check_recipe(GAME._replace(objective=own), PLANE, 2)
    pairs = Objective(
        lambda r, f: jnp.mean(softplus(f - r)),
        lambda f, r: jnp.mean(softplus(r - f)),
        relativistic=True,
    )
    check_recipe(GAME._replace(objective=pairs), PLANE, 2)


def test_a_critic_that_looks_at_its_batch_has_to_know_of_the_devices():
    check_recipe(GAME._replace(critic=Unaware()), PLANE)
    with pytest.raises(UserError, match="critic Unaware looks at the rest of its"):
        check_recipe(GAME._replace(critic=Unaware()), PLANE, 2)
    check_recipe(GAME._replace(critic=Spread()), PLANE, 2)
