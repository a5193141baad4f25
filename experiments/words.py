"""Words of command lines that several experiments share, read or refused in a line."""

from collections.abc import Iterable

from wgan_jax.errors import UserError, unknown_name


def read_names(kind: str, words: str | None, known: Iterable[str]) -> list[str]:
    """Reads names with commas between them.

    Args:
        kind: what they name, for the message.
        words: as given; None or empty for all.
        known: every name that is right.

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

    Raises:
        UserError: for anything else.
    """
    index, _, shards = words.partition("/")
    if not (index.isdecimal() and shards.isdecimal() and int(index) < int(shards)):
        raise UserError(f"shard {words!r} is none: use i/n with 0 <= i < n.")
    return int(index), int(shards)
