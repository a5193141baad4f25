"""A run's state on its devices, and the launches that move it.

It keeps the state where it is computed and reads the sample stream at the right place;
when to launch, and what to do with the results, is up to the caller (`train`, and the
benchmarks).
"""

from typing import NamedTuple

import numpy as np

from wgan_jax import parallel
from wgan_jax.data import batch_indices
from wgan_jax.loop.plan import Plan
from wgan_jax.loop.program import Program
from wgan_jax.training.dispatch import Dispatched, Work
from wgan_jax.training.state import TrainState


class InFlight(NamedTuple):
    """A dispatch that was launched and has not been waited for.

    Attributes:
        start: steps made before it.
        length: steps that it makes.
        results: what it leaves, on the devices.
    """

    start: int
    length: int
    results: Dispatched


class Engine:
    """The state of one run on its devices, moved by launches.

    The state lives on the devices. Each launch donates it: the arrays that went in are
    invalid as soon as `launch` returns, and only the newest may be read.

    Attributes:
        step: steps launched so far.
    """

    def __init__(self, plan: Plan, state: TrainState, program: Program) -> None:
        """Puts state and data on the devices.

        Args:
            plan: what the run consists of.
            state: the state to start from, on the host.
            program: as `program.compile_dispatch` returns it.
        """
        self.step = int(state.step)
        self._plan, self._program = plan, program
        # The whole training set on every device: a batch is then a gather of indices,
        # and no sample crosses from the host again. MNIST is 47 MB as bytes.
        self._data = parallel.replicate(plan.train_data, plan.devices)
        self._state = parallel.replicate(state, plan.devices)

    def launch(self, length: int, flags: tuple[int, ...] = (0, 0)) -> InFlight:
        """Starts the next steps and returns without waiting for them.

        Args:
            length: how many, at most the plan's `max_steps`.
            flags: this host's part of what the hosts agree on in the dispatch.

        Returns:
            The dispatch; reading its results waits for the devices.
        """
        start, devices = self.step, self._plan.devices
        results = self._program(
            self._state,
            self._data,
            parallel.host_flags(flags, devices),
            self.work_at(start, length),
        )
        # From here on the old arrays are invalid: their memory holds the new state.
        self._state, self.step = results.state, start + length
        return InFlight(start, length, results)

    def work_at(self, start: int, length: int) -> Work:
        """Builds the work of a dispatch that makes the steps from `start` on."""
        plan = self._plan
        return Work(
            key=plan.keys.train,
            indices=self._indices(start, length),
            counts=plan.schedule.updates_per_step(start, plan.max_steps),
            length=np.int32(length),
        )

    def _indices(self, start: int, length: int) -> np.ndarray:
        """Which samples the steps read: int32 [K, n, B], 0 where no step is made."""
        schedule, batch = self._plan.schedule, self._plan.batch_size
        seed, size = self._plan.config.seed, len(self._plan.dataset.train)
        shape = (self._plan.max_steps, schedule.max_updates, batch)
        # Always the whole capacity: another shape would be another program.
        indices = np.zeros(shape, np.int32)
        for t, step in enumerate(range(start, start + length)):
            first = schedule.updates_before(step)
            updates = schedule.updates_before(step + 1) - first
            position = first * batch
            indices[t, :updates] = batch_indices(seed, size, position, (updates, batch))
        return indices

    def host_state(self) -> TrainState:
        """Fetches the state; waits for the devices."""
        return parallel.fetch(self._state)
