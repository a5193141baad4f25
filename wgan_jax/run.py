"""The command that trains: words -> what was given -> train -> exit code.

Nothing heavy is imported before `--help` is answered or bad arguments are refused, and
only the standard library before a package that is missing can be named.
"""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from wgan_jax.commands import (
    require_address_space,
    run_command,
    version_line,
    without_traceback,
)
from wgan_jax.text import print_error, print_result


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        The exit code, see `commands.run_command`.
    """
    words = without_traceback(sys.argv[1:] if arguments is None else arguments)
    return run_command(lambda: _run(words))


def _run(words: Sequence[str]) -> None:
    if "--version" in words:
        print_result(version_line())
        return
    from wgan_jax.config.command_line import parse

    given = parse(words)
    if "--show-config" in words:
        from wgan_jax.loop.stored_config import show_config

        print_result(show_config(given))
        return
    _train(given)


def _train(given: dict) -> None:
    require_address_space()
    if given.get("compilation_cache") or given.get("resume"):
        _silence_program_loader()

    from wgan_jax.loop.messages import closing
    from wgan_jax.loop.train import train_given

    if not given:
        print_error(
            "Nothing was given, so this trains the defaults; --help shows the choices."
        )
    result = train_given(given)
    if result.run_dir and not result.config.quiet:
        print_error(closing(result.run_dir, result.summary))
        print_result(str(result.run_dir))


def _silence_program_loader() -> None:
    """Silences a warning of XLA (jaxlib < 0.11) for every program read from the cache.

    It names two preferences of the compiler as features that the machine lacks. The
    level is read once, when jaxlib is imported.
    """
    if tuple(map(int, version("jaxlib").split(".")[:2])) < (0, 11):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


if __name__ == "__main__":
    sys.exit(main())
