"""What the commands share: words that are refused in one message, errors as exit codes.

A command is a function that may raise whatever a user can cause; `run_command` turns it
into one message on stderr and an exit code. Only the standard library is imported, so
that `--help` and refusals cost nothing.
"""

import argparse
import difflib
import os
import platform
import re
import resource
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn

from wgan_jax import interrupts
from wgan_jax.errors import (
    DivergedError,
    InterruptedRunError,
    LostHostError,
    UserError,
    missing_package,
)
from wgan_jax.text import name_problem, print_error, print_result, shown
from wgan_jax.version import __version__


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UserError` where argparse ends the process."""

    def __init__(self, **options: Any) -> None:
        """Makes a parser with the option that all commands have."""
        super().__init__(**options)
        # Never set: `without_traceback` takes it out of the words.
        self.add_argument(
            TRACEBACK_OPTION,
            action="store_true",
            default=argparse.SUPPRESS,
            help="of an error that is a bug, show all of it",
        )

    def print_help(self, file: Any = None) -> None:
        """Prints the help; where the terminal knows ASCII alone, too."""
        print_result(self.format_help().rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        """Raises what argparse found, as `UserError`."""
        raise UserError(f"{message}. See --help.")

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parses words; an unknown option is answered with the closest one.

        Args:
            arguments: the words after the command.

        Returns:
            What was given, under the options' names.

        Raises:
            UserError: an unknown option, a value that is refused, or a word that can
                name no file.
            SystemExit: after `--help` was answered.
        """
        for word in arguments:
            if problem := name_problem(word):
                raise UserError(f"{shown(word)} cannot be used: {problem}.")
        known, unknown = self.parse_known_args(arguments)
        if unknown:
            raise self._unknown(unknown[0], vars(known))
        return known

    def suggest(self, option: str, known: Mapping[str, Any]) -> str | None:
        """Finds what an unknown option may have meant.

        Args:
            option: as it was typed, with its dashes.
            known: what else was given.

        Returns:
            A sentence; None where nothing is similar.
        """
        options = [o for action in self._actions for o in action.option_strings]
        close = difflib.get_close_matches(option, options, n=1, cutoff=0.5)
        return f"Did you mean {close[0]}?" if close else None

    def _unknown(self, word: str, known: Mapping[str, Any]) -> UserError:
        if not word.startswith("-"):
            return UserError(f"{shown(word)} belongs to no option. See --help.")
        option = word.split("=")[0]
        hint = self.suggest(option, known)
        # Quoted only where it is strange: options are written without quotes.
        name = option if shown(option) == f"'{option}'" else shown(option)
        sentences = [f"unknown option {name}.", hint, "See --help for all of them."]
        return UserError(" ".join(filter(None, sentences)))


def run_command(command: Callable[[], None]) -> int:
    """Runs a command and says in one message what went wrong.

    Args:
        command: does the work.

    Returns:
        0 when it is done, 1 for an error that nobody foresaw, 2 for bad arguments, data
        or disk, 3 when training diverged, 130 or 143 when it was interrupted. Where
        another host was lost, or a second signal came, the process exits at once, with
        4 or with 130 or 143.
    """
    _open_missing_streams()
    try:
        with interrupts.raised():
            command()
    except (UserError, DivergedError, InterruptedRunError) as error:
        print_error(f"wgan_jax: {error}")
        return error.exit_code
    except ModuleNotFoundError as error:
        if not error.name or error.name.split(".")[0] == "wgan_jax":
            return _report_bug(error)
        print_error(f"wgan_jax: {missing_package(error.name)}")
        return UserError.exit_code
    except LostHostError as error:
        print_error(f"wgan_jax: {error}")
        # The runtime would wait at exit for the host that is gone.
        os._exit(error.exit_code)
    except KeyboardInterrupt as error:
        interrupts.stop_at_once(error)
    except Exception as error:
        if (words := _library_error(error)) is None:
            return _report_bug(error)
        print_error(f"wgan_jax: {words}")
        return UserError.exit_code
    return 0


def _open_missing_streams() -> None:
    """Opens /dev/null where stdin, stdout or stderr is closed.

    A file of the run would get the number instead, and the messages of libraries.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


# Libraries and threads of JAX reserve about 2.2 GB; at 2.0 GB some starts are aborted.
_ADDRESS_SPACE = 2_200_000_000


def require_address_space() -> None:
    """Refuses a limit under which JAX would be aborted, before it is imported.

    Raises:
        UserError: `ulimit -v` allows less than JAX reserves at its start.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _ADDRESS_SPACE:
        raise UserError(
            f"this process may use {limit / 1e9:.2g} GB of address space (`ulimit -v`),"
            f" and JAX reserves {_ADDRESS_SPACE / 1e9:g} GB at its start. Raise the "
            "limit; of memory, far less is taken."
        )


# Set to anything, an error that nobody foresaw keeps its traceback.
TRACEBACK = "WGAN_JAX_TRACEBACK"
TRACEBACK_OPTION = "--traceback"


def without_traceback(words: Sequence[str]) -> list[str]:
    """Takes `--traceback` out of a command's words; where it is, it holds from now."""
    if TRACEBACK_OPTION in words:
        os.environ[TRACEBACK] = "1"
    return [word for word in words if word != TRACEBACK_OPTION]


def _report_bug(error: Exception) -> int:
    """Names an error that nobody foresaw in one line; exit code 1."""
    if os.environ.get(TRACEBACK):
        raise error
    words = " ".join(str(error).split())[:300]
    print_error(
        f"wgan_jax: {type(error).__name__} in {_place(error)}: {words}. This is a bug: "
        f"run again with {TRACEBACK_OPTION} and report it."
    )
    return 1


def _place(error: Exception) -> str:
    """Names the package's innermost line that the error came through."""
    package = os.path.dirname(os.path.abspath(__file__))
    place, step = "an unknown place", error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if file.startswith(package + os.sep) and file != __file__:
            relative = os.path.relpath(file, os.path.dirname(package))
            place = f"{relative}, line {step.tb_lineno}"
        step = step.tb_next
    return place


_OUT_OF_MEMORY = (
    "not enough memory. Choose a smaller batch_size, width, latent_dim, n_critic, "
    "steps_per_dispatch or count."
)


def _library_error(error: Exception) -> str | None:
    """Words for what a library raised and the user can mend; None for a bug."""
    # XLA's errors have one class, which cannot be imported before --help is answered.
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
        return f"{_OUT_OF_MEMORY} ({error})"
    # JAX reads its variables as it is imported.
    if isinstance(error, ValueError) and re.search(_JAX_SETTING, str(error)):
        return f"{error}. Unset that variable, or give it a value that JAX knows."
    return None


_JAX_SETTING = r"for JAX flag jax_\w+|for environment 'JAX_\w+'"


def version_line() -> str:
    """Names this version and those that numbers depend on, without importing them."""
    found = []
    for name in ("jax", "jaxlib"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    found.append(f"Python {platform.python_version()}")
    return f"wgan_jax {__version__} ({', '.join(found)})"
