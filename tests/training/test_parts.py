"""Parts of another kind, and numbers beyond their limits, are named without tracing."""

import math
from typing import Any, cast

import jax
import numpy as np
import optax
import pytest

from tests.games import Linear, by_hand
from wgan_jax.constraints import Constraint, clipping, unconstrained
from wgan_jax.errors import UserError
from wgan_jax.objectives import Objective, wasserstein
from wgan_jax.training.check import check_recipe
from wgan_jax.training.parts import check_parts
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.step import make_train_step

GAME = by_hand(unconstrained())
KEY = jax.random.key(0)


def test_the_game_of_these_tests_is_sound():
    check_parts(GAME)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("generator", None),
        ("generator", Linear),
        ("critic", "mlp"),
        ("critic", lambda x, train: x),
        ("objective", wasserstein),
        ("objective", Objective),
        ("constraint", clipping),
        ("constraint", None),
        ("generator_optimizer", 1e-3),
        ("critic_optimizer", optax.adam),
    ],
)
def test_a_part_of_another_kind_is_named(part, other):
    with pytest.raises(UserError, match=f"recipe's {part} is .*has to be"):
        check_parts(GAME._replace(**{part: other}))


@pytest.mark.parametrize(
    ("part", "field", "other"),
    [
        ("objective", "critic_loss", 5),
        ("objective", "generator_loss", None),
        ("constraint", "init", None),
        ("constraint", "projection", None),
        ("constraint", "critic_scores", "f"),
        ("critic_optimizer", "update", None),
    ],
)
def test_a_field_of_a_part_that_is_no_function_is_named(part, field, other):
    broken = getattr(GAME, part)._replace(**{field: other})
    with pytest.raises(UserError, match=rf"{part}\.{field} is .*has to be"):
        check_parts(GAME._replace(**{part: broken}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n_critic", None),
        ("n_critic", 0),
        ("n_critic", True),
        ("n_critic", 2**40),
        ("latent_dim", 2.5),
        ("latent_dim", 0),
        ("ema_decay", 1.5),
        ("ema_decay", math.nan),
        ("pulling_away", -1.0),
        ("n_critic", np.zeros(2)),
    ],
)
def test_a_number_has_the_limits_of_its_option(field, value):
    with pytest.raises(UserError, match=field):
        check_parts(GAME._replace(**{field: value}))


@pytest.mark.parametrize("name", [None, "", 5])
def test_a_constraint_has_a_name_that_errors_can_call_it_by(name):
    nameless = Constraint(cast(Any, name))
    with pytest.raises(UserError, match="constraint's name"):
        check_parts(GAME._replace(constraint=nameless))


@pytest.mark.parametrize("other", [None, "gn", GAME._asdict(), tuple(GAME), Recipe])
def test_what_is_no_recipe_is_refused_wherever_one_is_asked_for(other):
    for ask in (
        lambda: check_recipe(other, (2,)),
        lambda: init_state(other, KEY, (2,)),
        lambda: make_train_step(other),
    ):
        with pytest.raises(
            UserError, match=r"recipe is .*has to be a wgan_jax\.Recipe"
        ):
            ask()
