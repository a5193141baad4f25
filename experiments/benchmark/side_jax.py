"""Our side of a measurement: the steps of a user's run, without logs and checkpoints.

`make_plan`, `init_state_and_program` and `Engine` are those that `wgan_jax.train` goes
through, so data, parts, compilation and launches are a run's own. Written again here is
the loop around them, without what a run leaves on the disk, and the choice of a length,
which a run makes anew at every dispatch and this side only while it warms up.
"""

import functools
import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from experiments.benchmark.changes import RECIPES
from wgan_jax import parallel
from wgan_jax.config import Config, resolve
from wgan_jax.data import from_arrays
from wgan_jax.loop.engine import Engine, InFlight
from wgan_jax.loop.plan import Plan, make_plan
from wgan_jax.loop.program import compile_dispatch, init_state_and_program
from wgan_jax.loop.timing import SECONDS_PER_DISPATCH
from wgan_jax.training.precision import at_precision
from wgan_jax.training.recipe import make_recipe
from wgan_jax.training.state import TrainState
from wgan_jax.training.updates import critic_update, generate_fakes, generator_update


class JaxSide:
    """One game in one process, ready to make steps."""

    def __init__(
        self,
        config: dict[str, Any],
        data: np.ndarray,
        change: str | None = None,
        state: TrainState | None = None,
    ) -> None:
        """Puts state and samples on one device; the program compiles meanwhile.

        Args:
            config: fields of `Config`, as a case has them.
            data: uint8 images [N, H, W, C] or points [N, d].
            change: of the recipe, by its name in `changes.RECIPES`; others are flags.
            state: to start from, on the host; None for that of the config's seed.
        """
        given = Config(**{**config, "devices": 1})
        dataset = from_arrays(data, name=given.dataset)
        recipe = None
        if change in RECIPES:
            recipe = RECIPES[change](make_recipe(resolve(given), data.shape[1:]))
        self._plan = make_plan(given, dataset, recipe)
        if state is None:
            state, program = init_state_and_program(self._plan)
        else:
            program = compile_dispatch(self._plan)
        self._engine = Engine(self._plan, state, program)
        self._length = 1

    def run(self, steps: int) -> None:
        """Makes steps, a dispatch ahead of the host as in training; then waits."""
        waiting: InFlight | None = None
        end = self._engine.step + steps
        while self._engine.step < end:
            length = min(end - self._engine.step, self._length)
            launched = self._engine.launch(length)
            if waiting is not None:
                _read(waiting)
            waiting = launched
        if waiting is not None:
            _read(waiting)
            jax.block_until_ready(waiting.results.state)

    def state(self) -> TrainState:
        """Fetches the state as it stands; waits for the device."""
        return self._engine.host_state()

    def set_speed(self, steps_per_second: float) -> None:
        """Chooses the length of dispatches: half a second, as a run does."""
        wanted = round(SECONDS_PER_DISPATCH * steps_per_second)
        self._length = max(1, min(wanted, self._plan.max_steps))

    def xla_flops(self) -> float:
        """Floating-point operations of one step, as XLA counts them."""
        return xla_flops(self._plan)

    def description(self) -> dict[str, Any]:
        """What ran it."""
        return {
            "form": "jit under pmap, one device",
            "jax": jax.__version__,
            "precision": self._plan.config.precision,
            "device": parallel.describe(self._plan.devices),
        }

    def device_memory(self) -> int | None:
        """Peak bytes on the device, where it has memory of its own."""
        stats = self._plan.devices[0].memory_stats() or {}
        return stats.get("peak_bytes_in_use")

    def matrix_peak(self, size: int, seconds: float) -> float:
        """FLOP/s of one square product of this size, the best of `seconds`."""
        a = jax.random.normal(jax.random.key(0), (size, size))
        product = jax.jit(at_precision(self._plan.config.precision, jnp.dot))
        product(a, a).block_until_ready()
        best, end = 0.0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            product(a, a).block_until_ready()
            best = max(best, 2 * size**3 / (time.perf_counter() - start))
        return best


def _read(launched: InFlight) -> None:
    """Waits for a dispatch and fetches what a run logs of it."""
    results = launched.results
    parallel.fetch((results.metrics, results.finite, results.host_flags))


def xla_flops(plan: Plan) -> float:
    """Floating-point operations of one step, as XLA counts them.

    Counted are programs as lowered, before optimisation, and traced from shapes:
    nothing is compiled or run. XLA counts a loop's body once whatever its length, so
    the three parts of a step are counted apart and added up.

    Args:
        plan: the run.

    Returns:
        Operations of n_critic critic updates and one generator update.
    """
    recipe, state, key = plan.recipe, plan.shapes, plan.keys.train
    batch, data = plan.batch_size, plan.dataset.train
    real = jax.ShapeDtypeStruct((batch, *data.shape[1:]), data.dtype)
    make_fakes = functools.partial(generate_fakes, recipe, count=batch)
    fake = jax.eval_shape(make_fakes, state.generator, key)
    of_critic = functools.partial(critic_update, recipe)
    of_generator = functools.partial(generator_update, recipe, count=batch)
    update = _flops(make_fakes, state.generator, key)
    update += _flops(of_critic, state, key, real, fake)
    return recipe.n_critic * update + _flops(of_generator, state, key)


def _flops(function: Any, *arguments: Any) -> float:
    analysis = jax.jit(function).lower(*arguments).cost_analysis() or {}
    return float(analysis.get("flops", 0.0))
