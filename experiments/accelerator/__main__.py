"""Checks before a GPU or TPU is trusted, in this order.

    python -m experiments.accelerator lower      programs for GPU and TPU, on any CPU
    python -m experiments.accelerator gradients  each precision against a CPU
    python -m experiments.accelerator members    nine members, 200 steps, finite
    python -m experiments.accelerator resume     a run that stopped, in the same bits
    python -m experiments.accelerator host       what the host does for 1,000 steps
    python -m experiments.accelerator all        everything above

Each prints one line a check and ends with 1 if any failed. Speed is the business of
`python -m experiments.benchmark` (`speed` and `options`).
"""

import sys
from collections.abc import Callable, Iterator, Sequence

from experiments.accelerator import agreement, host, lowering, members, resuming
from experiments.accelerator.checks import Check
from experiments.words import make_parser

CHECKS: dict[str, Callable[[list[str], list[str]], Iterator[Check]]] = {
    "lower": lowering.check,
    "gradients": agreement.check,
    "members": members.check,
    "resume": resuming.check,
    "host": host.check,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when every check passed, 1 otherwise.
    """
    parser = make_parser("experiments.accelerator", __doc__)
    parser.add_argument("word", choices=[*CHECKS, "all"])
    parser.add_argument("--variants", default="", help="members, with commas")
    parser.add_argument("--networks", default="", help="networks, with commas")
    options = parser.parse_args(arguments)
    asked = [
        [name for name in words.split(",") if name]
        for words in (options.variants, options.networks)
    ]
    failed = 0
    for word in CHECKS if options.word == "all" else [options.word]:
        for check in CHECKS[word](*asked):
            print(f"{'ok    ' if check.passed else 'FAILED'} {check.text}", flush=True)
            failed += not check.passed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
