"""Parts that pass no gradient are refused, by name; those that pass one are not."""

import jax
import jax.numpy as jnp
import pytest
from flax import linen as nn

from tests.training.own_parts import PLANE, Mapped, game
from wgan_jax.errors import UserError
from wgan_jax.training.check import check_recipe


class Deaf(nn.Module):
    """Makes the same from every latent: its own points, one for each place."""

    @nn.compact
    def __call__(self, latents, train):
        points = self.param("points", nn.initializers.normal(), (1, 2))
        return jnp.broadcast_to(points, (len(latents), 2))


class Dreamer(nn.Module):
    """The same, and takes its noise from a generator of its own."""

    @nn.compact
    def __call__(self, latents, train):
        size = (len(latents), 4)
        noise = jax.random.normal(self.make_rng("dropout"), size) if train else 0
        return nn.Dense(2)(jnp.zeros(size) + noise)


class ZeroLast(nn.Module):
    """Starts at one point, as some generators do, and can leave it."""

    @nn.compact
    def __call__(self, latents, train):
        hidden = nn.BatchNorm(use_running_average=not train)(nn.Dense(8)(latents))
        return nn.Dense(2, kernel_init=nn.initializers.zeros)(nn.relu(hidden))


class Rounded(nn.Module):
    @nn.compact
    def __call__(self, latents, train):
        return jnp.round(nn.Dense(2)(latents))


def _stopped(x: jax.Array) -> jax.Array:
    return jax.lax.stop_gradient(x)


class Blind(nn.Module):
    """Learns from samples, and does not tell the generator where they are."""

    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(1)(nn.relu(nn.Dense(8)(_stopped(x))))[:, 0]


def test_an_augmentation_that_rounds_is_named():
    def rounded(images, noise):
        return jnp.round(127.5 * images) / 127.5

    def shifted(images, noise):
        return images + noise.uniform(images.shape[:1])[:, None]

    with pytest.raises(UserError, match="augment returns images whose gradient by"):
        check_recipe(game()._replace(augment=rounded), PLANE)

    def centred(images, noise):
        return images - images.mean(1, keepdims=True)

    for augment in (shifted, centred):
        check_recipe(game()._replace(augment=augment), PLANE)


@pytest.mark.parametrize(
    ("generator", "said"),
    [
        (Deaf(), "generator Deaf returns samples whose gradient by the latents is 0"),
        (Rounded(), "Rounded .* gradient by its parameters and by the latents is 0"),
    ],
)
def test_a_generator_that_could_not_learn_is_refused(generator, said):
    with pytest.raises(UserError, match=said):
        check_recipe(game()._replace(generator=generator), PLANE)


@pytest.mark.parametrize("generator", [ZeroLast(), Dreamer()], ids=repr)
def test_a_generator_that_can_learn_is_not(generator):
    check_recipe(game()._replace(generator=generator), PLANE)


@pytest.mark.parametrize(
    ("critic", "said"),
    [
        (Blind(), "critic Blind returns scores whose gradient by the samples is 0"),
        (
            Mapped(last=lambda scores: _stopped(scores)[:, 0]),
            "Mapped .* gradient by its parameters and by the samples is 0",
        ),
    ],
)
def test_a_critic_that_teaches_nothing_is_refused(critic, said):
    with pytest.raises(UserError, match=said):
        check_recipe(game(critic), PLANE)
