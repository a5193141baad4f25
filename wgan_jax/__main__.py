"""`wgan-jax NAME ...` and `python -m wgan_jax NAME ...`: one command for all others.

Each command is a module of its own, imported when it is called.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

from wgan_jax.commands import run_command, version_line, without_traceback
from wgan_jax.errors import unknown_name
from wgan_jax.text import print_result

# Name -> what it does, an example's words.
_COMMANDS = {
    "run": ("trains one member", "--variant gn --dataset digits"),
    "sample": (
        "draws from a trained run",
        "runs/gn-digits-seed0 --count 1000 --out samples.npz",
    ),
    "evaluate": ("measures how good its samples are", "runs/gn-digits-seed0"),
    "compare": (
        "puts several runs on one page",
        "runs/gn-digits-seed0 runs/gp-digits-seed0 --out page.html",
    ),
}
_ALIASES = {"train": "run", "generate": "sample", "eval": "evaluate"}
_HELP = ("-h", "--help", "help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command that the first word names.

    Args:
        arguments: the words after `wgan-jax`; None for `sys.argv`.

    Returns:
        The exit code of the command, see `commands.run_command`.
    """
    words = without_traceback(sys.argv[1:] if arguments is None else arguments)
    codes = [0]
    return run_command(lambda: codes.append(_dispatch(words))) or codes[-1]


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in _HELP:
        print_result(_overview())
        return 0
    if words[0] == "--version":
        print_result(version_line())
        return 0
    # Before there were other commands, every word was an option of the training.
    name = "run" if words[0].startswith("-") else words.pop(0)
    name = _ALIASES.get(name, name)
    if name not in _COMMANDS:
        raise unknown_name("command", name, _COMMANDS)
    return import_module(f"wgan_jax.{name}").main(words)


def _overview() -> str:
    lines = ["The Wasserstein-GAN family in JAX and Flax.", ""]
    for name, (purpose, example) in _COMMANDS.items():
        lines += [f"  {name:9} {purpose}", f"    wgan-jax {name} {example}", ""]
    return "\n".join(
        [*lines, "Each answers --help; wgan-jax --version names versions."]
    )


if __name__ == "__main__":
    sys.exit(main())
