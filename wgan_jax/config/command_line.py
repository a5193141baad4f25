"""The command line, generated from the fields of `Config` so that both always agree.

It parses arguments and returns the fields that were given. It opens no folder and joins
no host: `loop.resume` merges them with the stored config of a resumed run.
"""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from wgan_jax.commands import Parser
from wgan_jax.config.config import FIELDS, Config, resolve
from wgan_jax.config.fields import Field
from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.data import DATASETS
from wgan_jax.networks import NETWORKS
from wgan_jax.objectives.registry import OBJECTIVES
from wgan_jax.variants import VARIANTS

_NAMES = {
    "variant": VARIANTS,
    "dataset": DATASETS,
    "network": NETWORKS,
    "objective": OBJECTIVES,
    "constraint": CONSTRAINTS,
}


def parse(arguments: Sequence[str]) -> dict[str, Any]:
    """Parses arguments into the fields of `Config` that they set.

    Fields that were not given are absent and not at their defaults, because a resumed
    run takes them from its folder.

    Args:
        arguments: the words after the command.

    Returns:
        Field -> value, of the field's type. Without `resume` these have been checked to
        make a config that can be trained.

    Raises:
        UserError: an unknown option, or a value or combination that is refused.
        SystemExit: after `--help` was answered.
    """
    given = vars(_parser().parse(arguments))
    config = Config(**given)
    if not config.resume:  # a resumed run has blanks that only its folder can fill in
        resolve(config)
    return given


def _parser() -> Parser:
    parser = Parser(
        prog="python -m wgan_jax.run",
        description="Trains one member of the Wasserstein-GAN family.",
        epilog=_variant_table(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,  # leaves out what was not given
        allow_abbrev=False,
    )
    for field in FIELDS.values():
        words = _help(field)
        if field.kind is bool:
            parser.add_argument(
                _option(field.name), action=argparse.BooleanOptionalAction, help=words
            )
        else:
            metavar = {str: "NAME", int: "N"}.get(field.kind, "X")
            reader = _reader(field.kind)
            parser.add_argument(
                _option(field.name), type=reader, metavar=metavar, help=words
            )
    return parser


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _reader(kind: type) -> Callable[[str], Any]:
    """Returns argparse's `type`: converts a word, or says what it should have been."""

    def read(word: str) -> Any:
        try:
            return kind(word)
        except ValueError:
            number = "a whole number" if kind is int else "a number"
            message = f"{word!r} is not {number}"
            raise argparse.ArgumentTypeError(message) from None

    return read


def _help(field: Field) -> str:
    text = field.help
    names = _NAMES.get(field.name, field.choices)
    if names:
        text += f": {', '.join(names)}"
    # By identity: 0 equals False, and is a default worth showing.
    if field.default is not None and field.default is not False:
        text += f" (default {field.default})"
    return text


def _variant_table() -> str:
    rows = [f"  {name:6} {row.summary} ({row.paper})" for name, row in VARIANTS.items()]
    return "\n".join(
        [
            "Options without a default take what the member's paper uses on that",
            "network and dataset; config.json in the run folder shows every value.",
            "",
            "members of the family:",
            *rows,
        ]
    )
