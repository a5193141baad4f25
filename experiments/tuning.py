"""Tries settings of a member on a board, several seeds each, and keeps every result.

    python -m experiments.tuning gn mnist --seeds 3
    python -m experiments.tuning gn mnist --try generator_learning_rate=4e-4,n_critic=3
    python -m experiments.tuning --table

The first line measures the paper's preset; each `--try` a candidate on top of it. All
play the board's number of steps and are judged as the leaderboard judges: the last
checkpoint, raw and averaged weights. Results are kept seed by seed in
results/tuning-BOARD.json: stopped at any moment, the same command goes on, and makes
again what another version of the defaults or another judge made. A candidate that wins
becomes a row of `wgan_jax/config/preset_tables.py`.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import wgan_jax
from experiments.benchmark import ROOT
from experiments.benchmark.tables import table
from experiments.leaderboard.boards import BOARDS, board_config
from experiments.leaderboard.judge import (
    COLLAPSED,
    collapsed,
    measure_weights,
    real_side,
)
from experiments.records import (
    add_to_record,
    is_same_config,
    is_same_net,
    read_record,
)
from experiments.spread import over_seeds, with_spread
from experiments.words import exit_code, make_parser, require_positive
from wgan_jax import Config
from wgan_jax.config import FIELDS, ResolvedConfig, resolve
from wgan_jax.errors import DivergedError, UserError, unknown_name
from wgan_jax.loop.stored_config import deciding
from wgan_jax.variants import VARIANTS

RESULTS = ROOT / "experiments" / "results"
Trial = dict[str, Any]
_KEY = ("board", "variant", "settings", "seed", "steps")
# Fields that a run's numbers depend on and the command sets itself.
_OWN = ("variant", "dataset", "seed", "preset")


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
    if not options.table:
        _run(options)
    for path in sorted(options.results.glob("tuning-*.json")):
        print(summary(read_record(path, key_of)))


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
    candidates = {words: read_settings(words) for words in options.tried or [""]}
    for settings in candidates.values():
        for seed in range(options.seeds):
            trial = {
                "board": options.board,
                "variant": options.variant,
                "settings": settings,
                "seed": seed,
                "steps": steps,
            }
            made = filter(is_current, read_record(path, key_of))
            if key_of(trial) not in map(key_of, made):
                result = trial | try_settings(trial)
                add_to_record(path, [result], key_of, is_current)


def key_of(trial: Trial) -> tuple[str, ...]:
    """What tells trials apart.

    Raises:
        KeyError: it is none.
    """
    return tuple(json.dumps(trial[name], sort_keys=True) for name in _KEY)


def is_current(trial: Trial) -> bool:
    """Whether a trial would still be made and judged in the same way."""
    try:
        same = is_same_config(trial["config"], deciding(config_of(trial)))
        return same and is_same_net(trial["features"])
    except (UserError, KeyError):  # a field, a member or a net that is gone
        return False


def config_of(trial: Trial) -> ResolvedConfig:
    """What a trial trains: the paper's preset, its settings, and an average.

    Args:
        trial: as for `try_settings`.

    Raises:
        UserError: the member cannot play it.
    """
    paper = board_config(trial["board"], trial["variant"], trial["seed"], "paper")
    return resolve(Config(**{**vars(paper), **trial["settings"]}))


def read_settings(words: str) -> dict[str, Any]:
    """`ema_decay=0.999,n_critic=1` -> fields of `Config`.

    Raises:
        UserError: a field that is unknown or no candidate's to set, or no number.
    """
    settings: dict[str, Any] = {}
    for pair in filter(None, words.split(",")):
        name, _, value = pair.partition("=")
        if name not in FIELDS:
            raise unknown_name("field", name, FIELDS)
        if not FIELDS[name].fixed_on_resume or name in _OWN:
            raise UserError(
                f"{name} is nothing to try: --try takes what a run's numbers depend "
                "on; seeds and steps have options of their own."
            )
        settings[name] = _number(name, value)
    return settings


def _number(name: str, value: str) -> float | bool:
    try:
        number = json.loads(value)
    except ValueError:
        number = None
    if not isinstance(number, int | float):
        raise UserError(f"{name} is {value!r}, but has to be a number, true or false.")
    return number


def try_settings(trial: Trial) -> Trial:
    """Trains and judges one candidate with one seed.

    Args:
        trial: `board`, `variant`, `settings`, `seed`, `steps`.

    Returns:
        `config`, `version` and `features` of the judge, and `raw` and `ema`: number ->
        value, `floors`, and `collapsed`: names of `COLLAPSED`; or `diverged`: why.
    """
    config, board = config_of(trial), trial["board"]
    reference, floors = real_side(board)
    net = reference.net
    made = {
        "config": deciding(config),
        "version": wgan_jax.__version__,
        "features": net and {"name": net.name, "sha256": net.sha256},
    }
    with tempfile.TemporaryDirectory() as folder:
        run_dir = str(Path(folder) / "run")
        free = {"steps": trial["steps"], "run_dir": run_dir, **_FREE}
        try:
            wgan_jax.train(Config(**{**vars(config), **free}))
        except DivergedError as error:
            return made | {"diverged": str(error)}
        found = measure_weights(wgan_jax.load_trained(run_dir), reference)
    return made | {
        "raw": found["raw"],
        "ema": found["ema"],
        "floors": {name: floors[name] for name in floors if name in found["raw"]},
        "collapsed": collapsed(found["ema"], floors),
    }


# What training leaves out here, and one device for the same bits everywhere.
_FREE = {"sample_every": 0, "checkpoint_every": 0, "devices": 1, "quiet": True}


def summary(trials: Sequence[Trial]) -> str:
    """A line a candidate: mean and standard deviation of the headline over seeds."""
    if not trials:
        return ""
    name = BOARDS[trials[0]["board"]].headline
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        words = ", ".join(f"{n} {v:g}" for n, v in trial["settings"].items())
        key = f"{trial['variant']}: {words or 'paper'}, {trial['steps']:,} steps"
        groups.setdefault(key, []).append(trial)
    rows = [[key, *_row(group, name)] for key, group in groups.items()]
    head = ["candidate", "seeds", f"{name}, average", "raw", "note"]
    return f"{trials[0]['board']}\n\n{table(head, rows)}"


def _row(group: list[Trial], name: str) -> list[str]:
    whole = [trial for trial in group if "diverged" not in trial]
    poor = sum(bool(trial["collapsed"]) for trial in whole)
    notes = [f"{len(group) - len(whole)} diverged"] * (len(whole) < len(group))
    notes += [f"{poor} collapsed ({', '.join(COLLAPSED)})"] * bool(poor)
    numbers = [
        with_spread(*over_seeds([t[w][name] for t in whole])) for w in ("ema", "raw")
    ]
    return [str(len(whole)), *numbers, ", ".join(notes)]


if __name__ == "__main__":
    sys.exit(main())
