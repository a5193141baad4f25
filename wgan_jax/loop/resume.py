"""How a run goes on: its stored config, what may change, the checkpoint to start at.

The one place for it: the command line, `wgan_jax.resume` and `Config(resume=True)` end
here. Of several hosts only the first has to have the run folder.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.folder import DATA, PARTS, SOURCES, RunFolder
from wgan_jax.config import FIELDS, Config
from wgan_jax.config.resolved import require_config
from wgan_jax.config.sources import DEFAULT, Sources, continued_sources
from wgan_jax.data import DATASETS, Dataset
from wgan_jax.errors import UserError, warn
from wgan_jax.loop.own_data import record_of
from wgan_jax.loop.plan import Plan
from wgan_jax.loop.stored_config import (
    accept_moved,
    deciding,
    merge_resumed,
    read_record,
    read_stored,
    require_run_dir,
)
from wgan_jax.parallel import hosts
from wgan_jax.training.recipe import Recipe, describe_recipe

# Where a process stood and how it was started is not part of a run.
PER_PROCESS = {
    "resume": False,
    "quiet": False,
    "coordinator": None,
    "num_processes": None,
    "process_id": None,
}


def config_to_store(plan: Plan, sources: Mapping[str, str]) -> dict[str, Any]:
    """Returns what config.json holds: every field, and the records beside them."""
    stored = dataclasses.asdict(plan.config) | PER_PROCESS
    if sources:
        own = {name: DEFAULT for name in PER_PROCESS if name in sources}
        stored[SOURCES] = {**sources, **own}
    if plan.own_parts is not None:
        stored[PARTS] = plan.own_parts
    if record := record_of(plan):
        stored[DATA] = record
    return stored


def sources_to_go_on(plan: Plan, folder: RunFolder) -> Sources:
    """Returns the record of `config.sources` for a run that goes on."""
    stored = folder.config()
    return continued_sources(stored.get(SOURCES, {}), stored, plan.config)


def given_fields(config: Config) -> dict[str, Any]:
    """Returns the fields that differ from their defaults.

    A config made in Python cannot tell a default from the same value given by hand.
    """
    require_config(config)
    values = dataclasses.asdict(config)
    return {n: v for n, v in values.items() if v != FIELDS[n].default}


def continue_config(
    given: Mapping[str, Any], data: Dataset | None, recipe: Recipe | None
) -> Config:
    """Reads the config of the run that is to go on, and merges what was given.

    Args:
        given: the fields that were given, run_dir among them.
        data: samples of the user's own, or None.
        recipe: parts of the user's own, or None.

    Returns:
        The config to continue with.

    Raises:
        UserError: no such run, a change that is not allowed, or own parts or data that
            are missing, or not those of the run.
    """
    with hosts.raise_on_every_host():
        run_dir = require_run_dir(given)

    # One host reads for all, so the others need no copy of the folder.
    def read() -> tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any]]:
        folder = RunFolder.open(run_dir)
        return *read_stored(folder), read_record(folder)

    stored, parts, own_data = hosts.read_on_first_host(read)
    with hosts.raise_on_every_host():  # each was given words and parts of its own
        _check_parts(run_dir, parts, recipe)
        if data is not None:
            given = {**given, "dataset": data.name}
        elif "path" not in own_data and stored.get("dataset") not in DATASETS:
            raise UserError(
                f"the run in {run_dir!r} was trained on data of your own "
                f"({stored.get('dataset')!r}): continue it from Python with the same "
                "data, wgan_jax.resume(run_dir, data)."
            )
        return merge_resumed(accept_moved(stored, given, own_data), given)


def _check_parts(
    run_dir: str, parts: Mapping[str, Any] | None, recipe: Recipe | None
) -> None:
    if parts is not None and recipe is None:
        raise UserError(
            f"the run in {run_dir!r} was trained with parts of your own (critic "
            f"{parts['critic']}): continue it from Python with the same parts, "
            "wgan_jax.resume(run_dir, data, recipe)."
        )
    if parts is None and recipe is not None:
        raise UserError(
            f"the run in {run_dir!r} was trained by name and not with a recipe of your "
            "own. Leave the recipe out."
        )
    if parts is None or recipe is None:
        return
    # Networks aside: shapes that differ are found against the checkpoint.
    then = {"generator_batch": 1, "augment": None} | dict(parts)  # older runs lack them
    now = {"augment": None} | describe_recipe(recipe)
    changed = [
        f"{name} ({before} -> {after})"
        for name in _COMPARED
        if (before := _plain(then[name])) != (after := _plain(now[name]))
    ]
    if changed:
        raise UserError(
            f"the recipe is not the one that the run in {run_dir!r} was trained with: "
            f"{', '.join(changed)}. Give the same parts."
        )


_COMPARED = (
    *("latent_dim", "n_critic", "pulling_away", "ema_decay", "generator_batch"),
    *("constraint", "critic_loss", "generator_loss", "augment"),
)


def _plain(value: Any) -> Any:
    """A function without its module, whose name is another where it is run as a script.

    Nor with the functions that it is defined in: `<locals>` come from anywhere.
    """
    return value.split(".")[-1] if isinstance(value, str) else value


def open_to_continue(config: Config) -> RunFolder:
    """Opens the run folder for writing, see `RunFolder.open_to_write`."""
    return RunFolder.open_to_write(config.run_dir or "")


def read_checkpoint(plan: Plan, folder: RunFolder) -> checkpoints.Restored | None:
    """Reads the newest whole checkpoint of a run that is to go on.

    Args:
        plan: what the run consists of.
        folder: the run's.

    Returns:
        The checkpoint; None where the run stopped before its first one.

    Raises:
        UserError: when the run has made more steps than are asked for, or no
            checkpoint is whole.
    """
    # Killed before its first checkpoint: it begins anew, in the same bits.
    if not checkpoints.list_steps(folder.checkpoints):
        return None
    restored = checkpoints.restore(folder.checkpoints, plan.shapes, warn)
    _check_config(plan.config, restored, folder)
    if restored.step > plan.config.steps:
        raise UserError(
            f"steps is {plan.config.steps}, but the run in {str(folder.path)!r} has "
            f"made {restored.step} already. Ask for more."
        )
    return restored


def _check_config(
    config: Config, restored: checkpoints.Restored, folder: RunFolder
) -> None:
    """Refuses a checkpoint of another run, or a config.json that was changed since."""
    # Fields that only one of two versions knows say nothing; before 0.3 there are none.
    then, now = restored.extra.get("config"), deciding(config)
    if not isinstance(then, dict):
        return
    # Blank, 0 and False all say none: what is written out today was blank before 0.4.
    wrong = [n for n in now if n in then and (then[n] or None) != (now[n] or None)]
    if wrong:
        pairs = (f"{n} {then[n]!r} there, {now[n]!r} in config.json" for n in wrong)
        raise UserError(
            f"the checkpoint of step {restored.step} in {str(folder.path)!r} is of "
            f"another run: {'; '.join(pairs)}. Put the files of one run back, or start "
            "a new run in another --run-dir."
        )
