"""What the command lines of experiments share: parsers, names, shards and ends."""

import argparse
import sys
from collections.abc import Callable, Iterable

from wgan_jax.errors import (
    DivergedError,
    InterruptedRunError,
    UserError,
    unknown_name,
)


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
        The names, each once, in the order given.

    Raises:
        UserError: a name that is unknown.
    """
    known = list(known)
    names = words.split(",") if words else known
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known)
    return list(dict.fromkeys(names))


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


def require_positive(**numbers: float) -> None:
    """Refuses a number that is not above 0; a whole one is at least 1.

    Args:
        **numbers: as given, by what they count.

    Raises:
        UserError: naming the first of them.
    """
    for name, number in numbers.items():
        if not number > 0:
            least = "at least 1" if isinstance(number, int) else "above 0"
            raise UserError(f"{name} is {number}, but has to be {least}.")


def exit_code(
    command: str, work: Callable[[], int | None], then: str = "the same command goes on"
) -> int:
    """Does the work of a command, and says in one line why it could not be finished.

    Args:
        command: how the line calls it.
        work: returns an exit code of its own, or None for 0.
        then: what holds after Ctrl-C.

    Returns:
        What `work` returned, 2 for bad words, data or a disk, 3 where training
        diverged, 130 or 143 when it was interrupted.
    """
    try:
        return work() or 0
    except (UserError, DivergedError, InterruptedRunError) as error:
        print(f"{command}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{command}: interrupted; {then}.", file=sys.stderr)
        return 130
