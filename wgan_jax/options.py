"""One option of a run: its name, default, help and bounds, as plain data.

Objectives, constraints and optimisers declare theirs in their rows; `config` turns them
into fields, and the command line into words. This module knows nothing of either.
"""

from typing import NamedTuple


class Option(NamedTuple):
    """A number that a part of the game takes.

    Attributes:
        name: the field of `Config` and, with dashes, the option of the command line.
        default: what it is where neither the variant's row nor the user says.
        help: one line for `--help`.
        at_least: smallest value allowed.
        above: value that has to be exceeded.
        below: value that has to be stayed under.
    """

    name: str
    default: float
    help: str
    at_least: float | None = None
    above: float | None = None
    below: float | None = None
