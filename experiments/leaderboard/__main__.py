"""Every member on six data sets, by one protocol.

    python -m experiments.leaderboard speeds    # steps per second, nothing else running
    python -m experiments.leaderboard list      # which cells are done
    python -m experiments.leaderboard           # makes the missing ones
    python -m experiments.leaderboard rejudge   # second opinions by the nets of today
    python -m experiments.leaderboard page      # its part of BENCHMARKS.md

A cell is a member on a board with a seed and a budget. Each is kept when it is made:
stopped at any moment, the same command goes on. `--shard 0/4` makes a quarter.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.leaderboard import RECORD, RESULTS, RUNS, SECOND_JUDGES, STRIPS
from experiments.leaderboard.boards import BOARDS, SEEDS, players
from experiments.leaderboard.cells import (
    BUDGETS,
    Cell,
    Speeds,
    cell_of,
    is_current,
    plan_cells,
    read_results,
    shard_of,
)
from experiments.leaderboard.speeds import measure_speeds, read_machines, read_speeds
from experiments.words import (
    exit_code,
    make_parser,
    read_names,
    read_shard,
    require_positive,
)
from wgan_jax.config.preset_tables import PRESETS
from wgan_jax.errors import UserError

if TYPE_CHECKING:
    from experiments.leaderboard.play import Workplace


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, 2 for bad words or missing data, 130 when it was interrupted.
    """
    options = _parser().parse_args(arguments)
    return exit_code("leaderboard", lambda: _WORDS[options.word](options))


def _parser() -> argparse.ArgumentParser:
    parser = make_parser("experiments.leaderboard", __doc__)
    add = parser.add_argument
    add("word", nargs="?", default="run", choices=list(_WORDS))
    add("--boards", help=f"with commas; default {','.join(BOARDS)}")
    add("--variants", help="members, with commas; default all")
    add("--seeds", type=int, default=SEEDS, help=f"how many (default {SEEDS})")
    add("--budgets", help=f"with commas; default {','.join(BUDGETS)}")
    add("--preset", default="tuned", choices=PRESETS, help="whose defaults")
    add("--second-judges", type=Path, default=SECOND_JUDGES, help="folder of weights")
    add("--runs", type=Path, default=RUNS, help="run folders and results")
    add("--strips", type=Path, default=STRIPS, help="rows of samples")
    add("--record", type=Path, default=RECORD, help="file of all cells made so far")
    add("--speeds", type=Path, default=RESULTS / "leaderboard-speeds.json")
    add("--shard", default="0/1", help="i/n: every n-th run from the i-th")
    return parser


def _players(options: argparse.Namespace) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for board in read_names("board", options.boards, BOARDS):
        able, _ = players(board)
        found[board] = read_names("variant", options.variants, able)
    return found


def _cells(options: argparse.Namespace) -> list[Cell]:
    variants = _players(options)
    budgets = read_names("budget", options.budgets, BUDGETS)
    require_positive(seeds=options.seeds)
    seeds = range(options.seeds)
    planned = plan_cells(list(variants), variants, seeds, budgets, options.preset)
    return shard_of(planned, *read_shard(options.shard))


def _done(options: argparse.Namespace, speeds: Speeds) -> dict[Cell, dict[str, Any]]:
    from experiments.records import read_record

    results = [*read_record(options.record, cell_of), *read_results(options.runs)]
    return {cell_of(result): result for result in results if is_current(result, speeds)}


def _missing(options: argparse.Namespace, speeds: Speeds) -> list[Cell]:
    done = _done(options, speeds)
    return [cell for cell in _cells(options) if cell not in done]


def _list(options: argparse.Namespace) -> None:
    wanted, todo = _cells(options), set(_missing(options, read_speeds(options.speeds)))
    for cell in wanted:
        print(f"{'missing' if cell in todo else 'done':8} {cell.name}")
    print(f"{len(wanted) - len(todo)} of {len(wanted)} cells are done.")


def _run(options: argparse.Namespace) -> None:
    from experiments.leaderboard.play import make_cells

    speeds, place = read_speeds(options.speeds), _workplace(options)
    for result in make_cells(_missing(options, speeds), speeds, place):
        print(_line(result), flush=True)


def _workplace(options: argparse.Namespace) -> "Workplace":
    from experiments.leaderboard.play import Workplace

    if not options.second_judges.is_dir():
        raise UserError(f"{options.second_judges} is no folder of second judges.")
    return Workplace(options.runs, options.strips, options.second_judges)


def _rejudge(options: argparse.Namespace) -> None:
    from experiments.leaderboard.rejudge import rejudge

    speeds, place = read_speeds(options.speeds), _workplace(options)
    done = _done(options, speeds)
    results = [done[cell] for cell in _cells(options) if cell in done]
    for cell, result in rejudge(results, speeds, place):
        if result is None:
            words = (
                "kept as it is: this processor trains to other bits than the one of "
                "the record"
            )
        else:
            words = "  ".join(
                f"{judge} {found['frechet_distance']:.4g}"
                for judge, found in result["judges"].items()
            )
        print(f"{cell.name:40} {words}", flush=True)


def _line(result: dict[str, Any]) -> str:
    name = cell_of(result).name
    if result["diverged"]:
        return f"{name:40} diverged"
    headline = BOARDS[result["board"]].headline
    last = result["judged"]["last"]
    words = "  ".join(
        f"{w} {last[w].get(headline, float('nan')):.4g}" for w in ("ema", "raw")
    )
    return f"{name:40} step {last['step']:,}  {headline} {words}"


def _speeds(options: argparse.Namespace) -> None:
    variants = _players(options)
    measure_speeds(list(variants), variants, options.speeds, options.preset)


def _page(options: argparse.Namespace) -> None:
    from experiments.leaderboard.page import write_part
    from experiments.leaderboard.record import collect

    speeds = read_speeds(options.speeds)
    record = collect(options.runs, options.record, speeds)
    machines = read_machines(options.speeds)
    print(write_part(record, speeds, machines, strips=options.strips))


_WORDS = {
    "run": _run,
    "list": _list,
    "speeds": _speeds,
    "rejudge": _rejudge,
    "page": _page,
}

if __name__ == "__main__":
    sys.exit(main())
