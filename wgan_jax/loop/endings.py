"""How a run ends before its last step, in words: what happened and how to go on."""

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.errors import DivergedError, InterruptedRunError


def diverged(what: str, folder: RunFolder | None) -> DivergedError:
    """Says that a number is not finite.

    Args:
        what: the step and the number.
        folder: the run's; None on hosts that do not write.

    Returns:
        The error, to be raised by the caller.
    """
    steps = checkpoints.list_steps(folder.checkpoints) if folder else []
    advice = "No checkpoint was written. Start again with smaller learning rates."
    if folder and steps:
        advice = (
            f"The last good checkpoint is step {steps[-1]} in "
            f"{folder.checkpoints}. Going on from it with --resume meets the same "
            "numbers again; start a new run with smaller learning rates."
        )
    return DivergedError(f"training diverged at {what}. {advice}")


def interrupted(
    step: int, folder: RunFolder | None, exit_code: int
) -> InterruptedRunError:
    """Says that a signal stopped the run.

    Args:
        step: the step of the checkpoint that was written.
        folder: the run's; None on hosts that do not write.
        exit_code: 130 for SIGINT, 143 for SIGTERM.

    Returns:
        The error, to be raised by the caller.
    """
    return InterruptedRunError(
        f"interrupted at step {step}. A checkpoint is in "
        f"{folder.checkpoints if folder else 'the run folder of the first host'}; "
        "continue with --resume.",
        exit_code=exit_code,
    )
