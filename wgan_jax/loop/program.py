"""What a run starts with: its first state, and the program that moves it.

Compiling the two is most of what a user waits for, and XLA does it outside of Python.
So one is compiled behind the other's tracing, and the program behind whatever the
caller does next; what is computed does not depend on it. Here no step is made and
nothing is written.
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from wgan_jax import parallel
from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config import Config
from wgan_jax.data import Dataset
from wgan_jax.errors import UserError
from wgan_jax.loop.compilation_cache import compile_aside
from wgan_jax.loop.timing import capacity
from wgan_jax.training.dispatch import Dispatched, make_dispatch
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.schedule import Schedule
from wgan_jax.training.state import TrainState, init_state

Program = Callable[..., Dispatched]


class Plan(NamedTuple):
    """What a run consists of before it has a state.

    Attributes:
        config: without blanks.
        recipe: the parts of the game.
        dataset: what it learns.
        schedule: critic updates of each step.
        devices: of all hosts, in the order of their shares.
    """

    config: Config
    recipe: Recipe
    dataset: Dataset
    schedule: Schedule
    devices: list


def begin(plan: Plan, key: jax.Array) -> tuple[TrainState, Program]:
    """Makes the first state of a new run.

    Args:
        plan: what the run consists of.
        key: for the initial weights.

    Returns:
        The state, on the host, and the program, as `parallel.parallelize` returns it.
    """
    init = _init(plan)
    # It runs once: on CPU compiling it plainly saves more than the plain code costs.
    plain = {"xla_backend_optimization_level": 0} if _on_cpu() else None
    made = compile_aside(init.lower(key), plain)
    program = _program(plan, key, jax.eval_shape(init, key))
    return jax.device_get(made.result()(key)), program


def resume(plan: Plan, key: jax.Array, folder: RunFolder) -> tuple[TrainState, Program]:
    """Reads the newest whole checkpoint of a run; begins anew where there is none.

    Args:
        plan: what the run consists of.
        key: for the initial weights.
        folder: the run's.

    Returns:
        The state, on the host, and the program, as `parallel.parallelize` returns it.

    Raises:
        UserError: when the run has made more steps than are asked for, or no
            checkpoint is whole.
    """
    if not checkpoints.list_steps(folder.checkpoints):
        return begin(plan, key)
    template = jax.eval_shape(_init(plan), key)
    step, state = checkpoints.restore(folder.checkpoints, template, warn)
    if step > plan.config.steps:
        raise UserError(
            f"steps is {plan.config.steps}, but the run in {str(folder.path)!r} has "
            f"made {step} already. Ask for more."
        )
    return state, _program(plan, key, template, needed=step < plan.config.steps)


def warn(message: str) -> None:
    """Tells the user of something that the run survives."""
    print(f"warning: {message}", file=sys.stderr)


def _on_cpu() -> bool:
    return jax.default_backend() == "cpu"


def _init(plan: Plan) -> Any:
    shape = plan.dataset.sample_shape
    return jax.jit(lambda key: init_state(plan.recipe, key, shape))


def _program(
    plan: Plan, key: jax.Array, shapes: TrainState, needed: bool = True
) -> Program:
    """The program of a run: compiled aside if it is needed, else at its first call."""
    devices = plan.devices
    dispatch = make_dispatch(plan.recipe, parallel.collective_of(devices))
    program = parallel.parallelize(dispatch, devices)
    # A program that is lowered for several hosts takes no arrays of one host alone.
    if not needed or jax.process_count() > 1:
        return program
    most = capacity(plan.config.steps_per_dispatch)
    indices = (most, plan.schedule.most, plan.config.batch_size or 0)
    lowered = program.lower(
        parallel.replicated_shapes(shapes, devices),
        key,
        parallel.replicated_shapes(plan.dataset.train, devices),
        jax.ShapeDtypeStruct(indices, np.int32),
        plan.schedule.counts(0, most),
        np.int32(0),
        parallel.notes([0, 0], devices),
    )
    compiled = compile_aside(lowered)
    return lambda *arguments: compiled.result()(*arguments)
