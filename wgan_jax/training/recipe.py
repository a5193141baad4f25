"""Everything about a game that does not change while it is played, as one tuple.

A recipe is what `step.py` needs: two networks, an objective, a constraint, two
optimisers. It can be written by hand from your own parts, or made from a `Config` by
name. This room knows how parts fit; it knows no dataset, no device and no file.
"""

from collections.abc import Callable
from typing import NamedTuple

import optax
from flax import linen as nn

from wgan_jax import constraints, objectives
from wgan_jax.config import Config
from wgan_jax.constraints import Constraint
from wgan_jax.errors import UserError
from wgan_jax.networks import build_networks
from wgan_jax.objectives import Objective
from wgan_jax.training import optimizers


class Recipe(NamedTuple):
    """The fixed parts of a game.

    Attributes:
        generator: Flax module, (z [B, latent_dim], train) -> samples [B, ...].
        critic: Flax module, (samples [B, ...], train) -> scores [B].
        objective: what both minimise.
        constraint: how the critic is kept Lipschitz.
        generator_optimizer: steps of the generator.
        critic_optimizer: steps of the critic, the constraint's projection not included.
        latent_dim: length of a latent vector; z ~ N(0, I).
        n_critic: critic updates in a step.
        pulling_away: weight of the pulling-away term, which needs `critic.encode`; >=
            0.
        ema_decay: decay of the generator's running average, in [0, 1); None for none.
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


OBJECTIVES: dict[str, Callable[[Config], Objective]] = {
    "minimax": lambda config: objectives.minimax(),
    "non_saturating": lambda config: objectives.non_saturating(),
    "least_squares": lambda config: objectives.least_squares(),
    "wasserstein": lambda config: objectives.wasserstein(),
    "hinge": lambda config: objectives.hinge(),
    "energy_based": lambda config: objectives.energy_based(_set(config.margin)),
}

CONSTRAINTS: dict[str, Callable[[Config, nn.Module], Constraint]] = {
    "none": lambda config, critic: constraints.unconstrained(),
    "clipping": lambda config, critic: constraints.clipping(_set(config.clip_limit)),
    "penalty": lambda config, critic: constraints.penalty(_set(config.penalty_weight)),
    "one_sided_penalty": lambda config, critic: constraints.penalty(
        _set(config.penalty_weight), one_sided=True
    ),
    "spectral": lambda config, critic: constraints.spectral(),
    "normalization": lambda config, critic: constraints.normalization(
        piecewise_linear=getattr(critic, "piecewise_linear", False)
    ),
}


def _set(value):
    if value is None:
        raise UserError("this config has blanks: fill them in with wgan_jax.resolve.")
    return value


def make_recipe(config: Config, sample_shape: tuple[int, ...]) -> Recipe:
    """Builds the parts that a resolved config names.

    Args:
        config: a config without blanks (see `config.resolve`).
        sample_shape: (H, W, C) for images, (d,) for points.

    Returns:
        The recipe.

    Raises:
        UserError: when networks and samples do not fit.
    """
    objective = OBJECTIVES[_set(config.objective)](config)
    generator, critic = build_networks(
        _set(config.network),
        sample_shape=sample_shape,
        latent_dim=_set(config.latent_dim),
        width=config.width,
        critic_kind="energies" if objective.energies else "scores",
        critic_batch_norm=config.critic_batch_norm,
    )
    n_critic = _set(config.n_critic)
    return Recipe(
        generator=generator,
        critic=critic,
        objective=objective,
        constraint=CONSTRAINTS[_set(config.constraint)](config, critic),
        generator_optimizer=_optimizer(config, config.generator_learning_rate, 1),
        critic_optimizer=_optimizer(config, config.critic_learning_rate, n_critic),
        latent_dim=_set(config.latent_dim),
        n_critic=n_critic,
        pulling_away=config.pulling_away or 0.0,
        ema_decay=config.ema_decay,
    )


def _optimizer(
    config: Config, learning_rate: float | None, updates_per_step: int
) -> optax.GradientTransformation:
    rate: optax.ScalarOrSchedule = _set(learning_rate)
    if config.decay_steps is not None:
        rate = optax.linear_schedule(rate, 0.0, config.decay_steps * updates_per_step)
    if config.optimizer == "adam":
        return optimizers.adam(rate, _set(config.beta1), _set(config.beta2))
    if config.optimizer == "rmsprop":
        return optimizers.rmsprop(rate, _set(config.beta2))
    return optax.sgd(rate)
