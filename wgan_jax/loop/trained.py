"""What a run left, read back: its config and its state.

It reads a run folder and writes nothing, so a run that is alive may be read too.
"""

from pathlib import Path

import jax

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config import Config, resolve
from wgan_jax.config.presets import SampleSpec, known_samples
from wgan_jax.data import DATASETS
from wgan_jax.errors import UserError, warn
from wgan_jax.loop.resume import merge_resumed, read_stored
from wgan_jax.training.recipe import Recipe, make_recipe
from wgan_jax.training.state import TrainState, init_state


def restore(
    run_dir: str | Path,
    *,
    recipe: Recipe | None = None,
    sample_shape: tuple[int, ...] | None = None,
) -> tuple[Config, TrainState]:
    """Reads a run's config and its newest whole checkpoint.

    Args:
        run_dir: the run folder.
        recipe: the parts that the run was trained with, if they were your own.
        sample_shape: the shape of one sample, if the data were your own.

    Returns:
        The config as it ran, and the train state with numpy leaves.

    Raises:
        UserError: when there is no run, or no checkpoint that is whole and fits, or a
            recipe or shape of your own is missing.
    """
    folder = RunFolder.open(run_dir)
    stored, own_parts = read_stored(folder)
    config = merge_resumed(stored, {})
    if own_parts is not None and recipe is None:
        raise UserError(
            f"the run in {str(run_dir)!r} was trained with parts of your own (critic "
            f"{own_parts['critic']}): give restore the same recipe."
        )
    if sample_shape is None and config.dataset not in DATASETS:
        raise UserError(
            f"the run in {str(run_dir)!r} was trained on data of your own "
            f"({config.dataset!r}): give restore their sample_shape."
        )
    shape = sample_shape or known_samples(config.dataset).shape
    if recipe is None:
        config = resolve(config, SampleSpec(shape, config.batch_size or 1))
        recipe = make_recipe(config, shape)
    # Shapes only: no weights are initialised to be thrown away.
    template = jax.eval_shape(
        lambda key: init_state(recipe, key, shape), jax.random.key(0)
    )
    return config, checkpoints.restore(folder.checkpoints, template, warn).tree
