"""A trial: settings of a member on a board, trained and judged with one seed."""

import json
import tempfile
from pathlib import Path
from typing import Any

import wgan_jax
from experiments.leaderboard.boards import board_config
from experiments.leaderboard.collapse import collapsed
from experiments.leaderboard.judge import (
    deciding_rows,
    headline_rows,
    measure_side,
    sides_of,
)
from experiments.leaderboard.real_samples import real_side
from experiments.records import is_same_config, is_same_net
from wgan_jax import Config
from wgan_jax.config import FIELDS, ResolvedConfig, resolve
from wgan_jax.config.fields import Field
from wgan_jax.errors import DivergedError, UserError, unknown_name
from wgan_jax.loop.stored_config import deciding

Trial = dict[str, Any]
_KEY = ("board", "variant", "settings", "seed", "steps")
# Fields that a run's numbers depend on and the command sets itself.
_OWN = ("variant", "dataset", "seed", "preset")
# What training leaves out here, and one device for the same bits everywhere.
_FREE = {"sample_every": 0, "checkpoint_every": 0, "devices": 1, "quiet": True}


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


def is_default(trial: Trial) -> bool:
    """Whether the tuned preset trains just so; an average is kept for either."""
    tuned = board_config(trial["board"], trial["variant"], trial["seed"], "tuned")
    mine, theirs = deciding(config_of(trial)), deciding(tuned)
    return mine | {"preset": None} == theirs | {"preset": None}


def read_settings(words: str) -> dict[str, Any]:
    """`ema_decay=0.999,n_critic=1` -> fields of `Config`.

    Raises:
        UserError: a field that is unknown or no candidate's to set, or a value that is
            none of its kind.
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
        settings[name] = _value(FIELDS[name], value)
    return settings


def _value(field: Field, word: str) -> float | bool | str:
    if field.kind is str:
        if field.choices is not None and word not in field.choices:
            raise unknown_name(field.name, word, field.choices)
        return word
    try:
        number = json.loads(word)
    except ValueError:
        number = None
    if not isinstance(number, int | float):
        raise UserError(
            f"{field.name} is {word!r}, but has to be a number, true or false."
        )
    # 10 and 10.0 are the same candidate; 2.5 updates are left for the check of configs.
    return field.kind(number) if field.kind(number) == number else number


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
        sides = sides_of(wgan_jax.load_trained(run_dir), reference)
    raw = measure_side(sides["raw"], reference, headline_rows(board))
    average = measure_side(sides["ema"], reference, deciding_rows(board))
    return made | {
        "raw": raw,
        "ema": average,
        "floors": {name: floors[name] for name in floors if name in average},
        "collapsed": collapsed(average, floors),
    }
