"""The command that shows runs side by side: words -> pages -> exit code.

With one run it writes the run's own report anew, for example after an evaluation.
"""

import argparse
import sys
from collections.abc import Sequence

from wgan_jax.commands import (
    Parser,
    run_command,
    version_line,
    without_traceback,
)
from wgan_jax.text import print_result


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        The exit code, see `commands.run_command`.
    """
    words = without_traceback(sys.argv[1:] if arguments is None else arguments)
    return run_command(lambda: _compare(words))


def _compare(words: Sequence[str]) -> None:
    if "--version" in words:
        print_result(version_line())
        return
    given = _parser().parse(words)

    from wgan_jax.artifacts.report import compare_runs

    page = compare_runs(given.runs, given.out, given.csv, overwrite=given.overwrite)
    print_result(str(page))


def _parser() -> Parser:
    parser = Parser(
        prog="python -m wgan_jax.compare",
        description="Writes one page about several runs, or the report of one.",
        epilog="example: python -m wgan_jax.compare runs/gn-* runs/gp-*",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("runs", metavar="RUN", nargs="+", help="folder of a run")
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="the page (default compare.html; of one run its report.html)",
    )
    parser.add_argument("--csv", metavar="FILE", help="a table with one row a run")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files that exist"
    )
    parser.add_argument(
        "--version", action="store_true", help="print the versions and stop"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
