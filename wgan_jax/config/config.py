"""What a run is, as one frozen dataclass, with each field checked where it is made.

A field left at None is filled in by `resolved`. Importing this is light: it reads
registries and knows no JAX.
"""

import dataclasses
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

from wgan_jax.augmentation.registry import AUGMENTATIONS
from wgan_jax.config import presets
from wgan_jax.config.fields import check, declare, declare_option, fields_of, free, part
from wgan_jax.config.optimizers import OPTIMIZERS
from wgan_jax.config.precision import PRECISIONS
from wgan_jax.config.preset_tables import PRESETS

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
        UserError: for a value that is out of range; the message says what was allowed.
            Names of parts, and what goes together, are checked by `resolve` and by all
            that train.
    """

    variant: str = part("member of the family", default="gn")
    dataset: str = declare(
        "what to learn; or a folder, .npy, .npz or tfds:NAME", default="mnist"
    )
    network: str | None = part("architecture of both networks", default=None)
    objective: str | None = part("losses of both networks", default=None)
    constraint: str | None = part("what keeps the critic Lipschitz", default=None)
    preset: str | None = part(
        "default settings: tuned, best as measured here, or paper, as published",
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
    generator_batch: int | None = part(
        "batches that a generator update makes, of batch_size each",
        default=None,
        at_least=1,
        below=2**10,
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
        "decay of the moving average (EMA) of the generator's weights, 0 for none",
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
        "of matrix products and convolutions (float32; images on GPU and TPU tf32)",
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
        "folder that keeps compiled programs (~/.cache/wgan_jax/programs on CPUs with "
        "Python 3.12 and later)",
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
        generator_width: int | None = declare("", default=None)
        sum_pooling: bool | None = declare("", default=None)
        beta1: float | None = declare("", default=None)
        beta2: float | None = declare("", default=None)

    def __post_init__(self) -> None:
        """Checks every field against its declaration."""
        # Of the class of self: ResolvedConfig declares some fields again without None.
        for name, field in fields_of(type(self)).items():
            check(field, getattr(self, name))


FIELDS = fields_of(Config)
