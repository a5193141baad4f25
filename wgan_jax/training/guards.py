"""Errors of own parts in words: which part, how it is called, what it returned.

A step calls functions that a user wrote. They are wrapped once, as the step is built:
what they raise while they are traced names the part, and what they return is held
against what the step reads. Wrapping adds nothing to a compiled program; functions of
this package are not wrapped.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax.numpy as jnp
import optax
from flax import linen as nn
from flax.errors import InvalidRngError

from wgan_jax.constraints import Constraint
from wgan_jax.errors import UserError
from wgan_jax.objectives import Objective
from wgan_jax.training.parts import check_parts
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.returned import (
    check_both_kept,
    check_function,
    check_metrics,
    check_penalty,
    check_samples,
    check_scalar,
    check_scores,
    check_state,
)


def guarded(recipe: Any) -> Recipe:
    """Checks the kinds of all parts, and wraps those that are functions of the user's.

    Args:
        recipe: what was handed over.

    Returns:
        The recipe as a step uses it.

    Raises:
        UserError: as `check_parts`.
    """
    check_parts(recipe)
    constraint = _guard_constraint(recipe.constraint)
    return recipe._replace(
        objective=_guard_objective(recipe.objective),
        constraint=constraint,
        generator_optimizer=_guard_optimizer(
            "generator_optimizer", recipe.generator_optimizer
        ),
        critic_optimizer=_guard_optimizer("critic_optimizer", recipe.critic_optimizer),
        augment=recipe.augment
        and _wrap("augment", "augment(images, noise)", recipe.augment, check_samples),
    )


@contextlib.contextmanager
def named_errors(part: str, how: str) -> Iterator[None]:
    """Turns whatever a part raises into an error that names it.

    Args:
        part: which part, the subject of the message.
        how: how it is called.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        words = ": ".join(filter(None, [type(error).__name__, reason]))
        raise UserError(f"{part} raised {words}. It is called as {how}.") from error


@contextlib.contextmanager
def network_errors(
    role: str, module: nn.Module, inputs: Any, how: str = "train=True"
) -> Iterator[None]:
    """As `named_errors`, for a pass through a network.

    Args:
        role: `generator` or `critic`.
        module: the network.
        inputs: what it is called with.
        how: the rest of the call.
    """
    call = f"{role}(float32 {tuple(jnp.shape(inputs))}, {how}), with parameters of "
    call += "its own `init_state`"
    with named_errors(f"{role} {class_name(module)}", call):
        try:
            yield
        except InvalidRngError:
            raise UserError(
                f"{role} {class_name(module)} draws random numbers {_WHY[how]}"
            ) from None


# Random numbers are given in training, on one device: what is wrong elsewhere.
_WHY = {
    "train=True": "in training, as dropout does, and Flax would draw them for each "
    "device's samples apart: an update would depend on how many devices there are. Use "
    "--devices 1.",
    "train=False": "with train=False too, but samples and scores depend on latents and "
    "parameters alone: draw in training only, as nn.Dropout(rate, deterministic=not "
    "train) does.",
}


def class_name(module: nn.Module) -> str:
    """Names a network in an error."""
    return type(module).__qualname__


def _wrap(part: str, how: str, function: Any, check: Callable[..., None]) -> Any:
    """Wraps a function of the user's; `check` sees its result and its arguments."""
    if (getattr(function, "__module__", None) or "").startswith("wgan_jax."):
        return function

    @functools.wraps(function, updated=())
    def wrapped(*arguments: Any) -> Any:
        with named_errors(part, how):
            result = function(*arguments)
        check(part, result, *arguments)
        return result

    return wrapped


def _guard_objective(objective: Objective) -> Objective:
    return objective._replace(
        critic_loss=_wrap(
            "objective.critic_loss",
            "critic_loss(real_scores [B], fake_scores [B])",
            objective.critic_loss,
            check_scalar,
        ),
        generator_loss=_wrap(
            "objective.generator_loss",
            "generator_loss(fake_scores [B])",
            objective.generator_loss,
            check_scalar,
        ),
    )


def _guard_constraint(constraint: Constraint) -> Constraint:
    def wrap(field: str, how: str, check: Callable[..., None]) -> Any:
        part = f"constraint {constraint.name!r}: {field}"
        return _wrap(part, f"{field}{how}", getattr(constraint, field), check)

    penalty = constraint.penalty
    if penalty is not None:
        how = "(apply, params, real, fake, noise[, labels of a conditional critic]) -> "
        how += "(scalar, metrics)"
        penalty = wrap("penalty", how, check_penalty)
    return constraint._replace(
        init=wrap("init", "(params, key)", check_state),
        constrain_params=wrap(
            "constrain_params", "(params, state) -> (params, state)", check_both_kept
        ),
        critic_scores=_guard_scores("critic_scores", constraint),
        generator_scores=_guard_scores("generator_scores", constraint),
        penalty=penalty,
        projection=_guard_optimizer(
            f"constraint {constraint.name!r}: projection", constraint.projection
        ),
        metrics=wrap("metrics", "(params, state, scores [2B])", check_metrics),
    )


def _guard_scores(field: str, constraint: Constraint) -> Any:
    part = f"constraint {constraint.name!r}: {field}"
    how = f"{field}(apply) -> (params, samples) -> scores [B]"
    made = getattr(constraint, field)
    guarded_made = _wrap(part, how, made, check_function)
    if guarded_made is made:
        return made

    @functools.wraps(made, updated=())
    def scores_of(apply: Any) -> Any:
        return _wrap(part, how, guarded_made(apply), check_scores)

    return scores_of


def _guard_optimizer(
    name: str, optimizer: optax.GradientTransformation
) -> optax.GradientTransformation:
    update = _wrap(
        f"{name}.update",
        "update(gradients, state, params) -> (updates, state)",
        optimizer.update,
        check_both_kept,
    )
    init = _wrap(f"{name}.init", "init(params)", optimizer.init, check_state)
    return optax.GradientTransformation(init, update)
