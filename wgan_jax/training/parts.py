"""Whether the parts of a game are of the kinds that a recipe asks for.

The one place for it, for named and own parts alike: types and numbers, by looking and
without tracing anything. Numbers have the limits of the options of the same names.
Whether parts work together is tried by `check`.
"""

from typing import Any

import optax
from flax import linen as nn

from wgan_jax.config import FIELDS
from wgan_jax.config.fields import check
from wgan_jax.constraints import Constraint
from wgan_jax.errors import UserError
from wgan_jax.given import as_whole
from wgan_jax.networks.interface import num_classes_of
from wgan_jax.objectives import Objective
from wgan_jax.training.recipe import Recipe

_NETWORK = (nn.Module, "an instance of a Flax (linen) module, such as Critic()")
_OPTIMIZER = (optax.GradientTransformation, "an optimiser of optax, such as optax.adam")
_KINDS = {
    "generator": _NETWORK,
    "critic": _NETWORK,
    "objective": (Objective, "an Objective, such as objectives.wasserstein()"),
    "constraint": (Constraint, "a Constraint, such as constraints.penalty(10.0)"),
    "generator_optimizer": _OPTIMIZER,
    "critic_optimizer": _OPTIMIZER,
}
MOST_CLASSES = 2**16  # a table of that many rows of a network's width
_NUMBERS = ("latent_dim", "n_critic", "generator_batch", "pulling_away", "ema_decay")


def check_parts(recipe: Any) -> None:
    """Refuses what is no recipe, or a recipe with a part of another kind.

    Args:
        recipe: what was handed over.

    Raises:
        UserError: naming the part, what it is and what is wanted.
    """
    if not isinstance(recipe, Recipe):
        raise UserError(
            f"recipe is {_describe(recipe)}, but has to be a wgan_jax.Recipe: make one "
            "of your own parts, or by name with make_recipe."
        )
    for name, (kind, wanted) in _KINDS.items():
        part = getattr(recipe, name)
        if not isinstance(part, kind):
            raise UserError(
                f"the recipe's {name} is {_describe(part)}, but has to be {wanted}."
            )
        if isinstance(part, tuple):
            _check_functions(name, part)
    if not isinstance(recipe.constraint.name, str) or not recipe.constraint.name:
        raise UserError(
            f"the constraint's name is {recipe.constraint.name!r}: give it a word that "
            "errors and records can call it by."
        )
    _check_classes(recipe)
    if recipe.augment is not None and not callable(recipe.augment):
        raise UserError(
            f"the recipe's augment is {_describe(recipe.augment)}, but has to be a "
            'function, such as augmentation("translation,cutout"), or None.'
        )
    check(FIELDS["precision"], recipe.precision)
    for name in _NUMBERS:
        # Only the average may be left out; the config's blanks are filled in by name.
        check(
            FIELDS[name]._replace(optional=name == "ema_decay"), getattr(recipe, name)
        )


def _check_classes(recipe: Recipe) -> None:
    """Refuses networks that declare other classes than each other, or none at all."""
    roles = {"generator": recipe.generator, "critic": recipe.critic}
    found = {role: num_classes_of(module) for role, module in roles.items()}
    if found["generator"] != found["critic"]:
        declared = " and ".join(f"the {role} {n}" for role, n in found.items())
        raise UserError(
            f"num_classes is declared by the networks of this recipe as {declared}: a "
            "conditional game has both on the same classes, any other has None for "
            "both."
        )
    if found["generator"] is not None:
        as_whole("num_classes", found["generator"], at_least=1, below=MOST_CLASSES + 1)


def _check_functions(name: str, part: Any) -> None:
    """Refuses an objective, constraint or optimiser with a field that is no function.

    A field that has a plain value or None as its default may hold one.
    """
    defaults = getattr(part, "_field_defaults", {})
    for field, value in part._asdict().items():
        default = defaults.get(field, len)
        if field == "projection":
            kind, wanted = _OPTIMIZER
            fits = isinstance(value, kind)
        elif field == "name" or not (default is None or callable(default)):
            continue
        else:
            wanted = "a function"
            fits = callable(value) or (value is None and default is None)
        if not fits:
            raise UserError(
                f"{name}.{field} is {_describe(value)}, but has to be {wanted}."
            )


def _describe(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__} itself"
    return f"a {type(value).__name__}"
