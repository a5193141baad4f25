"""Labels beside samples: which update sees which, and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import linen as nn

from tests.games import by_hand
from wgan_jax.constraints import Constraint, unconstrained
from wgan_jax.errors import UserError
from wgan_jax.objectives import Objective
from wgan_jax.training.check import check_recipe
from wgan_jax.training.labelled import Labelled
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step

KEY = jax.random.key(1)
LABELS = jnp.asarray([[0, 1, 2, 1], [2, 2, 0, 1]], jnp.int32)
# Every sample shows its class.
BATCH = Labelled(LABELS[..., None].astype(jnp.float32), LABELS)


class Echo(nn.Module):
    """Generates the class itself."""

    num_classes: int | None = 3

    @nn.compact
    def __call__(self, z: jax.Array, train: bool, labels: jax.Array) -> jax.Array:
        """Maps latents [B, 2] to samples [B, 1]."""
        shift = self.param("shift", nn.initializers.zeros, (1,))
        return labels[:, None].astype(jnp.float32) + shift[None]


class Nudge(Echo):
    """The same, moved by its latents."""

    @nn.compact
    def __call__(self, z: jax.Array, train: bool, labels: jax.Array) -> jax.Array:
        """Maps latents [B, 2] to samples [B, 1]."""
        return super().__call__(z, train, labels) + z[:, :1]


class Scale(nn.Module):
    """Scores 10 x + y: both show in the score."""

    num_classes: int | None = 3

    @nn.compact
    def __call__(self, x: jax.Array, train: bool, labels: jax.Array) -> jax.Array:
        """Maps samples [B, 1] to scores [B]."""
        kernel = self.param("kernel", lambda _: jnp.asarray([10.0]))
        return x @ kernel + labels.astype(jnp.float32)


def spy(apply, params, real, fake, noise, labels):
    """A penalty of nothing that logs what it is shown."""
    seen = {"real": real[:, 0], "fake": fake[:, 0], "labels": labels}
    return 0 * apply(params, real, labels).sum(), seen | {
        "f": apply(params, fake, labels)
    }


def recipe(**parts) -> Recipe:
    still = {name: optax.set_to_zero() for name in OPTIMIZERS}
    rest = {"generator": Echo(), "critic": Scale(), "n_critic": 2, **still}
    return by_hand(Constraint("spy", penalty=spy))._replace(**(rest | parts))


OPTIMIZERS = ("generator_optimizer", "critic_optimizer")


@pytest.mark.parametrize("updates", [1, 2])
def test_real_and_generated_samples_of_an_update_are_of_the_same_classes(updates):
    game = recipe()
    state = init_state(game, KEY, (1,))
    _, seen = jax.jit(make_train_step(game))(state, KEY, BATCH, updates)
    shown = LABELS[updates - 1]
    np.testing.assert_array_equal(seen["labels"], shown)
    np.testing.assert_array_equal(seen["real"], shown)
    np.testing.assert_array_equal(seen["fake"], shown)
    np.testing.assert_array_equal(seen["f"], 11 * shown)
    # The generator makes the classes of the last update: -E f.
    assert float(seen["generator_loss"]) == -11 * float(shown.mean())


def test_a_relativistic_generator_is_paired_within_its_class():
    objective = Objective(
        lambda real, fake: jnp.mean(fake - real),
        lambda fake, real: jnp.max(jnp.abs(fake - real)),
        relativistic=True,
    )
    game = recipe(objective=objective)
    state = init_state(game, KEY, (1,))
    metrics = jax.jit(make_train_step(game))(state, KEY, BATCH)[1]
    assert float(metrics["generator_loss"]) == 0


def test_a_recipe_of_ones_own_may_be_conditional():
    conditional = recipe(constraint=unconstrained())
    check_recipe(conditional._replace(generator=Nudge()), (1,))


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (BATCH.samples, "no labels, but this game is conditional on 3 classes"),
        (BATCH._replace(labels=LABELS.astype(jnp.float32)), r"labels float32 \(2, 4\)"),
        (BATCH._replace(labels=LABELS[:, :3]), r"labels int32 \(2, 3\)"),
        (BATCH._replace(labels=[0]), "labels None None"),
    ],
    ids=["none", "type", "shape", "list"],
)
def test_a_batch_without_its_labels_is_refused(batch, words):
    game = recipe()
    with pytest.raises(UserError, match=words):
        make_train_step(game)(init_state(game, KEY, (1,)), KEY, batch)


def test_labels_that_nobody_reads_are_refused():
    game = by_hand(unconstrained())
    with pytest.raises(UserError, match="declare no num_classes: give the samples"):
        make_train_step(game)(init_state(game, KEY, (2,)), KEY, BATCH)


@pytest.mark.parametrize("classes", [None, 2])
def test_networks_of_other_classes_are_refused(classes):
    with pytest.raises(UserError, match=f"generator 3 and the critic {classes}:"):
        check_recipe(recipe(critic=Scale(classes)), (1,))


@pytest.mark.parametrize("classes", [0, 2.0, True, 2**16 + 1])
def test_a_number_of_classes_that_is_none_is_refused(classes):
    game = recipe(critic=Scale(classes), generator=Echo(classes))
    with pytest.raises(UserError, match="num_classes is"):
        init_state(game, KEY, (1,))
