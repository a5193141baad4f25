"""What a run is, as one frozen dataclass, and how its blanks are filled in.

Preset < dataset default < what the user said: a field left at None takes the value that
the (variant, network, dataset) triple suggests. Everything is checked here, at the
border, before anything heavy is imported. This room reads registries and knows no JAX.
"""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from wgan_jax.config import presets
from wgan_jax.errors import UserError, unknown_name


def option(
    default: Any,
    text: str,
    *,
    at_least: float | None = None,
    above: float | None = None,
    below: float | None = None,
    choices: tuple[str, ...] | None = None,
    decides: bool = True,
) -> Any:
    """Declares a field: its default, its help text and what values it takes.

    Args:
        default: the value when nothing is said; None is filled in from the presets.
        text: one line for `--help`.
        at_least: smallest value allowed.
        above: value that has to be exceeded.
        below: value that has to be stayed under.
        choices: the names allowed.
        decides: whether the numbers of the run depend on it, so that a resumed run may
            not change it.

    Returns:
        A dataclass field.
    """
    return dataclasses.field(
        default=default,
        metadata={
            "help": text,
            "at_least": at_least,
            "above": above,
            "below": below,
            "choices": choices,
            "decides": decides,
        },
    )


@dataclass(frozen=True)
class Config:
    """A run. Every field is an option of the command line under the same name.

    Raises:
        UserError: for a value that is out of range, an unknown name, or a combination
            that does not exist; the message says what was allowed.
    """

    variant: str = option("gn", "member of the family")
    dataset: str = option("mnist", "what to learn")
    network: str | None = option(None, "networks; default by dataset")
    objective: str | None = option(None, "losses; default by variant")
    constraint: str | None = option(None, "Lipschitz constraint; default by variant")
    steps: int = option(
        5000, "generator updates", at_least=1, below=2**31, decides=False
    )
    batch_size: int | None = option(None, "samples a batch, all devices", at_least=1)
    seed: int = option(0, "seed of everything random", at_least=0, below=2**31)
    # The game.
    n_critic: int | None = option(
        None, "critic updates a step", at_least=1, below=2**16
    )
    critic_schedule: str = option(
        "constant",
        "`wgan2017`: 100 critic updates in the first 25 steps and at every 500th",
        choices=("constant", "wgan2017"),
    )
    latent_dim: int | None = option(
        None, "length of a latent vector", at_least=1, below=2**16
    )
    width: int | None = option(
        None, "base width of the networks", at_least=1, below=2**14
    )
    critic_batch_norm: bool = option(
        False, "batch norm in the critic (unpenalised only)"
    )
    # The numbers of constraint and objective.
    clip_limit: float | None = option(None, "bound of clipped weights", above=0)
    penalty_weight: float | None = option(
        None, "weight of the gradient penalty", above=0
    )
    margin: float | None = option(None, "margin of the energies", above=0)
    pulling_away: float | None = option(None, "weight of pulling-away", at_least=0)
    # The optimisers.
    optimizer: str | None = option(
        None, "default by variant", choices=("adam", "rmsprop", "sgd")
    )
    generator_learning_rate: float | None = option(None, "generator step size", above=0)
    critic_learning_rate: float | None = option(None, "critic step size", above=0)
    beta1: float | None = option(None, "Adam's first decay", at_least=0, below=1)
    beta2: float | None = option(
        None, "Adam's or RMSprop's decay of squares", at_least=0, below=1
    )
    decay_steps: int | None = option(
        None, "step at which a linear decay has taken the step sizes to 0", at_least=1
    )
    ema_decay: float | None = option(
        None, "average the generator with this decay", at_least=0, below=1
    )
    # Where and how it runs; none of these changes a number.
    run_dir: str | None = option(
        None, "run folder; default runs/VARIANT-DATASET-seedN", decides=False
    )
    data_dir: str | None = option(None, "folder with NAME/files", decides=False)
    resume: bool = option(False, "continue the run in --run-dir", decides=False)
    devices: int | None = option(
        None, "local devices; default all", at_least=1, decides=False
    )
    steps_per_dispatch: int | None = option(
        None,
        "steps in one program; default about half a second",
        at_least=1,
        decides=False,
    )
    log_every: int = option(
        1, "steps between lines of metrics", at_least=1, decides=False
    )
    sample_every: int = option(
        500, "steps between pictures, 0 for none", at_least=0, decides=False
    )
    checkpoint_every: int = option(
        1000,
        "steps between checkpoints, 0 for the last alone",
        at_least=0,
        decides=False,
    )
    keep: int = option(3, "checkpoints kept", at_least=1, decides=False)
    quiet: bool = option(False, "print nothing but errors", decides=False)
    compilation_cache: str | None = option(
        None, "folder that keeps compiled programs for the next run", decides=False
    )
    coordinator: str | None = option(
        None, "HOST:PORT of process 0, for several hosts", decides=False
    )
    num_processes: int | None = option(
        None, "processes in all, for several hosts", at_least=1, decides=False
    )
    process_id: int | None = option(
        None, "this process, from 0, for several hosts", at_least=0, decides=False
    )

    def __post_init__(self) -> None:
        """Checks every field against its declared range."""
        for field in dataclasses.fields(self):
            _check(field, getattr(self, field.name))


