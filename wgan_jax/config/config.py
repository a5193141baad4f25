"""What a run is, as one frozen dataclass, and how its blanks are filled in.

Preset < dataset default < what was given: a field left at None takes the value that the
(variant, network, dataset) triple suggests. Everything is checked here, before
anything heavy is imported. This module reads registries and knows no JAX.
"""

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from wgan_jax.augmentation.registry import AUGMENTATIONS
from wgan_jax.config import presets
from wgan_jax.config.combinations import refuse_impossible
from wgan_jax.config.fields import check, declare, declare_option, fields_of, free, part
from wgan_jax.config.optimizers import OPTIMIZERS
from wgan_jax.config.precision import PRECISIONS
from wgan_jax.config.preset_tables import PRESETS
from wgan_jax.config.samples import SampleSpec, samples_of
from wgan_jax.errors import UserError
from wgan_jax.text import shown

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(declare, part, free))
def _config_class(cls: type[T]) -> type[T]:
    """Adds a field for each option that a row declares, and makes it a dataclass."""
    # dataclass reads __annotations__: an option added to it first becomes a field like
    # those written out, so a new row needs no edit here.
    for option in presets.every_option().values():
        if not hasattr(cls, option.name):
            cls.__annotations__[option.name] = type(option.default) | None
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

    variant: str = part("member of the family", default="gn")
    dataset: str = declare(
        "what to learn; or a folder, .npy, .npz or tfds:NAME", default="mnist"
    )
    network: str | None = part("architecture of both networks", default=None)
    objective: str | None = part("losses of both networks", default=None)
    constraint: str | None = part("what keeps the critic Lipschitz", default=None)
    preset: str | None = part(
        "whose defaults: what measured best here, or what was published",
        default=None,
        choices=PRESETS,
    )
    steps: int = free("generator updates", default=5000, at_least=1)
    batch_size: int | None = declare(
        "samples a batch, all devices", default=None, at_least=1
    )
    seed: int = declare("seed of everything random", default=0, at_least=0)
    # Critic updates and networks.
    n_critic: int | None = part(
        "critic updates a step", default=None, at_least=1, below=2**16
    )
    critic_schedule: str = declare(
        "wgan2017 makes 100 critic updates in the first 25 steps and at every 500th",
        default="constant",
        choices=("constant", "wgan2017"),
    )
    latent_dim: int | None = part(
        "length of a latent vector", default=None, at_least=1, below=2**16
    )
    width: int | None = part(
        "base width of the networks", default=None, at_least=1, below=2**14
    )
    critic_batch_norm: bool | None = part(
        "batch norm in the critic (unpenalised only)", default=None
    )
    conditional: bool = part(
        "make samples of a class that is asked for: both networks see the labels",
        default=False,
    )
    augment: str | None = part(
        f"differentiable augmentation, with commas: {', '.join(AUGMENTATIONS)}",
        default=None,
    )
    # The optimisers.
    optimizer: str | None = part(
        "of both networks", default=None, choices=tuple(OPTIMIZERS)
    )
    generator_learning_rate: float | None = part(
        "generator step size", default=None, above=0
    )
    critic_learning_rate: float | None = part("critic step size", default=None, above=0)
    decay_steps: int | None = part(
        "step at which a linear decay has taken the step sizes to 0; 0 for no decay",
        default=None,
        at_least=0,
    )
    ema_decay: float | None = part(
        "average the generator with this decay, 0 for none",
        default=None,
        at_least=0,
        below=1,
    )
    # Images of the user's own.
    image_size: int | None = declare(
        "side in pixels of your own images (32 for a folder)",
        default=None,
        at_least=1,
        below=2**13,
    )
    channels: int | None = declare(
        "of your own images: 1 grey, 3 colour (3 for a folder)",
        default=None,
        at_least=1,
        below=4,
    )
    precision: str | None = declare(
        "of products (float32; for images on GPU and TPU tf32)",
        default=None,
        choices=PRECISIONS,
    )
    # Where and how it runs. Of these only `devices` touches numbers, by round-off.
    run_dir: str | None = free("run folder (runs/VARIANT-DATASET-seedN)", default=None)
    data_dir: str | None = free("folder that holds DATASET/files", default=None)
    resume: bool = free("continue the run in --run-dir", default=False)
    devices: int | None = free("local devices (all)", default=None, at_least=1)
    steps_per_dispatch: int | None = free(
        "steps in one launch (about half a second)", default=None, at_least=1
    )
    log_every: int = free("steps between lines of metrics", default=1, at_least=1)
    sample_every: int = free(
        "steps between pictures, 0 for none", default=500, at_least=0
    )
    checkpoint_every: int = free(
        "steps between checkpoints, 0 for the last alone", default=1000, at_least=0
    )
    keep: int = free("checkpoints kept", default=3, at_least=1)
    evaluate_every: int | None = free(
        "steps between measurements of the samples, 0 for none; default 0 for images, "
        "--sample-every for points",
        default=None,
        at_least=0,
    )
    best: str | None = free(
        "keep the best checkpoint by a metric, such as wasserstein1 for points or "
        "frechet_distance for images",
        default=None,
    )
    quiet: bool = free("print nothing but errors", default=False)
    compilation_cache: str | None = free(
        "folder that keeps compiled programs (one of the user's, where that helps)",
        default=None,
        off="off",
    )
    coordinator: str | None = free(
        "HOST:PORT of process 0, for several hosts", default=None
    )
    num_processes: int | None = free(
        "processes in all, for several hosts", default=None, at_least=1
    )
    process_id: int | None = free(
        "this process, from 0, for several hosts", default=None, at_least=0
    )

    if TYPE_CHECKING:  # what the rows declare, for type checkers and editors
        clip_limit: float | None = declare("", default=None)
        penalty_weight: float | None = declare("", default=None)
        penalty_every: int | None = declare("", default=None)
        gamma: float | None = declare("", default=None)
        perturbed_weight: float | None = declare("", default=None)
        perturbed_scale: float | None = declare("", default=None)
        divergence_weight: float | None = declare("", default=None)
        divergence_power: float | None = declare("", default=None)
        margin: float | None = declare("", default=None)
        pulling_away: float | None = declare("", default=None)
        beta1: float | None = declare("", default=None)
        beta2: float | None = declare("", default=None)

    def __post_init__(self) -> None:
        """Checks every field against its declaration."""
        # Of the class of self: ResolvedConfig declares some fields again without None.
        for name, field in fields_of(type(self)).items():
            check(field, getattr(self, name))


FIELDS = fields_of(Config)


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
