"""The command that measures a run: words -> what was given -> evaluate -> a table.

Nothing heavy is imported before `--help` is answered or bad words are refused.
"""

import argparse
import sys
import types
from collections.abc import Sequence
from typing import Any

from wgan_jax.commands import (
    Parser,
    require_address_space,
    run_command,
    version_line,
    without_traceback,
)
from wgan_jax.errors import unknown_name
from wgan_jax.text import print_result, shown

_PROG = "python -m wgan_jax.evaluate"
_WEIGHTS = ("raw", "ema", "both")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        The exit code, see `commands.run_command`.
    """
    words = without_traceback(sys.argv[1:] if arguments is None else arguments)
    return run_command(lambda: _evaluate(words))


def _evaluate(words: Sequence[str]) -> None:
    if "--version" in words:
        print_result(version_line())
        return
    given = vars(_parser().parse(words))
    if given["weights"] not in _WEIGHTS:
        raise unknown_name("weights", given["weights"], _WEIGHTS)
    require_address_space()

    from wgan_jax.loop.evaluation.evaluate_run import evaluate

    print_result(_words(evaluate(given.pop("run_dir"), **given)))


def _words(result: dict[str, Any]) -> str:
    from wgan_jax.artifacts.tables import format_paragraph, format_table
    from wgan_jax.loop.evaluation import words

    parts = [format_paragraph(words.conditions(result))]
    for weights in result["results"]:
        rows = words.table(result, weights)
        parts += [
            format_table(words.title(result, weights), words.HEADER, rows),
            format_paragraph(words.verdict(result, weights)),
        ]
    return "\n\n".join(parts + [format_paragraph(n) for n in words.notes(result)])


def _parser() -> Parser:
    from wgan_jax.metrics.features import FEATURES

    parser = Parser(
        prog=_PROG,
        description="Measures how good the samples of a run are, beside the floor that "
        "real samples reach, and writes evaluation.json in its folder (an older one is "
        "replaced).",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("run_dir", metavar="RUN", help="the run folder")
    add(
        "--count",
        type=int,
        metavar="N",
        help="samples, real and generated; default 5,000 points or 10,000 images, or "
        "what the dataset can give",
    )
    add(
        "--seed",
        type=int,
        default=0,
        metavar="N",
        help="random seed of the samples (default 0)",
    )
    add(
        "--features",
        metavar="NAME",
        help=f"feature net of images: {', '.join(FEATURES)}; default the dataset's own",
    )
    add(
        "--feature-weights",
        metavar="FILE",
        help="file of weights for --features; inception needs one",
    )
    add("--data-dir", metavar="DIR", help="of the dataset's files; default the run's")
    _add_weights(parser)
    return parser


def _add_weights(parser: Parser) -> None:
    add = parser.add_argument
    add(
        "--weights",
        default="both",
        metavar="NAME",
        help="of the generator: raw, ema or both (default both, where there are two)",
    )
    add(
        "--step",
        type=_step,
        metavar="N|best",
        help="which checkpoint; default the newest",
    )
    add(
        "--version",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print the versions and stop",
    )


def _step(word: str) -> int | str:
    if word == "best" or word.isdecimal():
        return word if word == "best" else int(word)
    raise argparse.ArgumentTypeError(
        f"step is {shown(word)}, but has to be a number or best."
    )


class _Callable(types.ModuleType):
    """This module, callable: `wgan_jax.evaluate` is a function and a command.

    Importing the command binds this module to the name of the function in the package.
    """

    def __call__(self, *given: Any, **options: Any) -> dict[str, Any]:
        """See `loop.evaluation.evaluate_run.evaluate`."""
        from wgan_jax.loop.evaluation.evaluate_run import evaluate

        return evaluate(*given, **options)


sys.modules[__name__].__class__ = _Callable


if __name__ == "__main__":
    sys.exit(main())
