"""One checkpoint read: whole, or in one phrase what is wrong with it.

Which of several checkpoints is read is decided by `checkpoints`.
"""

from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.artifacts.arrays import kinds, mismatch, read_arrays, unflatten
from wgan_jax.artifacts.manifest import read_manifest, verify
from wgan_jax.errors import UserError

STATE = "state.safetensors"


class Restored(NamedTuple):
    """A checkpoint that was read.

    Attributes:
        step: the step that it belongs to.
        tree: the state, numpy leaves.
        extra: what else was saved with it.
    """

    step: int
    tree: Any
    extra: dict[str, Any]


def damage(checkpoint: Path) -> str | None:
    """Describes what is wrong with a checkpoint in one phrase; None when it is whole.

    Its bytes are held against its manifest, and the manifest against its name.
    """
    if problem := verify(checkpoint):
        return problem
    manifest = read_manifest(checkpoint)
    if (step := manifest.get("step")) != step_of(checkpoint):
        return f"its manifest is of step {step!r}"
    if not all(isinstance(manifest.get(name), dict) for name in ("leaves", "extra")):
        return "its manifest has no leaves or no extra"
    return None if STATE in manifest["files"] else f"it does not list {STATE}"


def read_checkpoint(checkpoint: Path, template: Any) -> Restored | str:
    """Reads a checkpoint without damage.

    Args:
        checkpoint: its folder.
        template: a tree of the same structure, see `checkpoints.restore`.

    Returns:
        What was saved; or what is wrong with its arrays, in one phrase.

    Raises:
        UserError: the state does not fit the template.
    """
    manifest = read_manifest(checkpoint)
    # From the manifest, before any array is read: the message names what differs.
    problem = mismatch(manifest["leaves"], template)
    if problem:
        raise UserError(
            f"checkpoint {checkpoint} belongs to another configuration; {problem}\n"
            "Resume with the configuration of the run."
        )
    try:
        arrays = read_arrays(checkpoint / STATE)
    except (ValueError, KeyError) as error:
        return f"{STATE}: {error}"
    if kinds(arrays) != manifest["leaves"]:
        return f"{STATE} holds other arrays than its manifest lists"
    return Restored(manifest["step"], unflatten(template, arrays), manifest["extra"])


def step_of(checkpoint: Path) -> int:
    """The step that a checkpoint is named after."""
    return int(checkpoint.name.removeprefix("step-"))
