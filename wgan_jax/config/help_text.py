"""What `--help` of the training command says: groups of options, examples, values.

It shows beside each option what the run at hand would take and where that comes from.
This module knows words; what is parsed is decided by `command_line`.
"""

import dataclasses
import textwrap
from collections.abc import Mapping
from typing import Any

from wgan_jax.config.config import FIELDS, Config
from wgan_jax.config.fields import Field
from wgan_jax.config.names import REGISTRIES
from wgan_jax.config.presets import option_axis
from wgan_jax.config.sources import DEFAULT, GIVEN
from wgan_jax.constraints.estimate import ESTIMATE, estimate_words
from wgan_jax.variants import VARIANTS

PROG = "python -m wgan_jax.run"
_WIDTH = 78  # of an 80-column terminal, as argparse leaves it
_GROUPS: dict[str, tuple[str, ...]] = {
    "what to train": (
        *(
            "variant",
            "dataset",
            "network",
            "preset",
            "steps",
            "batch_size",
            "seed",
            "data_dir",
        ),
        *("image_size", "channels"),
    ),
    "the parts of the game": (
        *("objective", "constraint", "n_critic", "generator_batch"),
        *("critic_schedule", "latent_dim"),
        *("width", "critic_batch_norm", "conditional", "augment"),
    ),
    "optimisation": (
        *("optimizer", "generator_learning_rate", "critic_learning_rate"),
        *("decay_steps", "ema_decay"),
    ),
    "what the run leaves": (
        *("run_dir", "resume", "log_every", "sample_every", "checkpoint_every"),
        *("keep", "evaluate_every", "best", "quiet"),
    ),
    "how it runs": (
        *("precision", "devices", "steps_per_dispatch", "compilation_cache"),
    ),
    "several hosts": ("coordinator", "num_processes", "process_id"),
}
# The group of a row's options, by the axis of the row.
_GROUP_OF_AXIS = {"optimizer": "optimisation"}
_PARTS, _OTHERS = "the parts of the game", "further options"
_METAVARS = {
    "run_dir": "FOLDER",
    "data_dir": "FOLDER",
    "compilation_cache": "FOLDER",
    "coordinator": "HOST:PORT",
}
# Options that no run has: what is asked for is printed, and nothing is trained.
ANSWERS = {
    "--help": "these lines, with the values of the other options' run",
    "--show-config": "every value of the run and where it comes from",
    "--version": "versions of this package, jax and Python",
}
_EXAMPLES = (
    "--variant gn --dataset digits",
    "--variant gp --dataset ring8 --steps 2000",
    "--resume --run-dir runs/gn-digits-seed0 --steps 10000",
    "--variant gp --dataset mnist --help",
)


def groups() -> dict[str, list[Field]]:
    """Sorts the fields of `Config` into the groups that help shows.

    Returns:
        Title -> fields, in the order of help; each field once.
    """
    sorted_in: dict[str, list[Field]] = {title: [] for title in (*_GROUPS, _OTHERS)}
    listed = {name: title for title, names in _GROUPS.items() for name in names}
    for names in _GROUPS.values():
        for name in filter(FIELDS.__contains__, names):
            sorted_in[listed[name]].append(FIELDS[name])
    for field in FIELDS.values():
        if field.name not in listed:
            sorted_in[_group_of_option(field.name)].append(field)
    return {title: fields for title, fields in sorted_in.items() if fields}


def _group_of_option(name: str) -> str:
    axis = option_axis(name)
    return _OTHERS if axis is None else _GROUP_OF_AXIS.get(axis, _PARTS)


def metavar(field: Field) -> str:
    """Returns what stands for an option's value: FOLDER, NAME, N or X."""
    by_kind = {str: "NAME", int: "N"}.get(field.kind, "X")
    return _METAVARS.get(field.name, by_kind)


def option_help(field: Field, config: Config | None, sources: Mapping[str, str]) -> str:
    """Describes an option: what it is, its choices, and what this run takes.

    Args:
        field: the option.
        config: the run at hand, without blanks; None to show no values.
        sources: field -> where its value comes from.

    Returns:
        One line, escaped for argparse.
    """
    text = field.help
    if names := REGISTRIES.get(field.name, field.choices):
        text += f": {', '.join(names)}"
    value, source = getattr(config, field.name, None), sources.get(field.name)
    # By identity: 0 equals False, and is a value worth showing.
    if source is not None and value is not False:
        text += f" {_taken(value, source)}"
    return text.replace("%", "%%")


def _taken(value: Any, source: str) -> str:
    if source in (DEFAULT, GIVEN):
        return f"({source} {value})"
    # Author and year are enough here; config.json has the whole source.
    return f"({value}: {source.removeprefix('preset: ').split(', arXiv')[0]})"


def description() -> str:
    """Returns what stands above the options, with lines to copy."""
    lines = [f"  {PROG} {example}" for example in _EXAMPLES]
    return "\n".join(["Trains one member of the Wasserstein-GAN family.", "", *lines])


def epilog(config: Config) -> str:
    """Returns what stands below the options: how to read the values, the members."""
    note = (
        f"In brackets is what this run takes, {config.variant} on {config.dataset}, "
        "with the paper or code it comes from. config.json in the run folder keeps it."
    )
    lines = textwrap.wrap(note, _WIDTH)
    if reading := estimate_words(dataclasses.asdict(config)):
        text = f"{ESTIMATE}, the mean score of real samples less that of generated "
        text += f"ones, is logged beside the losses. Of this run: {reading}."
        lines += ["", *textwrap.wrap(text, _WIDTH)]
    lines += ["", "members of the family:"]
    for name, row in VARIANTS.items():
        text = f"{row.summary} ({row.paper})"
        lines += textwrap.wrap(
            *(text, _WIDTH),
            initial_indent=f"  {name:8} ",
            subsequent_indent=" " * 11,
        )
    return "\n".join(lines)
