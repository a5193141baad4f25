"""Our side of a measurement, through the path that a user's run takes.

Recipe, dispatch, devices and the order of samples come from `wgan_jax` as `Drive` puts
them together; nothing of the step is written again here.
"""

import functools
import time
from typing import Any

import jax
import numpy as np

from wgan_jax import parallel
from wgan_jax.config import Config
from wgan_jax.data import batch_indices
from wgan_jax.loop.session import make_keys
from wgan_jax.loop.timing import LONGEST_DISPATCH, SECONDS_PER_DISPATCH
from wgan_jax.training.dispatch import Dispatched, make_dispatch
from wgan_jax.training.recipe import make_recipe
from wgan_jax.training.state import init_state
from wgan_jax.training.updates import critic_update, generator_update, make_fakes


class Player:
    """One game in one process, compiled and ready to make steps."""

    def __init__(self, config: dict[str, Any], data: np.ndarray) -> None:
        """Puts state and samples on one device; the first step compiles."""
        self._config = Config(**config)
        shape = data.shape[1:]
        self._batch = self._config.batch_size or 0
        self._devices = parallel.choose_devices(1, self._batch)
        self._recipe = make_recipe(self._config, shape)
        self._keys = make_keys(self._config.seed)
        init = jax.jit(functools.partial(init_state, self._recipe, sample_shape=shape))
        self._host_state = jax.device_get(init(self._keys.init))
        self._state = parallel.replicate(self._host_state, self._devices)
        self._size, self._data = len(data), parallel.replicate(data, self._devices)
        dispatch = make_dispatch(self._recipe, parallel.collective_of(self._devices))
        self._program = parallel.parallelize(dispatch, self._devices)
        self._step, self._length = 0, 1

    def run(self, steps: int) -> None:
        """Makes steps, a dispatch ahead of the host as in training; then waits."""
        waiting: Dispatched | None = None
        while steps:
            length = min(steps, self._length)
            launched = self._launch(length)
            if waiting is not None:
                parallel.first(waiting.metrics)
            waiting, steps = launched, steps - length
        assert waiting is not None
        parallel.first((waiting.metrics, waiting.finite))
        jax.block_until_ready(self._state)

    def _launch(self, length: int) -> Dispatched:
        n_critic = self._recipe.n_critic
        shape = (LONGEST_DISPATCH, n_critic, self._batch)
        indices = np.zeros(shape, np.int32)
        first = self._step * n_critic * self._batch
        indices[:length] = batch_indices(
            self._config.seed, self._size, first, (length, *shape[1:])
        )
        results = self._program(
            self._state,
            self._keys.train,
            self._data,
            indices,
            None,
            np.int32(length),
            parallel.notes([0, 0], self._devices),
        )
        self._state, self._step = results.state, self._step + length
        return results

    def pace(self, steps_per_second: float) -> None:
        """Takes dispatches of half a second, as a run does."""
        wanted = round(SECONDS_PER_DISPATCH * steps_per_second)
        self._length = max(1, min(wanted, LONGEST_DISPATCH))

    def compiled_flops(self) -> float:
        """Floating-point work of one step by XLA's cost analysis of compiled updates.

        A loop's body is counted once by XLA whatever its length, so that the three
        parts of a step are counted apart and added up.
        """
        recipe, state = self._recipe, self._host_state
        key = self._keys.train
        real = np.zeros((self._batch, *self._data.shape[2:]), self._data.dtype)
        fakes = jax.jit(functools.partial(make_fakes, recipe, count=self._batch))
        critic = jax.jit(functools.partial(critic_update, recipe))
        generator = jax.jit(
            functools.partial(generator_update, recipe, count=self._batch)
        )
        fake = fakes(state.generator, key)
        update = _flops(fakes, state.generator, key) + _flops(
            critic, state, key, real, fake
        )
        return recipe.n_critic * update + _flops(generator, state, key)

    def description(self) -> dict[str, Any]:
        """What ran it."""
        return {
            "form": "jit under pmap, one device",
            "jax": jax.__version__,
            "device": parallel.describe(self._devices),
        }

    def device_memory(self) -> int | None:
        """Peak bytes on the device, where it has memory of its own."""
        stats = self._devices[0].memory_stats() or {}
        return stats.get("peak_bytes_in_use")


def _flops(function: Any, *arguments: Any) -> float:
    analysis = function.lower(*arguments).cost_analysis() or {}
    return float(analysis.get("flops", 0.0))


def matrix_peak(size: int, seconds: float) -> float:
    """FLOP/s of one square float32 product of this size, the best of `seconds`."""
    a = jax.random.normal(jax.random.key(0), (size, size))
    product = jax.jit(lambda x: jax.numpy.dot(x, x, precision="highest"))
    product(a).block_until_ready()
    best, end = 0.0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        product(a).block_until_ready()
        best = max(best, 2 * size**3 / (time.perf_counter() - start))
    return best
