"""What a run says when it starts and when it ends, with lines to copy.

All of it goes to stderr or into an exception; stdout is for the folder alone.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.checkpoint_reading import damage
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.progress import duration
from wgan_jax.config.names import REGISTRIES
from wgan_jax.errors import DivergedError, InterruptedRunError
from wgan_jax.loop.plan import Plan

_HOSTS = ("coordinator", "num_processes", "process_id")


def opening(plan: Plan, folder: RunFolder, environment: Mapping[str, Any]) -> str:
    """Describes what is about to be trained.

    Args:
        plan: what the run consists of.
        folder: where it writes.
        environment: what environment.json holds.

    Returns:
        Three lines: member and data; networks and devices; folder and steps.
    """
    config, data = plan.config, environment["dataset"]
    row = REGISTRIES["variant"].get(config.variant)
    member = f"{config.variant} ({row.paper})" if row else config.variant
    *sides, last = data["shape"]
    kind_of = f"points of {last} coordinates"
    if sides:
        kind_of = f"images of {' x '.join(map(str, data['shape']))}"
    networks = config.network or "networks of your own"
    if plan.num_classes is not None:
        networks += f", conditional on {plan.num_classes} classes"
    sizes = environment["parameters"]
    kind, count = environment["device_kind"], environment["device_count"]
    cpu = f" ({environment['cpu']})" if kind == "cpu" else ""
    first = "continues towards" if config.resume else "compiling, then"
    return (
        f"{member} on {data['name']}: {data['train']:,} {kind_of}\n"
        f"{networks}: generator {sizes['generator']:,} parameters, critic "
        f"{sizes['critic']:,}; on {count} x {kind}{cpu}\n"
        f"{folder.path}: {first} {config.steps:,} steps in batches of {plan.batch_size}"
    )


def closing(run_dir: Path, summary: Mapping[str, Any]) -> str:
    """Says how to look at a finished run.

    Args:
        run_dir: the folder of a run by name.
        summary: what its summary.json holds.

    Returns:
        Its steps and time, and a line to copy for each thing to do next.
    """
    run = shlex.quote(str(run_dir))
    lines = {
        "look": shlex.quote(str(RunFolder(run_dir).report)),
        "sample": f"python -m wgan_jax.sample {run} --count 64 --out samples.png",
        "evaluate": f"python -m wgan_jax.evaluate {run}",
        "curves": f"tensorboard --logdir {run}    (pip install tensorboard)",
    }
    head = f"{summary['steps']:,} steps in {duration(summary['wall_seconds'])}."
    return "\n".join([head, *(f"  {name:9} {line}" for name, line in lines.items())])


def interrupted(
    plan: Plan, folder: RunFolder | None, step: int, signal: int
) -> InterruptedRunError:
    """Builds the error of a run that was asked to stop, after its checkpoint.

    Args:
        plan: what the run consists of.
        folder: where it writes; None on hosts that do not.
        step: the step that it stopped at.
        signal: the number of the signal.

    Returns:
        The error, to be raised by the caller.
    """
    where = "the run folder of the first host" if folder is None else folder.checkpoints
    return InterruptedRunError(
        f"interrupted at step {step}. A checkpoint is in {where}; continue with\n\n"
        f"    {resume_line(plan, folder)}\n",
        exit_code=128 + signal,
    )


def diverged(plan: Plan, folder: RunFolder | None, what: str) -> DivergedError:
    """Builds the error of a run whose numbers are no longer finite.

    Args:
        plan: what the run consists of.
        folder: where it writes; None on hosts that do not.
        what: step and quantity.

    Returns:
        The error, to be raised by the caller.
    """
    steps = _whole_steps(folder) if folder else []
    if folder is None or not steps:
        advice = f"No checkpoint was written. Start again {_smaller_rates(plan)}."
    else:
        advice = (
            f"The last good checkpoint is step {steps[-1]} in {folder.checkpoints}. "
            "Going on from it meets the same numbers again:\n\n"
            f"    {resume_line(plan, folder)}\n\n"
            f"Start a new run {_smaller_rates(plan)}."
        )
    return DivergedError(f"training diverged at {what}. {advice}")


def _whole_steps(folder: RunFolder) -> list[int]:
    place = folder.checkpoints
    steps = checkpoints.list_steps(place)
    return [step for step in steps if not damage(checkpoints.path_of(place, step))]


def _smaller_rates(plan: Plan) -> str:
    config = plan.config
    if config.generator_learning_rate is None or config.critic_learning_rate is None:
        return "with smaller learning rates"  # those of a recipe are not known
    return (
        f"with --generator-learning-rate below {config.generator_learning_rate:g} and "
        f"--critic-learning-rate below {config.critic_learning_rate:g}"
    )


def resume_line(plan: Plan, folder: RunFolder | None) -> str:
    """Returns the line that continues a run, for a shell or, with own parts, Python."""
    config = plan.config
    run_dir = str(Path(config.run_dir or "RUN_DIR") if folder is None else folder.path)
    own = {"data": plan.own_data, "recipe": plan.own_parts is not None}
    if any(own.values()):
        words = [f"{name}={name}" for name, is_own in own.items() if is_own]
        return f"wgan_jax.resume({', '.join([repr(run_dir), *words])})"
    words = ["python", "-m", "wgan_jax.run", "--resume", "--run-dir", run_dir]
    for name in _HOSTS:
        if (value := getattr(config, name)) is not None:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(words)
