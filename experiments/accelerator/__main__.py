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
from collections.abc import Callable, Iterable, Iterator, Sequence

from experiments.accelerator import agreement, host, lowering, members, resuming
from experiments.accelerator.checks import Check
from experiments.accelerator.games import SHAPES
from experiments.words import exit_code, make_parser, read_names
from wgan_jax.variants import VARIANTS

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
        0 when every check passed, 1 when one failed, 2 for unknown names, 130 when
        it was interrupted.
    """
    parser = make_parser("experiments.accelerator", __doc__)
    parser.add_argument("word", choices=[*CHECKS, "all"])
    parser.add_argument("--variants", default="", help="members, with commas")
    parser.add_argument("--networks", default="", help="networks, with commas")
    options = parser.parse_args(arguments)

    def work() -> int:
        variants = _named("variant", options.variants, VARIANTS)
        networks = _named("network", options.networks, SHAPES)
        return _run(options.word, variants, networks)

    return exit_code("accelerator", work, "what is printed above holds")


def _named(kind: str, words: str, known: Iterable[str]) -> list[str]:
    """The names given; none for those that a check takes by itself."""
    return read_names(kind, words, known) if words else []


def _run(word: str, variants: list[str], networks: list[str]) -> int:
    failed = 0
    for name in CHECKS if word == "all" else [word]:
        for check in CHECKS[name](variants, networks):
            print(f"{'ok    ' if check.passed else 'FAILED'} {check.text}", flush=True)
            failed += not check.passed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
