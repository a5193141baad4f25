"""What a run starts with: its first state, and the program that moves it.

Compiling the two is most of what a user waits for, and XLA does it outside of Python.
The first state compiles while the program is traced, and the program compiles in the
background of whatever the caller does next. Results do not depend on it. No step is
made here, and nothing is written.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import jax
import numpy as np

from wgan_jax import parallel
from wgan_jax.loop.plan import Plan
from wgan_jax.training.dispatch import Dispatched, Work, make_dispatch
from wgan_jax.training.state import TrainState

Program = Callable[..., Dispatched]
Made = TypeVar("Made")

# One thread: XLA's compiler uses the cores by itself, and the order stays the caller's.
_COMPILER = ThreadPoolExecutor(1, "compile")


def compile_in_background(
    lowered: jax.stages.Lowered, options: dict[str, Any] | None = None
) -> Future[jax.stages.Compiled]:
    """Queues a program on the background compile thread.

    Args:
        lowered: the program, traced and lowered.
        options: for XLA's compiler.

    Returns:
        A future of the compiled program, or of the compiler's error.
    """
    return _COMPILER.submit(lowered.compile, compiler_options=options)


def init_state_and_program(plan: Plan) -> tuple[TrainState, Program]:
    """Makes the first state of a new run, and its program.

    Args:
        plan: what the run consists of.

    Returns:
        The state, on the host, and the program, as `compile_dispatch` returns it.
    """
    key = plan.keys.init
    # The order matters: the init compiles in the background while Python traces the
    # program below, a second less before the first step.
    # Runs once: on CPU, -O0 saves more compile time than the slower code costs.
    plain = {"xla_backend_optimization_level": 0} if _on_cpu() else None
    compiling = compile_in_background(plan.init.lower(key), plain)
    program = compile_dispatch(plan)
    return _wait(lambda: jax.device_get(compiling.result()(key))), program


def _wait(make: Callable[[], Made]) -> Made:
    """Returns what a function makes, and answers Ctrl-C while it does.

    Python takes signals on its main thread alone, and not while that waits in JAX: on
    some systems for ever, where an allocation failed.
    """
    made: Future[Made] = Future()

    def work() -> None:
        try:
            made.set_result(make())
        except BaseException as error:  # raised where somebody waits for it
            made.set_exception(error)

    # A daemon: a pool's threads would be waited for at exit.
    threading.Thread(target=work, name="first state", daemon=True).start()
    return made.result()


def compile_dispatch(plan: Plan, needed: bool = True) -> Program:
    """Builds the program that makes a run's steps.

    Args:
        plan: what the run consists of.
        needed: whether a step will be made; otherwise it compiles at its first call.

    Returns:
        program(state, data, host_flags, work), as `parallel.compile_pmap` returns it,
        compiled in the background. Its state is donated.
    """
    devices = plan.devices
    dispatch = make_dispatch(plan.recipe, parallel.collective_for(devices))
    program = parallel.compile_pmap(dispatch, devices)
    # A program that is lowered for several hosts takes no arrays of one host alone.
    if not needed or jax.process_count() > 1:
        return program
    steps = plan.max_steps
    indices = (steps, plan.schedule.max_updates, plan.batch_size)
    work = Work(
        key=plan.keys.train,
        indices=jax.ShapeDtypeStruct(indices, np.int32),  # pyright: ignore[reportArgumentType]
        counts=plan.schedule.updates_per_step(0, steps),
        length=np.int32(0),
    )
    # Lowered from shapes alone, so the state may still be compiling, or read from disk.
    lowered = program.lower(
        parallel.replicated_shapes(plan.shapes, devices),
        parallel.replicated_shapes(plan.train_data, devices),
        parallel.host_flags([0, 0], devices),
        work,
    )
    compiling = compile_in_background(lowered)
    return lambda *arguments: compiling.result()(*arguments)


def _on_cpu() -> bool:
    return jax.default_backend() == "cpu"
