"""Our training beside PyTorch's from the same weights: quality, and time to an FD.

    python -m experiments.parity            # makes the missing cells
    python -m experiments.parity list       # which are done
    python -m experiments.parity table      # verdicts and times from the record
    python -m experiments.parity page       # the same, into BENCHMARKS.md

A cell is a member, a seed and a side. Each is kept when it is made: stopped at any
moment, the same command goes on. `--shard 0/4` makes a quarter. PyTorch comes with
`pip install -e ".[bench]"`; `--sides ours` needs none. Seconds per step are those of
`python -m experiments.benchmark` on file.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.parity import RESULTS, RUNS
from experiments.parity.cells import (
    SEEDS,
    SIDES,
    STEPS,
    USUAL,
    Cell,
    cell_of,
    is_current,
    plan_cells,
    read_results,
)
from experiments.records import Result, add_to_record, read_record
from experiments.words import (
    exit_code,
    make_parser,
    read_names,
    read_shard,
    require_positive,
)
from wgan_jax.data import DATASETS
from wgan_jax.errors import unknown_name
from wgan_jax.variants import VARIANTS

# Words that choose cells, and so belong to the command beside the tables.
_CHOICE = ("dataset", "variants", "seeds", "steps")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, 2 for bad words, missing data or packages, 130 when it was
        interrupted.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    options.command = _choice(options, parser)
    options.record = options.record or RESULTS / f"parity-{options.dataset}.json"
    return exit_code("parity", lambda: _WORDS[options.word](options))


def _parser() -> argparse.ArgumentParser:
    parser = make_parser("experiments.parity", __doc__)
    add = parser.add_argument
    add("word", nargs="?", default="run", choices=list(_WORDS))
    add("--dataset", default="mnist", help="grey images by name (default mnist)")
    add("--variants", default=",".join(USUAL), help="members (default %(default)s)")
    add("--seeds", type=int, default=SEEDS, help=f"how many (default {SEEDS})")
    add("--steps", type=int, default=STEPS, help=f"of a run (default {STEPS:,})")
    add("--sides", default=",".join(SIDES), help="of the cells made by this call")
    add("--shard", default="0/1", help="i/n: every n-th cell from the i-th")
    add("--threads", type=int, default=os.cpu_count() or 1, help="of PyTorch")
    add("--runs", type=Path, default=RUNS, help="folder of the cells")
    add("--record", type=Path, help="file of all cells; default results/parity-*.json")
    add("--speeds", type=Path, default=RESULTS / "speed-cpu-py3.12.json")
    return parser


def _choice(options: argparse.Namespace, parser: argparse.ArgumentParser) -> str:
    """The words that choose the same cells again, those that are default left out."""
    given = {name: getattr(options, name) for name in _CHOICE}
    words = [
        f"--{name} {shlex.quote(str(value))}"
        for name, value in given.items()
        if value != parser.get_default(name)
    ]
    return " ".join(words)


def _planned(options: argparse.Namespace) -> list[Cell]:
    if options.dataset not in DATASETS:
        raise unknown_name("dataset", options.dataset, DATASETS)
    variants = read_names("variant", options.variants, VARIANTS)
    return plan_cells(options.dataset, variants, options.seeds, options.steps)


def _chosen(options: argparse.Namespace) -> list[Cell]:
    sides = read_names("side", options.sides, SIDES)
    cells = [cell for cell in _planned(options) if cell.side in sides]
    index, shards = read_shard(options.shard)
    return cells[index::shards]


def _missing(options: argparse.Namespace) -> list[Cell]:
    results = [*read_record(options.record, cell_of), *read_results(options.runs)]
    done = {cell_of(result) for result in results if is_current(result)}
    return [cell for cell in _chosen(options) if cell not in done]


def _run(options: argparse.Namespace) -> None:
    require_positive(threads=options.threads)
    missing = _missing(options)
    from experiments.parity.play import make_cells

    for result in make_cells(missing, options.runs, options.threads):
        _collect(options)
        print(_line(result), flush=True)
    _collect(options)


def _collect(options: argparse.Namespace) -> None:
    """Puts this data set's cells into the record, those of other processes too."""
    results = read_results(options.runs)
    mine = [result for result in results if result["dataset"] == options.dataset]
    add_to_record(options.record, mine, cell_of, is_current)


def _line(result: Result) -> str:
    name = cell_of(result).name
    if result["diverged"] is not None:
        return f"{name:32} diverged before step {result['diverged']:,}"
    step, value = result["curve"][-1]
    seconds = f"{result['cpu_seconds']:,.0f} CPU-seconds"
    return f"{name:32} step {step:,}  FD {value:.4g}  {seconds}"


def _list(options: argparse.Namespace) -> None:
    chosen, todo = _chosen(options), set(_missing(options))
    for cell in chosen:
        print(f"{'missing' if cell in todo else 'done':8} {cell.name}")
    print(f"{len(chosen) - len(todo)} of {len(chosen)} cells are done.")


def _table(options: argparse.Namespace) -> None:
    from experiments.parity.costs import read_speeds
    from experiments.parity.tables import read_comparison, summary

    speeds = read_speeds(options.speeds)
    print(summary(read_comparison(_planned(options), options.record, speeds)))


def _page(options: argparse.Namespace) -> None:
    from experiments.parity.costs import read_speeds
    from experiments.parity.page import write_part
    from experiments.parity.tables import read_comparison

    planned, speeds = _planned(options), read_speeds(options.speeds)
    _collect(options)
    comparison = read_comparison(planned, options.record, speeds)
    drawing = options.record.with_suffix(".png")
    print(write_part(comparison, options.command, drawing))


_WORDS = {"run": _run, "list": _list, "table": _table, "page": _page}

if __name__ == "__main__":
    sys.exit(main())
