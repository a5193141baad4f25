"""What is at a path that a user named, or why that cannot be said.

"There is nothing" and "it may not be looked at" are two answers: `pathlib` and
`os.path` give the first for both, or an error that depends on the version of Python.
"""

import errno
import os
import stat
from pathlib import Path

from wgan_jax.errors import UserError
from wgan_jax.files import open_regular
from wgan_jax.text import name_problem, shown

_ADVICE = {
    errno.EACCES: "Mend its permissions, or name another place.",
    errno.EPERM: "Mend its permissions, or name another place.",
    errno.ENAMETOOLONG: "Give a shorter path.",
    errno.ELOOP: "Remove the link that leads to itself, or name another place.",
}


def expand(path: str | os.PathLike[str], name: str = "") -> Path:
    """Puts the home folder in the place of `~` or `~user`.

    Args:
        path: as a user wrote it; a shell has not always expanded it.
        name: of the option or variable that holds it, for the message.

    Returns:
        The path; any other is as it was.

    Raises:
        UserError: there is no such user, or no home, or the path can name no file.
    """
    if not isinstance(path, str | os.PathLike):
        raise UserError(
            f"{name or 'a path'} is {shown(path)}, but has to be a path: text or a "
            "pathlib.Path."
        )
    if isinstance(text := os.fspath(path), bytes):
        raise UserError(f"{name or 'a path'} is {shown(path)}, but has to be a path.")
    where = f"{name} is {shown(text)}, but" if name else shown(text)
    if problem := name_problem(text):
        raise UserError(f"{where} cannot be used: {problem}.")
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UserError(
            f"{where} names the home of a user that this machine does not know. Write "
            "the whole path."
        ) from None


def status(path: Path) -> os.stat_result | None:
    """Looks at a path; links are followed.

    Returns:
        What the system says of it; None where there is nothing.

    Raises:
        UserError: it cannot be looked at: no permission, too long, a link to itself.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def is_folder(path: Path) -> bool:
    """Whether a path is a folder.

    Raises:
        UserError: it cannot be looked at.
    """
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def is_file(path: Path) -> bool:
    """Whether a path is a regular file, no pipe and no device.

    Raises:
        UserError: it cannot be looked at.
    """
    found = status(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def list_folder(path: Path) -> list[Path]:
    """Lists what is in a folder, sorted; [] where there is nothing of that name.

    Raises:
        UserError: it cannot be listed, or is no folder.
    """
    try:
        return sorted(path.iterdir())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def read_file(path: Path, most_bytes: int) -> bytes | None:
    """Reads a regular file.

    Args:
        path: the file.
        most_bytes: a larger one is refused before it is read.

    Returns:
        Its content; None where there is nothing of that name.

    Raises:
        UserError: it cannot be read, is no regular file, or larger.
    """
    try:
        with open_regular(path) as file:
            # One byte more, as the size that the system tells may grow meanwhile.
            content = file.read(most_bytes + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if len(content) > most_bytes:
        raise UserError(
            f"{path} has more than {most_bytes:,} bytes, and is not read. Put the "
            "right file in its place."
        )
    return content


def unreadable(path: Path, error: OSError | ValueError) -> UserError:
    """Builds the error for a path that cannot be looked at, listed or read."""
    why = getattr(error, "strerror", None) or str(error)
    advice = _ADVICE.get(getattr(error, "errno", 0) or 0, "Name another place.")
    return UserError(f"cannot read {str(path)!r}: {why}. {advice}")
