"""The best checkpoint of a run, kept beside the newest ones under a name of its own.

The folder `best/` holds one checkpoint of the usual format, whose manifest says by
which metric it was the best and with which value. It gives way only to a complete
successor. This module compares numbers; it does not know what they measure.
"""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.checkpoint_reading import damage
from wgan_jax.artifacts.manifest import read_manifest
from wgan_jax.errors import UserError
from wgan_jax.files import describe_error


class Best(NamedTuple):
    """What is known of the best checkpoint.

    Attributes:
        path: the checkpoint.
        step: the step that it belongs to.
        metric: the name of the metric by which it was the best.
        value: the metric's value.
    """

    path: Path
    step: int
    metric: str
    value: float


def is_better(value: float, than: float, direction: str) -> bool:
    """Compares two values of a metric.

    Args:
        value: the new one; one that is not finite is never better.
        than: the old one.
        direction: `lower` or `higher`, whichever is better.

    Returns:
        Whether the new one is better; an equal one is not.
    """
    if not math.isfinite(value):
        return False
    return value < than if direction == "lower" else value > than


def read_best(folder: Path, on_damage: Callable[[str], None]) -> Best | None:
    """Finds the best checkpoint.

    Args:
        folder: the run's folder `best/`, which need not exist.
        on_damage: called with a message when it holds a checkpoint that is not whole.

    Returns:
        The best; None where there is none that is whole.
    """
    found: list[tuple[Best, Any]] = []
    for step in checkpoints.list_steps(folder):
        path = checkpoints.path_of(folder, step)
        try:
            problem = damage(path)
            extra = {} if problem else read_manifest(path)["extra"]
        except OSError as error:
            problem, extra = describe_error(error), {}
        if problem:
            if os.path.lexists(path):  # else it was removed for a better one
                on_damage(f"checkpoint {path} is damaged ({problem})")
            continue
        best = Best(path, step, str(extra.get("metric")), extra.get("value", math.nan))
        found.append((best, extra.get("replaces")))
    # Two where a kill came before the removal of the old one, which the new one names.
    replaced = {step for _, step in found}
    return next((best for best, _ in found if best.step not in replaced), None)


def open_best(folder: Path, on_damage: Callable[[str], None]) -> Path:
    """Returns the path of the best checkpoint.

    Raises:
        UserError: there is none, or it is damaged.
    """
    steps, best = checkpoints.list_steps(folder), read_best(folder, on_damage)
    # A run that is alive may have replaced it while it was read.
    while best is None and steps != (now := checkpoints.list_steps(folder)):
        steps, best = now, read_best(folder, on_damage)
    if best is None:
        raise UserError(
            f"no whole checkpoint in {folder}: it is kept by training with --best "
            "METRIC. Leave the step out for the newest checkpoint."
        )
    return best.path


def save_best(
    folder: Path, step: int, tree: Any, metric: str, value: float, replaces: int | None
) -> Best:
    """Writes a checkpoint to `best/` and then removes every other one there.

    Args:
        folder: the run's folder `best/`.
        step: the step that the state belongs to.
        tree: the state, see `checkpoints.save`.
        metric: the name of the metric by which it is the best.
        value: the metric's value.
        replaces: the step of the best before it; None where there was none.

    Returns:
        The new best.

    Raises:
        ArtifactError: it cannot be written; the one before it is untouched.
    """
    other = None if replaces == step else replaces
    extra = {"metric": metric, "value": value, "replaces": other}
    path = checkpoints.save(folder, step, tree, keep=1, extra=extra)
    for old in checkpoints.list_steps(folder):
        if old != step:
            checkpoints.remove(checkpoints.path_of(folder, old))
    return Best(path, step, metric, value)
