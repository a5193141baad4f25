"""A run folder as the parts that it was trained with, and the state of one step.

It writes nothing. Runs that are sampled, measured or restored are all read here.
"""

import operator
import os
from pathlib import Path
from typing import Any, NamedTuple

import jax

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.best import open_best
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config import Config, resolve
from wgan_jax.config.samples import SampleSpec, known_samples
from wgan_jax.data import DATASETS
from wgan_jax.errors import UserError, warn
from wgan_jax.loop.memory import bytes_of, require_memory
from wgan_jax.loop.precision import choose_precision
from wgan_jax.loop.stored_config import (
    merge_resumed,
    read_stored,
    stored_samples,
)
from wgan_jax.parallel.backend import require_backend
from wgan_jax.training.arguments import as_shape
from wgan_jax.training.parts import check_parts
from wgan_jax.training.recipe import Recipe, make_recipe
from wgan_jax.training.state import TrainState, init_state

_COPIES = 3  # the file's bytes, its parts, and arrays that can be written


class StoredRun(NamedTuple):
    """A run that was read.

    Attributes:
        config: as it ran.
        recipe: the parts of the game.
        state: the train state of the step, numpy leaves.
        sample_shape: (H, W, C) or (d,).
    """

    config: Config
    recipe: Recipe
    state: TrainState
    sample_shape: tuple[int, ...]


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
        sample_shape: the shape of one sample; needed only for data of your own in runs
            that do not record it.

    Returns:
        The config as it ran, and the train state with numpy leaves.

    Raises:
        UserError: when there is no run, or no checkpoint that is whole and fits, or a
            recipe or shape of your own is missing.
    """
    run = read_run(run_dir, None, recipe, sample_shape)
    return run.config, run.state


def read_run(
    run_dir: str | Path,
    step: int | str | None,
    recipe: Recipe | None,
    sample_shape: tuple[int, ...] | None,
) -> StoredRun:
    """Reads a run.

    Args:
        run_dir: the run folder.
        step: the step of a checkpoint, "best", or None for the newest whole one.
        recipe: the parts that it was trained with, if they were the user's own.
        sample_shape: the shape of one sample; None for what the run records.

    Returns:
        The run; a warning names each damaged checkpoint that was passed over.

    Raises:
        UserError: when there is no run, no checkpoint that is whole and fits, or a
            recipe or shape of the user's own is missing.
    """
    folder = RunFolder.open(run_dir)
    require_backend()
    stored, own_parts = read_stored(folder)
    config = merge_resumed(stored, {})
    _check_recipe(recipe, own_parts, run_dir)
    samples = _samples(folder, config, sample_shape)
    checkpoint = _find(folder, step)
    if recipe is None:
        config = resolve(config, samples)
        recipe = make_recipe(config, samples.shape, samples.num_classes)
    _, recipe = choose_precision(config, recipe, samples.shape)
    # Shapes only: no weights are initialised to be thrown away.
    template = jax.eval_shape(
        lambda key: init_state(recipe, key, samples.shape), jax.random.key(0)
    )
    require_memory(
        _COPIES * bytes_of(template),
        "reading the networks and the state of their optimisers",
        "Free some memory.",
    )
    state = _restore(folder, step, checkpoint, template)
    return StoredRun(config, recipe, state, samples.shape)


def _restore(
    folder: RunFolder, step: int | str | None, checkpoint: Path, template: Any
) -> Any:
    while True:
        try:
            return checkpoints.restore(checkpoint, template, warn).tree
        except UserError:
            if os.path.lexists(checkpoint):
                raise
        # A run that is alive has put a better one in its place, or removed an old one.
        checkpoint = _find(folder, step)


def _check_recipe(
    recipe: Recipe | None, own_parts: dict[str, Any] | None, run_dir: str | Path
) -> None:
    """Refuses a recipe for a run by name, and a run with own parts without one."""
    if recipe is None:
        if own_parts is not None:
            critic = own_parts.get("critic", "unknown")
            raise UserError(
                f"the run in {str(run_dir)!r} was trained with parts of your own "
                f"(critic {critic}): read it from Python with the same recipe, "
                "wgan_jax.load_trained(run_dir, recipe=recipe)."
            )
        return
    check_parts(recipe)
    if own_parts is None:
        raise UserError(
            f"the run in {str(run_dir)!r} was trained by name and not with a recipe of "
            "your own. Leave the recipe out."
        )


def _samples(
    folder: RunFolder, config: Config, shape: tuple[int, ...] | None
) -> SampleSpec:
    # Recorded first: data of one's own may have the name of a registered set.
    known = stored_samples(folder)
    if known is None and config.dataset in DATASETS:
        known = known_samples(config.dataset)
    if shape is not None:
        classes = None if known is None else known.num_classes
        return SampleSpec(as_shape(shape), config.batch_size or 1, classes)
    if known is None:
        raise UserError(
            f"the run in {str(folder.path)!r} was trained on data of your own "
            f"({config.dataset!r}): read it from Python with their sample_shape, "
            "wgan_jax.load_trained(run_dir, sample_shape=shape)."
        )
    return known


def _find(folder: RunFolder, step: Any) -> Path:
    """Returns a checkpoint, or the folder of which the newest whole one is wanted."""
    if step == "best":
        return open_best(folder.best, warn)
    steps = checkpoints.list_steps(folder.checkpoints)
    if not steps:
        raise UserError(
            f"the run in {str(folder.path)!r} has no checkpoint yet. The first one is "
            "written after --checkpoint-every steps, at the end, or on Ctrl-C."
        )
    if step is None:
        return folder.checkpoints
    try:
        found = not isinstance(step, bool) and operator.index(step) in steps
    except TypeError:
        found = False
    if not found:
        raise UserError(
            f"no checkpoint of step {step} in {str(folder.path)!r}. There are: "
            f"{', '.join(map(str, steps))}; older ones go as --keep says."
        )
    return checkpoints.path_of(folder.checkpoints, step)
