"""What the command lines of experiments share: parsers, names and shards."""

import argparse
from collections.abc import Iterable

from wgan_jax.errors import UserError, unknown_name


def make_parser(
    module: str, description: str | None, usage: str | None = None
) -> argparse.ArgumentParser:
    """Makes the parser of `python -m MODULE`.

    Args:
        module: its name, with its packages.
        description: shown by `--help` as it is: the module's docstring.
        usage: shown in place of the list of all options.

    Returns:
        The parser, without options yet.
    """
    return argparse.ArgumentParser(
        prog=f"python -m {module}",
        usage=usage,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def read_names(kind: str, words: str | None, known: Iterable[str]) -> list[str]:
    """Reads names with commas between them.

    Args:
        kind: what they name, for the message.
        words: as given; None or empty for all.
        known: every name that is right.

    Returns:
        The names, in the order given.

    Raises:
        UserError: a name that is unknown.
    """
    known = list(known)
    names = words.split(",") if words else known
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known)
    return names


def read_shard(words: str) -> tuple[int, int]:
    """Reads `i/n`: the i-th of n parts, counted from 0.

    Args:
        words: as given.

    Returns:
        i and n.

    Raises:
        UserError: for anything else.
    """
    index, _, shards = words.partition("/")
    if not (index.isdecimal() and shards.isdecimal() and int(index) < int(shards)):
        raise UserError(f"shard {words!r} is none: use i/n with 0 <= i < n.")
    return int(index), int(shards)
