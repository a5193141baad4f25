"""The errors that a user can cause, each with the exit code that the command returns.

`commands.py` turns these exceptions into one message on stderr and an exit code; code
that calls the package as a library catches them.
"""

import difflib
import sys
from collections.abc import Iterable

from wgan_jax.text import print_error, shown


class UserError(ValueError):
    """Bad arguments, missing or damaged data, an unusable run folder: exit code 2.

    The message is complete: the value, what was allowed, what to do.

    Attributes:
        agreed: whether all hosts of the run raise it, so that none waits for another.
    """

    exit_code = 2
    agreed = False


class DivergedError(RuntimeError):
    """Training produced a number that is not finite: exit code 3."""

    exit_code = 3


class LostHostError(RuntimeError):
    """Another host stopped answering, so that no step can be finished: exit code 4."""

    exit_code = 4


class InterruptedRunError(Exception):
    """The user or the cluster asked the run to stop; a checkpoint has been written."""

    def __init__(self, message: str, exit_code: int) -> None:
        """Keeps the message and the exit code, 130 for SIGINT and 143 for SIGTERM."""
        super().__init__(message)
        self.exit_code = exit_code


def unknown_name(
    kind: str, name: str, allowed: Iterable[str], hint: str | None = None
) -> UserError:
    """Builds the error for a name that is in no registry, with its closest matches.

    Args:
        kind: what the name should have been, for example `variant`.
        name: what was given.
        allowed: every name that would have been right.
        hint: a sentence to say instead of the closest matches.

    Returns:
        The error, to be raised by the caller.
    """
    allowed = list(allowed)
    if hint is None and (close := _closest(name, allowed)):
        hint = f"Did you mean {' or '.join(map(repr, close))}?"
    choices = f"Choose from: {', '.join(allowed)}."
    sentences = [f"unknown {kind} {shown(name)}.", hint, choices]
    return UserError(" ".join(filter(None, sentences)))


def _closest(name: str, allowed: list[str]) -> list[str]:
    # At difflib's default cutoff of .6 a short name such as `pg` for `gp` gets no hint.
    if not isinstance(name, str):
        return []  # from Python, where anything can stand for a name
    close = difflib.get_close_matches(name, allowed, n=len(allowed) or 1, cutoff=0.4)

    def likeness(other: str) -> float:
        return difflib.SequenceMatcher(None, other, name).ratio()

    # Equally close names are all said: `gm` may have been `gp` or `gn`.
    return [other for other in close if likeness(other) == likeness(close[0])]


_INSTALL = "python3 -m venv .venv && .venv/bin/pip install -e ."


def missing_package(name: str) -> str:
    """Says what to do about a package that this Python does not have.

    Args:
        name: of the package.

    Returns:
        The name, the line that installs it with all others, and how to go on.
    """
    python = sys.executable or "this Python"
    return (
        f"the package {name!r} is not installed for {python}. Install what is needed "
        f"once, in the folder of the clone:\n\n    {_INSTALL}\n\nThen write "
        ".venv/bin/python for python, or type `source .venv/bin/activate` first."
    )


def warn(message: str) -> None:
    """Prints a warning on stderr, for a problem that does not stop the run."""
    print_error(f"warning: {message}")
