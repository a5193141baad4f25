"""Which words name data of the user's own, and what such data are called in a run.

Read while the command line is parsed: this module looks at words and asks at most
whether a path exists.
"""

import os
import re
from pathlib import Path

from wgan_jax.places import expand

TFDS = "tfds:"
ARRAY_SUFFIXES = (".npy", ".npz")


def is_own(name: str) -> bool:
    """Whether a word that is in no registry names data: `tfds:NAME` or a path.

    A path is known by a separator, a suffix or that it exists; any other word is a
    name, and misspelt.

    Args:
        name: a word.

    Returns:
        Whether it is one of the two.
    """
    if name.startswith((TFDS, "~")) or os.sep in name or Path(name).suffix:
        return True
    return os.path.exists(name)


def full_name(name: str) -> str:
    """Makes a path absolute, so that a run finds its data from anywhere.

    Args:
        name: a path, `~` included, or `tfds:NAME`.

    Returns:
        The absolute path; `tfds:NAME` as it is.

    Raises:
        UserError: a path that no file can have, or no JSON file can hold.
    """
    if name.startswith(TFDS):
        return name
    return os.path.abspath(expand(name, "the data path"))


def short_name(name: str) -> str:
    """Names data by the last part of their path, safe as the name of a folder.

    Args:
        name: a path or `tfds:NAME`.

    Returns:
        Letters, digits, `_`, `.` and `-`, 60 characters at most.

    Example:
        >>> short_name("/home/me/my flowers.npz"), short_name("tfds:cifar10/1:train")
        ('my-flowers', 'cifar10-1')
    """
    if name.startswith(TFDS):
        name = name.removeprefix(TFDS).split(":")[0].replace("/", "-")
    else:
        path = Path(name)
        name = path.stem if path.suffix in ARRAY_SUFFIXES else path.name
    return re.sub(r"[^\w.-]+", "-", name).strip(".-")[:60] or "data"
