"""What own functions raise or return while a step is traced is said of their part."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax
import pytest
from flax import linen as nn

from tests.games import by_hand
from wgan_jax.constraints import Constraint, unconstrained
from wgan_jax.errors import UserError
from wgan_jax.objectives import Objective
from wgan_jax.training.check import check_recipe
from wgan_jax.training.guards import guarded

PLANE = (2,)
GAME = by_hand(unconstrained())


def assert_refused(words: str, **parts) -> None:
    """Asserts that a recipe with other parts is refused with these words."""
    with pytest.raises(UserError, match=words):
        check_recipe(GAME._replace(**parts), PLANE)


def critic_loss(real, fake):
    return jnp.mean(fake) - jnp.mean(real)


def generator_loss(fake):
    return -jnp.mean(fake)


def test_a_sound_game_of_own_functions_is_accepted():
    own = Objective(critic_loss, generator_loss)
    check_recipe(GAME._replace(objective=own), PLANE)


def test_functions_of_the_package_are_left_as_they_are():
    assert guarded(GAME).objective.critic_loss is GAME.objective.critic_loss
    own = GAME._replace(objective=Objective(critic_loss, generator_loss))
    assert guarded(own).objective.critic_loss is not critic_loss


@pytest.mark.parametrize(
    "loss",
    [
        lambda real, fake: fake - real,
        lambda real, fake: None,
        lambda real, fake: jnp.sum(fake).astype(jnp.int32),
        lambda real, fake: jnp.mean(fake)[None],
        lambda real, fake: {"loss": jnp.mean(fake)},
        lambda fake: jnp.mean(fake),
        lambda real, fake: 1 / 0,
        lambda real, fake: 1.0 if jnp.mean(fake) > 0 else 2.0,
    ],
)
def test_a_critic_loss_that_is_no_number_is_named(loss):
    assert_refused(r"objective\.critic_loss", objective=Objective(loss, generator_loss))


@pytest.mark.parametrize(
    "loss", [lambda fake: -fake, lambda fake: None, lambda fake: fake.nothing]
)
def test_a_generator_loss_that_is_no_number_is_named(loss):
    assert_refused(r"objective\.generator_loss", objective=Objective(critic_loss, loss))


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ({"critic_loss": lambda real, fake: -jnp.mean(real)}, "critic_loss .* fake_s"),
        (
            {"critic_loss": lambda real, fake: jnp.mean(fake) - jnp.mean(fake > 0)},
            "critic_loss .* real_s",
        ),
        ({"critic_loss": lambda real, fake: 0.0}, "critic_loss"),
        ({"generator_loss": lambda fake: jnp.zeros(())}, "generator_loss .* fake_sc"),
        (
            {"generator_loss": lambda fake: -jnp.mean(jax.lax.stop_gradient(fake))},
            "generator_loss .* fake_scores",
        ),
        (
            {
                "generator_loss": lambda fake, real: (
                    jnp.mean(real) + 0 * jnp.mean(fake)
                ),
                "relativistic": True,
            },
            "generator_loss .* fake_scores",
        ),
    ],
)
def test_a_loss_that_ignores_its_scores_is_named(losses, words):
    own = Objective(critic_loss, generator_loss)._replace(**losses)
    assert_refused(f"objective.{words}.*gradient by them is 0", objective=own)


@pytest.mark.parametrize(
    "losses",
    [
        # Flat at some scores, as a hinge is.
        {"critic_loss": lambda real, fake: jnp.mean(jax.nn.relu(50 + fake - real))},
        {"generator_loss": lambda fake: jnp.mean(jax.nn.relu(-20 - fake))},
        {"generator_loss": lambda fake: 1e-6 * jnp.mean(jax.nn.sigmoid(fake))},
    ],
)
def test_a_loss_that_is_flat_at_some_scores_is_accepted(losses):
    own = Objective(critic_loss, generator_loss)._replace(**losses)
    check_recipe(GAME._replace(objective=own), PLANE)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"penalty": lambda a, p, r, f, n: (a(p, r), {})}, "penalty.*one float"),
        ({"penalty": lambda a, p, r, f, n: jnp.zeros(())}, "penalty.*pair"),
        ({"penalty": lambda a, p, r, f, n: (jnp.zeros(()), None)}, "penalty.*dict"),
        (
            {"penalty": lambda a, p, r, f, n: (jnp.zeros(()), {"m": r})},
            "logs 'm' as float32 of shape",
        ),
        (
            {"metrics": lambda p, s, scores: {"critic_loss": scores.mean()}},
            "'critic_loss', a metric that every step logs",
        ),
        (
            {"penalty": lambda a, p, r, f, n: (jnp.zeros(()), {"m": {"n": r[0, 0]}})},
            "logs 'm' as a dict",
        ),
        (
            {"penalty": lambda a, p, r, f, n: (jnp.zeros(()), {"a\ud800": r[0, 0]})},
            "a name is text that a file can hold",
        ),
        ({"init": lambda p, k: "abc"}, "init returns a str in its state"),
        ({"constrain_params": lambda p, s: p}, "constrain_params.*pair"),
        ({"critic_scores": lambda apply: None}, "critic_scores.*no function"),
        (
            {"critic_scores": lambda apply: lambda p, x: apply(p, x)[:, None]},
            r"critic_scores gives float32 of shape \(7, 1\)",
        ),
        (
            {"generator_scores": lambda apply: lambda p, x: apply(p, x).mean()},
            r"generator_scores gives float32 of shape \(\)",
        ),
    ],
)
def test_what_a_constraint_returns_is_held_against_what_is_read(fields, words):
    assert_refused(words, constraint=Constraint("own", **fields))


def test_an_optimiser_that_changes_shapes_is_named():
    grown = optax.GradientTransformation(
        lambda params: (),
        lambda updates, state, params=None: (
            jax.tree.map(lambda x: x[None], updates),
            state,
        ),
    )
    assert_refused(r"critic_optimizer\.update", critic_optimizer=grown)


class NoTrain(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(1)(x)[:, 0]


class NoParameters(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return x.sum(-1)


class Counting(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        count = self.variable("cache", "count", lambda: jnp.zeros(()))
        return nn.Dense(1)(x)[:, 0] + count.value


class OtherWithoutTraining(nn.Module):
    @nn.compact
    def __call__(self, z, train):
        samples = nn.Dense(2)(z)
        return samples if train else samples[:, :1]


@pytest.mark.parametrize(
    ("critic", "words"),
    [
        (NoTrain(), "critic NoTrain raised TypeError.*train"),
        (NoParameters(), "critic NoParameters holds nothing"),
        (Counting(), "critic Counting holds cache"),
    ],
)
def test_a_critic_that_a_step_cannot_call_is_named(critic, words):
    assert_refused(words, critic=critic)


def test_a_generator_of_another_shape_without_training_is_named():
    assert_refused("train=False", generator=OtherWithoutTraining())


def test_optimisers_of_optax_are_accepted():
    chain = optax.chain(optax.clip_by_global_norm(1.0), optax.sgd(0.1, momentum=0.5))
    check_recipe(GAME._replace(critic_optimizer=chain), PLANE)


class WholeNumbers(nn.Module):
    """A critic with a parameter of whole numbers."""

    @nn.compact
    def __call__(self, x, train):
        self.param("count", lambda key: jnp.ones(2, jnp.int32))
        return nn.Dense(1)(x)[:, 0]


def test_a_parameter_of_whole_numbers_is_named():
    assert_refused(
        "critic WholeNumbers has the parameter 'count'", critic=WholeNumbers()
    )


class Encoding(nn.Module):
    """A critic whose embeddings are what `wrong` makes of them."""

    wrong: Callable

    def setup(self):
        self.layer = nn.Dense(3)

    def __call__(self, x, train):
        return self.layer(x)[:, 0]

    def encode(self, x, train):
        return self.wrong(self.layer(x))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda y: y[:, 0],
        lambda y: y[:1],
        lambda y: y.astype(jnp.int32),
        lambda y: None,
        lambda y: (y, y, y),
    ],
)
def test_embeddings_that_are_none_are_named(wrong):
    check_recipe(GAME._replace(critic=Encoding(lambda y: y), pulling_away=0.1), PLANE)
    words = r"encode of critic Encoding gives .* embeddings are floats \[B, E\]"
    assert_refused(words, critic=Encoding(wrong), pulling_away=0.1)
