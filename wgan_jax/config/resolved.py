"""How the blanks of a config are filled in, and what comes out.

Preset < dataset default < what was given: a field left at None takes the value that the
(variant, network, dataset) triple suggests. What does not go together is refused here,
before anything heavy is imported. This module reads registries and knows no JAX.
"""

import dataclasses
from typing import Any

from wgan_jax.config import presets
from wgan_jax.config.combinations import refuse_impossible
from wgan_jax.config.config import Config
from wgan_jax.config.samples import SampleSpec, samples_of
from wgan_jax.errors import UserError
from wgan_jax.text import shown


def _filled(name: str) -> Any:
    """Declares a field of `Config` again, as one that may not be blank."""
    # The default is needed because fields before it have one; `check` refuses None.
    (field,) = (f for f in dataclasses.fields(Config) if f.name == name)
    return dataclasses.field(default=None, metadata=field.metadata)


@dataclasses.dataclass(frozen=True)
class ResolvedConfig(Config):
    """A config whose blanks are filled in: what `resolve` returns.

    Fields that have no meaning for the run (a clip limit without clipping) stay None.
    """

    preset: str = _filled("preset")
    network: str = _filled("network")
    objective: str = _filled("objective")
    constraint: str = _filled("constraint")
    batch_size: int = _filled("batch_size")
    n_critic: int = _filled("n_critic")
    generator_batch: int = _filled("generator_batch")
    latent_dim: int = _filled("latent_dim")
    critic_batch_norm: bool = _filled("critic_batch_norm")
    optimizer: str = _filled("optimizer")
    generator_learning_rate: float = _filled("generator_learning_rate")
    critic_learning_rate: float = _filled("critic_learning_rate")
    decay_steps: int = _filled("decay_steps")
    ema_decay: float = _filled("ema_decay")


def require_config(config: Any) -> None:
    """Refuses what is no config, such as a dict of options or the class itself.

    Raises:
        UserError: saying what it is.
    """
    if not isinstance(config, Config):
        what = "the class itself" if isinstance(config, type) else "another type"
        raise UserError(
            f"config is {config!r}, {what}, but has to be a Config, for example "
            'Config(variant="gn", dataset="digits").'
        )


def resolve(config: Config, samples: SampleSpec | None = None) -> ResolvedConfig:
    """Fills in every blank and refuses what does not go together.

    Args:
        config: a run with blanks.
        samples: shape and number of the training samples; None for what is known of
            the registered dataset of that name.

    Returns:
        The run with every field that applies to it set.

    Raises:
        UserError: unknown names, impossible combinations, options without effect.
    """
    require_config(config)
    if not isinstance(samples, SampleSpec | None):
        raise UserError(
            f"samples is {shown(samples)}, but has to be a SampleSpec: shape and count."
        )
    every = dataclasses.asdict(config)
    # False and 0 are values; only None is a blank.
    given = {name: value for name, value in every.items() if value is not None}
    samples = samples or samples_of(config)
    filled = presets.layer_defaults(given, samples)
    refuse_impossible(filled, given, samples)
    return ResolvedConfig(**{**every, **filled})
