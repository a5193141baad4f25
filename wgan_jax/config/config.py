"""What a run is, as one frozen dataclass, and how its blanks are filled in.

Preset < dataset default < what was given: a field left at None takes the value that the
(variant, network, dataset) triple suggests. Everything is checked here, at the border,
before anything heavy is imported. This module reads registries and knows no JAX.
"""

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from wgan_jax.config import presets
from wgan_jax.config.fields import check, declare, declare_option, fields_of, free, part
from wgan_jax.variants import OPTIMIZERS

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(declare, part, free))
def _config_class(cls: type[T]) -> type[T]:
    """Adds a field for each option that a row declares, and makes it a dataclass."""
    for option in presets.every_option().values():
        if not hasattr(cls, option.name):
            cls.__annotations__[option.name] = float | None
            setattr(cls, option.name, declare_option(option))
    return dataclasses.dataclass(frozen=True)(cls)


@_config_class
class Config:
    """A run. Every field is an option of the command line under the same name.

    Objectives, constraints and optimisers add the options that their rows declare.

    Raises:
        UserError: for a value that is out of range, an unknown name, or a combination
            that does not exist; the message says what was allowed.
    """

    variant: str = part("gn", "member of the family")
    dataset: str = declare("mnist", "what to learn")
    network: str | None = part(None, "networks; default by dataset")
    objective: str | None = part(None, "losses; default by variant")
    constraint: str | None = part(None, "Lipschitz constraint; default by variant")
    steps: int = free(5000, "generator updates", at_least=1, below=2**31)
    batch_size: int | None = declare(None, "samples a batch, all devices", at_least=1)
    seed: int = declare(0, "seed of everything random", at_least=0, below=2**31)
    # The game.
    n_critic: int | None = part(None, "critic updates a step", at_least=1, below=2**16)
    critic_schedule: str = declare(
        "constant",
        "`wgan2017`: 100 critic updates in the first 25 steps and at every 500th",
        choices=("constant", "wgan2017"),
    )
    latent_dim: int | None = part(
        None, "length of a latent vector", at_least=1, below=2**16
    )
    width: int | None = part(
        None, "base width of the networks", at_least=1, below=2**14
    )
    critic_batch_norm: bool = part(False, "batch norm in the critic (unpenalised only)")
    # The optimisers.
    optimizer: str | None = part(None, "default by variant", choices=tuple(OPTIMIZERS))
    generator_learning_rate: float | None = part(None, "generator step size", above=0)
    critic_learning_rate: float | None = part(None, "critic step size", above=0)
    decay_steps: int | None = part(
        None, "step at which a linear decay has taken the step sizes to 0", at_least=1
    )
    ema_decay: float | None = part(
        None, "average the generator with this decay", at_least=0, below=1
    )
    # Where and how it runs. Of these only `devices` touches numbers, by round-off.
    run_dir: str | None = free(None, "run folder; default runs/VARIANT-DATASET-seedN")
    data_dir: str | None = free(None, "folder with NAME/files")
    resume: bool = free(False, "continue the run in --run-dir")
    devices: int | None = free(None, "local devices; default all", at_least=1)
    steps_per_dispatch: int | None = free(
        None, "steps in one program; default about half a second", at_least=1
    )
    log_every: int = free(1, "steps between lines of metrics", at_least=1)
    sample_every: int = free(500, "steps between pictures, 0 for none", at_least=0)
    checkpoint_every: int = free(
        1000, "steps between checkpoints, 0 for the last alone", at_least=0
    )
    keep: int = free(3, "checkpoints kept", at_least=1)
    quiet: bool = free(False, "print nothing but errors")
    compilation_cache: str | None = free(
        None, "folder that keeps compiled programs for the next run"
    )
    coordinator: str | None = free(None, "HOST:PORT of process 0, for several hosts")
    num_processes: int | None = free(
        None, "processes in all, for several hosts", at_least=1
    )
    process_id: int | None = free(
        None, "this process, from 0, for several hosts", at_least=0
    )

    if TYPE_CHECKING:  # what the rows declare, for type checkers and editors
        clip_limit: float | None = declare(None, "")
        penalty_weight: float | None = declare(None, "")
        margin: float | None = declare(None, "")
        pulling_away: float | None = declare(None, "")
        beta1: float | None = declare(None, "")
        beta2: float | None = declare(None, "")

    def __post_init__(self) -> None:
        """Checks every field against its declaration."""
        for name, field in fields_of(type(self)).items():
            check(field, getattr(self, name))


FIELDS = fields_of(Config)


def _filled(name: str) -> Any:
    """Declares a field of `Config` again, as one that may not be blank."""
    (field,) = (f for f in dataclasses.fields(Config) if f.name == name)
    return dataclasses.field(default=None, metadata=field.metadata)


@dataclasses.dataclass(frozen=True)
class ResolvedConfig(Config):
    """A config whose blanks are filled in: what `resolve` returns.

    Fields that have no meaning for the run (a clip limit without clipping) stay None.
    """

    network: str = _filled("network")
    objective: str = _filled("objective")
    constraint: str = _filled("constraint")
    batch_size: int = _filled("batch_size")
    n_critic: int = _filled("n_critic")
    latent_dim: int = _filled("latent_dim")
    optimizer: str = _filled("optimizer")
    generator_learning_rate: float = _filled("generator_learning_rate")
    critic_learning_rate: float = _filled("critic_learning_rate")


def resolve(config: Config, samples: presets.Samples | None = None) -> ResolvedConfig:
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
    every = dataclasses.asdict(config)
    given = {name: value for name, value in every.items() if value is not None}
    samples = samples or presets.known_samples(config.dataset)
    filled = presets.fill(given, samples)
    presets.refuse_impossible(filled, given, samples)
    return ResolvedConfig(**{**every, **filled})
