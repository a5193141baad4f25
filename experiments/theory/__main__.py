"""Runs the experiments behind the theory, and says whether every claim holds.

    python -m experiments.theory list
    python -m experiments.theory log2 plan
    python -m experiments.theory all --quick
    python -m experiments.theory all --out experiments/theory/results
    python -m experiments.theory page

Each writes FOLDER/NAME.json, every number beside its target, and FOLDER/NAME.png. The
exit code is 1 when a claim does not hold. `--quick` is smaller, with tolerances of its
own. `page` fills the tables of experiments/theory/README.md from the results on file.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from experiments.theory.claims import Claim
from experiments.theory.page import write_page
from experiments.theory.record import read_record, write_record
from experiments.theory.registry import EXPERIMENTS, load_experiment
from experiments.words import exit_code, make_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what is named.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when every claim holds, 1 when one does not, 2 for bad arguments, 130 when it
        was interrupted.
    """
    options = _parse(arguments)
    return exit_code("theory", lambda: _main(options), "what is printed above is kept")


def _main(options: argparse.Namespace) -> int:
    if "list" in options.names:
        width = max(map(len, EXPERIMENTS))
        for name, question in EXPERIMENTS.items():
            print(f"{name:{width}}  {question}")
        return 0
    if "page" in options.names:
        write_page()
        return 0
    names = list(EXPERIMENTS) if "all" in options.names else options.names
    # Every experiment runs, also after one whose claims do not hold.
    failed = [claim for name in names for claim in _run(name, options)]
    print(f"{len(failed)} claims do not hold." if failed else "Every claim holds.")
    return 1 if failed else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser("experiments.theory", __doc__)
    words = [*EXPERIMENTS, "all", "list", "page"]
    parser.add_argument("names", nargs="+", choices=words, metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="smaller, under 30 s each")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/theory"), help="default runs/theory"
    )
    parser.add_argument(
        "--redraw", action="store_true", help="only the figure, from the JSON on file"
    )
    return parser.parse_args(arguments)


def _run(name: str, options: argparse.Namespace) -> list[Claim]:
    """Runs one experiment and returns the claims that do not hold."""
    experiment, began = load_experiment(name), time.monotonic()
    record = options.out / f"{name}.json"
    if options.redraw:
        result = read_record(record)
    else:
        settings = experiment.QUICK if options.quick else experiment.FULL
        result = experiment.run(settings)
        write_record(record, name, settings, result)
    experiment.draw(result, record.with_suffix(".png"))
    print(f"{name}: {EXPERIMENTS[name]} ({time.monotonic() - began:.0f} s)")
    width = max(len(claim.name) for claim in result.claims)
    for claim in result.claims:
        mark = "  " if claim.holds else "x "
        print(f"  {mark}{claim.name:{width}}  {claim.value:<12.6g} {claim.target}")
    print(f"  {record}, {record.with_suffix('.png').name}\n", flush=True)
    return [claim for claim in result.claims if not claim.holds]


if __name__ == "__main__":
    sys.exit(main())
