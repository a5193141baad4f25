"""Everything about a game that does not change while it is played, as one tuple.

A recipe is what `step.py` needs: two networks, an objective, a constraint, two
optimisers. It can be written by hand from your own parts, or made from a config by
name. This module knows how parts fit; it knows no dataset, no device and no file.
"""

import dataclasses
from typing import Any, NamedTuple

import optax
from flax import linen as nn

from wgan_jax.augmentation import Augment, augmentation
from wgan_jax.config import Config, ResolvedConfig
from wgan_jax.config.optimizers import OPTIMIZERS
from wgan_jax.config.presets import network_spec
from wgan_jax.config.resolved import require_config
from wgan_jax.constraints import Constraint
from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.errors import UserError
from wgan_jax.networks import build_networks
from wgan_jax.objectives import Objective
from wgan_jax.objectives.registry import OBJECTIVES
from wgan_jax.options import Option
from wgan_jax.training import optimizers
from wgan_jax.training.arguments import as_shape


class Recipe(NamedTuple):
    """The fixed parts of a game.

    What the networks have to offer, and may offer, is in `networks.interface`.

    Attributes:
        generator: Flax module, (z [B, latent_dim], train) -> samples [B, ...].
        critic: Flax module, (samples [B, ...], train) -> scores [B]. Where both declare
            `num_classes`, they are called with `labels` [B] too.
        objective: what both minimise.
        constraint: how the critic is kept Lipschitz.
        generator_optimizer: steps of the generator.
        critic_optimizer: steps of the critic, the constraint's projection not included.
        latent_dim: length of a latent vector; z ~ N(0, I).
        n_critic: critic updates in a step.
        generator_batch: how many times as many samples the generator's update makes as
            one of the critic's.
        pulling_away: weight of the pulling-away term, which needs `critic.encode`; >=
            0.
        ema_decay: decay of the generator's running average, in [0, 1); None for none.
        augment: what real and generated images are changed by wherever the critic sees
            them, (images [B, H, W, C], noise) -> the same shape; None for nothing.
        precision: `float32`, `tf32` or `bf16`, see `training.precision`; None for
            products as JAX is set to. A run sets it from its config.
    """

    generator: nn.Module
    critic: nn.Module
    objective: Objective
    constraint: Constraint
    generator_optimizer: optax.GradientTransformation
    critic_optimizer: optax.GradientTransformation
    latent_dim: int
    n_critic: int = 1
    pulling_away: float = 0.0
    ema_decay: float | None = None
    augment: Augment | None = None
    precision: str | None = None
    generator_batch: int = 1


def make_recipe(
    config: Config, sample_shape: tuple[int, ...], num_classes: int | None = None
) -> Recipe:
    """Builds the parts that a resolved config names.

    Args:
        config: what `resolve` returned.
        sample_shape: (H, W, C) for images, (d,) for points.
        num_classes: of the labels, where the config is conditional; it is not read
            where it is not.

    Returns:
        The recipe.

    Raises:
        UserError: when the config has blanks, when it is conditional and the number of
            classes is not given, or when networks and samples do not fit.
    """
    require_config(config)
    if not isinstance(config, ResolvedConfig):
        raise UserError(
            "this config has blanks: fill them in with wgan_jax.resolve(config)."
        )
    sample_shape = as_shape(sample_shape)
    if config.conditional and num_classes is None:
        raise UserError(
            "this config is conditional, and num_classes is None: give the number of "
            "classes, make_recipe(config, sample_shape, num_classes)."
        )
    objective = OBJECTIVES[config.objective]
    constraint = CONSTRAINTS[config.constraint]
    # The critic comes first: a constraint may use what this critic promises.
    spec = network_spec(dataclasses.asdict(config), sample_shape, num_classes)
    generator, critic = build_networks(config.network, spec)
    critic_rate = config.critic_learning_rate
    return Recipe(
        generator=generator,
        critic=critic,
        objective=objective.build(_values(config, objective.options)),
        constraint=constraint.build(_values(config, constraint.options), critic),
        generator_optimizer=_optimizer(config, config.generator_learning_rate, 1),
        critic_optimizer=_optimizer(config, critic_rate, config.n_critic),
        latent_dim=config.latent_dim,
        n_critic=config.n_critic,
        pulling_away=config.pulling_away or 0.0,
        ema_decay=config.ema_decay or None,
        augment=augmentation(config.augment) if config.augment else None,
        precision=config.precision,
        generator_batch=config.generator_batch,
    )


def _values(config: Config, options: tuple[Option, ...]) -> dict[str, float]:
    return {option.name: getattr(config, option.name) for option in options}


def _optimizer(
    config: ResolvedConfig, learning_rate: float, updates_per_step: int
) -> optax.GradientTransformation:
    rate: optax.ScalarOrSchedule = learning_rate
    if config.decay_steps:
        # Both networks reach 0 at the same step, after different numbers of updates.
        updates = config.decay_steps * updates_per_step
        rate = optax.linear_schedule(learning_rate, 0.0, updates)
    values = _values(config, OPTIMIZERS[config.optimizer])
    return optimizers.OPTIMIZERS[config.optimizer](rate, values)


def describe_recipe(recipe: Recipe) -> dict[str, Any]:
    """Says in words and numbers what a recipe of the user's own consists of.

    Args:
        recipe: the parts of the game.

    Returns:
        Part -> `module.Class(fields)` for networks, `module.function` for the functions
        of objective and optimisers, the constraint's name, and the recipe's numbers.
    """
    # An optimiser is two closures, so its numbers cannot be read back: only its name.
    augment = recipe.augment and {"augment": _describe_function(recipe.augment)}
    return {
        "generator": _describe_module(recipe.generator),
        "critic": _describe_module(recipe.critic),
        "critic_loss": _describe_function(recipe.objective.critic_loss),
        "generator_loss": _describe_function(recipe.objective.generator_loss),
        "constraint": recipe.constraint.name,
        "generator_optimizer": _describe_function(recipe.generator_optimizer.update),
        "critic_optimizer": _describe_function(recipe.critic_optimizer.update),
        "latent_dim": recipe.latent_dim,
        "n_critic": recipe.n_critic,
        "pulling_away": recipe.pulling_away,
        "ema_decay": recipe.ema_decay,
        "generator_batch": recipe.generator_batch,
        **(augment or {}),  # runs recorded before there were any lack it
    }


def _describe_module(module: nn.Module) -> str:
    """`mine.Critic(width=64)`: its class and the fields that it was made with."""
    fields = [
        f"{field.name}={getattr(module, field.name)!r}"
        for field in dataclasses.fields(module)
        if field.name not in ("parent", "name")
    ]
    return f"{_describe_function(type(module))}({', '.join(fields)})"


def _describe_function(function: Any) -> str:
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{getattr(function, '__module__', None) or '?'}.{name}"
