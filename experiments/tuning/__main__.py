"""Tries settings of a member on a board, several seeds each, and keeps every result.

    python -m experiments.tuning gn mnist --seeds 3
    python -m experiments.tuning gn mnist --try generator_learning_rate=4e-4,n_critic=3
    python -m experiments.tuning --table     # everything on file
    python -m experiments.tuning --page      # the same, into experiments/presets.md

The first line measures the paper's preset; each `--try` a candidate on top of it. All
play the board's number of steps and are judged as the leaderboard judges: the last
checkpoint, raw and averaged weights. Results are kept seed by seed in
results/tuning-BOARD.json: stopped at any moment, the same command goes on, and makes
again what another version of the defaults or another judge made. A candidate that wins
becomes a row of `wgan_jax/config/preset_tables.py`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.benchmark import ROOT
from experiments.leaderboard.boards import BOARDS
from experiments.records import add_to_record, read_record
from experiments.tuning.page import board_table, write_page
from experiments.tuning.trials import (
    config_of,
    is_current,
    key_of,
    read_settings,
    try_settings,
)
from experiments.words import exit_code, make_parser, require_positive
from wgan_jax.errors import UserError, unknown_name
from wgan_jax.variants import VARIANTS

RESULTS = ROOT / "experiments" / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, 2 for bad words, 130 when it was interrupted.
    """
    options = _parser().parse_args(arguments)
    return exit_code("tuning", lambda: _main(options))


def _main(options: argparse.Namespace) -> None:
    if not (options.table or options.page):
        _run(options)
    records = sorted(options.results.glob("tuning-*.json"))
    if options.page:
        print(write_page(records))
        return
    for path in records:
        print(board_table(path))


def _parser() -> argparse.ArgumentParser:
    parser = make_parser("experiments.tuning", __doc__)
    add = parser.add_argument
    add("variant", nargs="?", default="gn", help="member of the family")
    add("board", nargs="?", default="mnist", help=f"one of {', '.join(BOARDS)}")
    add("--try", dest="tried", action="append", default=[], metavar="NAME=X,NAME=X")
    add("--seeds", type=int, default=3)
    add("--steps", type=int, help="instead of the board's")
    add("--results", type=Path, default=RESULTS, help="folder of the results")
    add("--table", action="store_true", help="print what is on file, train nothing")
    add("--page", action="store_true", help="put it into experiments/presets.md")
    return parser


def _run(options: argparse.Namespace) -> None:
    for kind, name, known in (
        ("variant", options.variant, VARIANTS),
        ("board", options.board, BOARDS),
    ):
        if name not in known:
            raise unknown_name(kind, name, known)
    path = options.results / f"tuning-{options.board}.json"
    given = options.steps is not None
    steps = options.steps if given else BOARDS[options.board].steps
    require_positive(seeds=options.seeds, steps=steps)
    # All of them are read before the first one is trained.
    wanted = [
        {
            "board": options.board,
            "variant": options.variant,
            "settings": read_settings(words),
            "seed": seed,
            "steps": steps,
        }
        for words in options.tried or [""]
        for seed in range(options.seeds)
    ]
    for trial in wanted:
        if not config_of(trial).ema_decay:
            raise UserError(
                "ema_decay is 0, but raw weights are judged beside an average: every "
                "candidate is judged both ways."
            )
    for trial in wanted:
        made = filter(is_current, read_record(path, key_of))
        if key_of(trial) not in map(key_of, made):
            result = trial | try_settings(trial)
            add_to_record(path, [result], key_of, is_current)


if __name__ == "__main__":
    sys.exit(main())