FIELDS = {field.name: field for field in dataclasses.fields(Config)}


def _check(field: dataclasses.Field, value: Any) -> None:
    name, limits = field.name, field.metadata
    if value is None:
        if "None" in str(field.type):
            return
        raise UserError(f"{name} is missing: give it a value.")
    kind = next(k for k in (bool, int, float, str) if k.__name__ in str(field.type))
    fits = isinstance(value, (int, float) if kind is float else kind)
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise UserError(f"{name} is {value!r}, but has to be of type {kind.__name__}.")
    if kind is str and not value:
        raise UserError(f"{name} is empty: give it a value.")
    if limits["choices"] and value not in limits["choices"]:
        raise unknown_name(name, str(value), limits["choices"])
    if isinstance(value, (int, float)):
        _check_range(name, value, limits)


def _check_range(name: str, value: float, limits: Any) -> None:
    low, above, below = limits["at_least"], limits["above"], limits["below"]
    inside = math.isfinite(value)
    inside = inside and (low is None or value >= low)
    inside = inside and (above is None or value > above)
    inside = inside and (below is None or value < below)
    if not inside:
        bounds = [("at least", low), ("greater than", above), ("less than", below)]
        words = " and ".join(f"{word} {b}" for word, b in bounds if b is not None)
        if not math.isfinite(value):
            words = " and ".join(filter(None, ["finite", words]))
        raise UserError(f"{name} is {value}, but has to be {words}.")


def resolve(config: Config, samples: presets.Samples | None = None) -> Config:
    """Fills in every blank and refuses what does not go together.

    Args:
        config: a run with blanks.
        samples: shape and number of the training samples; None for what is known of
            the registered dataset of that name.

    Returns:
        The run with every field that applies to it set; fields that have no meaning for
        it (a clip limit without clipping) stay None.

    Raises:
        UserError: unknown names, impossible combinations, options without effect.
    """
    given = dataclasses.asdict(config)
    said = {name: value for name, value in given.items() if value is not None}
    samples = samples or presets.known_samples(config.dataset)
    filled = presets.fill(said, samples)
    presets.refuse_impossible(filled, said, samples)
    return dataclasses.replace(config, **filled)


def from_stored(stored: dict[str, Any], said: dict[str, Any]) -> Config:
    """Continues a stored run: its config, with what may change changed.

    Args:
        stored: a resolved config as config.json holds it.
        said: the fields that the user gave a value now.

    Returns:
        The config to continue with.

    Raises:
        UserError: when a field that the numbers depend on was given another value, or
            the stored config has fields that this version does not know.
    """
    if strange := sorted(set(stored) - set(FIELDS)):
        raise UserError(
            f"config.json has fields unknown to this version: {', '.join(strange)}. "
            "Continue with the version of wgan_jax that started the run."
        )
    changed = [
        f"{name} ({stored.get(name)} -> {value})"
        for name, value in said.items()
        if FIELDS[name].metadata["decides"] and value != stored.get(name)
    ]
    if changed:
        raise UserError(
            f"a resumed run cannot change {', '.join(changed)}: its numbers depend on "
            "it. Leave it out, or start a new run in another --run-dir. "
            "(--steps may grow.)"
        )
    return Config(**{**stored, **said})
