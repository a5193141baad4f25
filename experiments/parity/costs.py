"""Seconds of a step on either side, from a result of `experiments.benchmark`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from experiments.benchmark.tables import Row
from wgan_jax.config import ResolvedConfig
from wgan_jax.errors import UserError

# What the time of a step depends on.
_DECIDING = ("network", "objective", "constraint", "optimizer")
_DECIDING += ("batch_size", "n_critic", "latent_dim")


class Cost(NamedTuple):
    """What a step takes, in seconds.

    Attributes:
        ours: our side.
        torch: PyTorch in the fastest of the forms tried.
        form: the name of that form.
        first_steps: of both, from the start of the process to the first step.
        command: that measured it.
    """

    ours: float
    torch: float
    form: str
    first_steps: tuple[float, float]
    command: str


def read_speeds(path: Path) -> Row:
    """Reads a result of `experiments.benchmark`.

    Raises:
        UserError: there is none, or it is something else.
    """
    try:
        result = json.loads(path.read_text("utf-8"))
        if result["kind"] == "speed":
            return result
        problem = f"it is of kind {result['kind']!r}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = repr(error)
    raise UserError(
        f"{path} holds no speeds ({problem}): measure them with `python -m "
        "experiments.benchmark --networks mlp` and name the file with --speeds."
    )


def device_words(speeds: Mapping[str, Any]) -> str:
    """`2 threads` of a CPU, or an accelerator and its precision."""
    machine = speeds["machine"]
    if machine["device"] == "cpu":
        return f"{machine['threads']} threads"
    return ", ".join(filter(None, (machine["device"], speeds.get("precision"))))


def cost_of(
    speeds: Mapping[str, Any], config: ResolvedConfig, shape: tuple[int, ...]
) -> Cost | None:
    """Finds what a step of a training costs.

    Args:
        speeds: as `read_speeds`.
        config: what is trained.
        shape: of a sample.

    Returns:
        The cost; None where no step of the same work was measured.
    """
    wanted = [getattr(config, name) for name in _DECIDING]
    for case in speeds["cases"]:
        made = [case["config"][name] for name in _DECIDING]
        tuned = case["tuned"]
        alone = tuned["ours"]["first_step_seconds"] is not None
        if made == wanted and tuple(case["shape"]) == shape and alone:
            sides = tuned["ours"], tuned["torch"]
            ours, torch = (1 / side["steps_per_second"]["median"] for side in sides)
            first_steps = tuple(side["first_step_seconds"] for side in sides)
            form = tuned["torch"]["form"]
            return Cost(ours, torch, form, first_steps, case["command"])
    return None
