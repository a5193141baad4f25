"""An option of a run, and settings with their source, as plain data.

Objectives, constraints and optimisers declare options in their rows; `config` turns
them into fields, and the command line into words. Rows and presets suggest settings.
This module knows nothing of any of them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Option(NamedTuple):
    """A number that a part of the game takes.

    Attributes:
        name: the field of `Config` and, with dashes, the option of the command line.
        default: what it is where neither the variant's row nor the user says; an int
            where it is to be a whole number.
        help: one line for `--help`.
        at_least: smallest value allowed.
        above: value that has to be exceeded.
        below: value that has to be stayed under.
        source: paper or code that the default comes from; empty where it is our own.
    """

    name: str
    default: float
    help: str
    at_least: float | None = None
    above: float | None = None
    below: float | None = None
    source: str = ""


class Preset(NamedTuple):
    """Settings that come from one place.

    Attributes:
        source: paper or code that they come from; empty where they are our own.
        settings: by the names of `Config`'s fields; None where one does not apply.
    """

    source: str
    settings: Mapping[str, Any]
