"""The command line, made from the fields of `Config` so that neither forgets the other.

It reads words and returns a checked config. With `--resume` the stored config of the
run folder is the starting point and the words are changes to it.
"""

import argparse
import dataclasses
import difflib
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config.config import Config, from_stored, resolve
from wgan_jax.config.presets import CONSTRAINTS, OBJECTIVES
from wgan_jax.data import DATASETS
from wgan_jax.errors import UserError
from wgan_jax.networks import NETWORKS
from wgan_jax.variants import VARIANTS

_NAMES = {
    "variant": VARIANTS,
    "dataset": DATASETS,
    "network": NETWORKS,
    "objective": OBJECTIVES,
    "constraint": CONSTRAINTS,
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message}. See --help.")


def parse(arguments: Sequence[str]) -> Config:
    """Turns words into a config without blanks.

    Args:
        arguments: the words after the command.

    Returns:
        The config.

    Raises:
        UserError: for anything that is wrong with the words.
        SystemExit: after `--help` was answered.
    """
    parser = _parser()
    known, unknown = parser.parse_known_args(arguments)
    if unknown:
        raise _unknown_option(unknown[0])
    said = vars(known)
    if said.get("resume") and "run_dir" in said:
        return from_stored(_stored(said), said)
    config = Config(**said)
    resolve(config)
    return config


def _stored(said: dict[str, Any]) -> dict[str, Any]:
    """Reads the run's config.json; of several hosts only the first may have it."""
    place = ("coordinator", "num_processes", "process_id")
    here = Config(**{name: said[name] for name in place if name in said})

    from wgan_jax.parallel import hosts

    hosts.join_hosts(here.coordinator, here.num_processes, here.process_id)
    hosts.refuse_different({"resume": True})
    return hosts.read_on_first_host(lambda: RunFolder.open(said["run_dir"]).config())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m wgan_jax.run",
        description="Trains one member of the Wasserstein-GAN family.",
        epilog=_variant_table(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    for field in dataclasses.fields(Config):
        option = f"--{field.name.replace('_', '-')}"
        words = _help(field)
        if field.type is bool:
            parser.add_argument(
                option, action=argparse.BooleanOptionalAction, help=words
            )
        else:
            kind = _kind(field)
            metavar = "NAME" if kind is str else "N" if kind is int else "X"
            reader = _reader(kind)
            parser.add_argument(option, type=reader, metavar=metavar, help=words)
    return parser


def _kind(field: dataclasses.Field) -> type:
    return next(k for k in (int, float, str) if k.__name__ in str(field.type))


def _reader(kind: type) -> Callable[[str], Any]:
    """Reads one word, or says what it should have been."""

    def read(word: str) -> Any:
        try:
            return kind(word)
        except ValueError:
            number = "a whole number" if kind is int else "a number"
            message = f"{word!r} is not {number}"
            raise argparse.ArgumentTypeError(message) from None

    return read


def _help(field: dataclasses.Field) -> str:
    text = field.metadata["help"]
    names = _NAMES.get(field.name, field.metadata["choices"])
    if names:
        text += f": {', '.join(names)}"
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


def _unknown_option(word: str) -> UserError:
    if not word.startswith("-"):
        return UserError(f"{word!r} belongs to no option. See --help.")
    name = word.split("=")[0]
    options = [
        f"--{field.name.replace('_', '-')}" for field in dataclasses.fields(Config)
    ]
    close = difflib.get_close_matches(name, options, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]}?" if close else ""
    return UserError(f"unknown option {name}.{hint} See --help for all of them.")
