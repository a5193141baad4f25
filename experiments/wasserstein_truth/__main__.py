"""How well critics estimate W1 where it is known, cell by cell.

    python -m experiments.wasserstein_truth list
    python -m experiments.wasserstein_truth run --families sphere --rows cones,gp
    python -m experiments.wasserstein_truth run --processes 2
    python -m experiments.wasserstein_truth run --shard 0/4 --seeds 0,1,2
    python -m experiments.wasserstein_truth draws
    python -m experiments.wasserstein_truth collect
    python -m experiments.wasserstein_truth table

`run` makes the cells that have no result yet, here or on record, one thread a process;
kill it at any time and start it again, on this machine or on another. `draws` measures
how far the true W1 of funnels differs between 200 draws of a size. `collect` puts
the results into the one file of the repository, the record;
`table` does so and writes the part of BENCHMARKS.md and its figures. The published
instances are read from $WGAN_JAX_DATA_DIR/w1_benchmark; others are drawn by a seed
(`--instance drawn-0`).
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.wasserstein_truth import CELLS, RECORD
from experiments.wasserstein_truth.cells import Cell, cell_of, plan_cells, shard_of
from experiments.words import (
    exit_code,
    make_parser,
    read_names,
    read_shard,
    require_positive,
)
from wgan_jax.errors import UserError, unknown_name

_ONE_THREAD = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, 2 for bad arguments, 130 when it was interrupted, or what a process
        of `--processes` returned.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(words)
    return exit_code("wasserstein_truth", lambda: _WORDS[options.word](options, words))


def _parser() -> argparse.ArgumentParser:
    parser = make_parser("experiments.wasserstein_truth", __doc__)
    add = parser.add_argument
    add("word", nargs="?", default="run", choices=list(_WORDS))
    add("--families", help="with commas; default all")
    add("--rows", help="with commas; default all")
    add("--sizes", help="d,n of cells, as '8,16;32,4'; default all of the families'")
    add("--seeds", default="0", help="of the solvers, with commas; one above d = 32")
    add("--budget", default="reduced", help="reduced or published steps")
    add("--instance", help="published, or drawn-SEED; default each family's own")
    add("--results", type=Path, default=CELLS, help="folder of the cells")
    add("--record", type=Path, default=RECORD, help="file of all cells made so far")
    add("--shard", default="0/1", help="i/n: every n-th cell from the i-th")
    add("--processes", type=int, default=1, help="at once, one thread each")
    return parser


def _cells(options: argparse.Namespace) -> list[Cell]:
    from experiments.wasserstein_truth.families import FAMILIES
    from experiments.wasserstein_truth.rows import BUDGETS, ROWS

    if options.budget not in BUDGETS:
        raise unknown_name("budget", options.budget, BUDGETS)
    cells = plan_cells(
        read_names("family", options.families, FAMILIES),
        read_names("row", options.rows, ROWS),
        [_number("seed", word) for word in options.seeds.split(",")],
        options.budget,
        options.instance,
    )
    if options.sizes:
        known = {f"{cell.dim},{cell.count}" for cell in cells}
        words = options.sizes.replace(" ", "").split(";")
        if unknown := [word for word in words if word not in known]:
            raise UserError(f"no cell has a size of {unknown[0]!r}: see `list`.")
        cells = [cell for cell in cells if f"{cell.dim},{cell.count}" in words]
    return shard_of(cells, *read_shard(options.shard))


def _number(kind: str, word: str) -> int:
    if not word.isdecimal():
        raise UserError(f"{kind} {word!r} is no whole number >= 0.")
    return int(word)


def _list(options: argparse.Namespace, words: list[str]) -> int:
    from experiments.wasserstein_truth.record import missing

    cells = _cells(options)
    todo = set(missing(cells, options.results, options.record))
    for cell in cells:
        print(f"{'missing' if cell in todo else 'done':8} {cell.name}")
    print(f"{len(cells) - len(todo)} of {len(cells)} cells are done.")
    return 0


def _run(options: argparse.Namespace, words: list[str]) -> int:
    require_positive(processes=options.processes)
    if options.processes > 1:
        return _spawn(options, words)
    from experiments.wasserstein_truth.cells import run_cells
    from experiments.wasserstein_truth.record import missing

    todo = missing(_cells(options), options.results, options.record)
    for result in run_cells(todo, options.results):
        numbers = "  ".join(
            f"{n} {result[n]:.3f}" for n in ("cos", "l2", "value", "w1")
        )
        seconds = f"{result['cpu_seconds']:.0f} CPU-seconds"
        print(f"{cell_of(result).name:50} {numbers}  {seconds}", flush=True)
    return 0


def _spawn(options: argparse.Namespace, words: list[str]) -> int:
    _cells(options)  # refuses bad words once, here
    command = [sys.executable, "-m", "experiments.wasserstein_truth", *words]
    started = [
        # The last of two equal options wins.
        subprocess.Popen(
            [*command, "--processes=1", f"--shard={part}"],
            env={**os.environ, **_ONE_THREAD},
        )
        for part in _parts(options)
    ]
    codes = [process.wait() for process in started]
    # A signal's number is negative: a killed process is no success.
    return max(code if code >= 0 else 128 - code for code in codes)


def _parts(options: argparse.Namespace) -> list[str]:
    """The shards of the processes, which together are the shard that was asked for."""
    index, shards = read_shard(options.shard)
    count = options.processes
    return [f"{index + i * shards}/{shards * count}" for i in range(count)]


def _collect(options: argparse.Namespace, words: list[str]) -> int:
    from experiments.wasserstein_truth.record import collect

    print(collect(options.results, options.record))
    return 0


def _table(options: argparse.Namespace, words: list[str]) -> int:
    from experiments.wasserstein_truth.page import write_part
    from experiments.wasserstein_truth.record import collect

    print(write_part(collect(options.results, options.record)))
    return 0


def _draws(options: argparse.Namespace, words: list[str]) -> int:
    from experiments.wasserstein_truth.draws import measure_draws, write_draws
    from experiments.wasserstein_truth.tables import EARLIER

    print(write_draws([measure_draws(*size) for size in EARLIER], options.record))
    return 0


_WORDS = {
    "run": _run,
    "list": _list,
    "draws": _draws,
    "collect": _collect,
    "table": _table,
}

if __name__ == "__main__":
    # Before JAX is imported: a cell is measured on one thread.
    for name, value in _ONE_THREAD.items():
        os.environ.setdefault(name, value)
    sys.exit(main())
