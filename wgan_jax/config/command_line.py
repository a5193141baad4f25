"""The command line, generated from the fields of `Config` so that both always agree.

It parses arguments and returns the fields that were given. It opens no folder and joins
no host: `loop.resume` merges them with the stored config of a resumed run.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from wgan_jax.commands import Parser
from wgan_jax.config import help_text
from wgan_jax.config.config import FIELDS, Config
from wgan_jax.config.fields import Field
from wgan_jax.config.names import EPOCH_NAMES, OPTION_ALIASES, plain_name
from wgan_jax.config.resolved import resolve
from wgan_jax.config.samples import samples_of
from wgan_jax.config.sources import sources_of
from wgan_jax.errors import UserError
from wgan_jax.text import shown

_HELP = ("-h", "--help")
_LONGEST = 4000  # characters of a number that Python reads


class _RunParser(Parser):
    def suggest(self, option: str, known: Mapping[str, Any]) -> str | None:
        """Knows what other programs call an option; else the closest spelling."""
        plain = plain_name(option)
        if plain in EPOCH_NAMES:
            return f"Training is counted in --steps{_epoch_length(known)}."
        if plain in OPTION_ALIASES:
            return f"Did you mean {OPTION_ALIASES[plain]}?"
        return super().suggest(option, known)


def _epoch_length(known: Mapping[str, Any]) -> str:
    """Words for the steps of one epoch; empty where the rest cannot be resolved."""
    try:
        config = resolve(Config(**_fields(known)))
        count = samples_of(config).count
    except UserError:
        return ""
    if count is None:
        return ""
    steps = count / (config.batch_size * config.n_critic)
    return (
        f": an epoch of {config.dataset} is {steps:,.0f} of them (batch "
        f"{config.batch_size}, {config.n_critic} critic updates a step)"
    )


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
    if any(word in _HELP for word in arguments):
        _print_help([word for word in arguments if word not in _HELP])
    given = _fields(vars(_parser().parse(arguments)))
    config = Config(**given)
    if not config.resume:  # a resumed run has blanks that only its folder can fill in
        resolve(config)
    return given


def _print_help(arguments: Sequence[str]) -> NoReturn:
    """Prints help with the values of the run that the other words describe."""
    try:
        given = _fields(vars(_parser().parse(arguments)))
        config = resolve(Config(**given))
    except UserError:  # help is the answer to a mistake, too
        given, config = {}, resolve(Config())
    sources = sources_of(config, given, samples_of(config))
    _parser(config, sources).print_help()
    raise SystemExit(0)


def _fields(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if name in FIELDS}


def _parser(config: Config | None = None, sources: Mapping[str, str] = {}) -> Parser:
    """Builds the parser; for help, with the values of a run and their sources."""
    parser = _RunParser(
        prog=help_text.PROG,
        usage=f"{help_text.PROG} [--variant NAME] [--dataset NAME] [options]",
        description=help_text.description(),
        epilog=None if config is None else help_text.epilog(config),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,  # leaves out what was not given
        allow_abbrev=False,
        add_help=False,
    )
    for title, fields in help_text.groups().items():
        group = parser.add_argument_group(title)
        for field in fields:
            _add(group, field, help_text.option_help(field, config, sources))
    # Answered by whoever reads the words; here for help and for suggestions.
    group = parser.add_argument_group("answers without training")
    for option, words in help_text.ANSWERS.items():
        group.add_argument(option, action="store_true", help=words)
    return parser


def _add(group: Any, field: Field, words: str) -> None:
    option = f"--{field.name.replace('_', '-')}"
    if field.kind is bool:
        yes_no = argparse.BooleanOptionalAction
        group.add_argument(option, action=yes_no, help=words)
        return
    metavar, reader = help_text.metavar(field), _reader(field.kind)
    group.add_argument(option, type=reader, metavar=metavar, help=words)
    if field.off:
        group.add_argument(
            f"--no-{option[2:]}",
            dest=field.name,
            action="store_const",
            const=field.off,
            help=f"the same as {option} {field.off}",
        )


def _reader(kind: type) -> Callable[[str], Any]:
    """Returns argparse's `type`: converts a word, or says what it should have been."""

    def read(word: str) -> Any:
        try:
            return kind(word)
        except ValueError:
            number = "a whole number" if kind is int else "a number"
            if len(word) > _LONGEST:
                number += f" of at most {_LONGEST} characters"
            message = f"{shown(word)} is not {number}"
            raise argparse.ArgumentTypeError(message) from None

    return read
