"""Run folders of experiments: made once, gone on with, never another run's."""

import dataclasses
from pathlib import Path

import wgan_jax
from experiments.records import is_same_config
from wgan_jax import Config, resolve
from wgan_jax.artifacts.checkpoints import latest_step
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.errors import UserError
from wgan_jax.loop.stored_config import deciding, read_stored


def steps_made(folder: Path) -> int:
    """Steps of the last checkpoint of a run; 0 where there is none."""
    return latest_step(folder / "checkpoints") or 0


def train_to(steps: int, config: Config) -> None:
    """Trains a run until it has made `steps` steps, from wherever it stands.

    Args:
        steps: generator updates.
        config: of the run; its `run_dir` is the folder, its `steps` do not count.

    Raises:
        UserError: the folder holds a run of other settings, or of more steps.
    """
    folder = Path(config.run_dir or "")
    if not (folder / "config.json").exists():
        wgan_jax.train(dataclasses.replace(config, steps=steps))
        return
    stored, _ = read_stored(RunFolder(folder))
    # What is blank here, as the precision, is filled in by the run on its device.
    now = {n: v for n, v in deciding(resolve(config)).items() if v is not None}
    if not is_same_config({n: stored[n] for n in now if n in stored}, now):
        raise UserError(
            f"{folder} holds a run of other settings: name another folder with --runs."
        )
    made = steps_made(folder)
    if made > steps:
        raise UserError(
            f"{folder} has made {made:,} steps, but {steps:,} are asked for: ask for "
            "as many, or name another folder with --runs."
        )
    if made < steps:
        wgan_jax.resume(folder, steps=steps, quiet=True)
