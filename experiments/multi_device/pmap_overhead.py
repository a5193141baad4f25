"""What does the pmap path cost on one device, against plain jit of the same dispatch?

    python -m experiments.multi_device.pmap_overhead mlp toy --rounds 12

Both programs are made of the same dispatch and given the same work, that of a run's
engine; they take turns, so that a slow second of the machine meets both. `--clock cpu`
counts processor time instead of wall time, for a machine that others use as well. The
table gives medians; the overhead is the median of the ratios of neighbours. A dispatch
of no steps gives the fixed cost of a launch.
"""

import argparse
import functools
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from experiments.words import exit_code, make_parser
from wgan_jax import parallel
from wgan_jax.config import Config
from wgan_jax.data import from_arrays
from wgan_jax.loop.engine import Engine
from wgan_jax.loop.plan import Plan, make_plan
from wgan_jax.training.dispatch import Work, make_dispatch
from wgan_jax.training.state import init_state

# Network -> the dataset whose presets it takes, its shape, and steps per dispatch.
CASES = {"mlp": ("mnist", (28, 28, 1), 10), "toy": ("ring8", (2,), 4)}
SAMPLES = 4096
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}

Clock = Callable[[], float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, 2 for bad words, 130 when it was interrupted.
    """
    parser = make_parser("experiments.multi_device.pmap_overhead", __doc__)
    parser.add_argument("cases", nargs="+", choices=sorted(CASES))
    parser.add_argument("--variant", default="gn")
    parser.add_argument("--rounds", type=int, default=20, help="at least 2")
    parser.add_argument("--clock", default="wall", choices=sorted(CLOCKS))
    options = parser.parse_args(arguments)
    if options.rounds < 2:
        parser.error("quartiles need two rounds at least")
    return exit_code("pmap_overhead", lambda: _main(options), "what is above holds")


def _main(options: argparse.Namespace) -> None:
    device = jax.devices()[0].device_kind
    print(f"jax {jax.__version__}, {device}, {options.rounds} rounds")
    print("| network, batch | steps | jit, ms | pmap, ms | overhead | quartiles |")
    print("|---|---|---|---|---|---|")
    for case in options.cases:
        plan = make_case(case, options.variant)
        for row in measure(plan, options.rounds, CLOCKS[options.clock]):
            print(row, flush=True)


def make_case(network: str, variant: str, **fields: Any) -> Plan:
    """Plans a run on random samples, on one device.

    Args:
        network: a name in `CASES`.
        variant: a member of the family.
        **fields: fields of `Config` that differ from the presets.

    Returns:
        The plan, with dispatches of the case's length.
    """
    dataset, shape, steps = CASES[network]
    rng = np.random.default_rng(0)
    samples = rng.standard_normal((SAMPLES, *shape), np.float32)
    if network == "toy":
        fields = {"width": 512} | fields  # gan_toy.py's; ring8's default is narrower
    if len(shape) == 3:
        samples = rng.integers(0, 256, samples.shape, np.uint8)
    given: dict[str, Any] = {"ema_decay": 0} | fields  # as the figures on file
    config = Config(
        variant=variant,
        network=network,
        devices=1,
        steps_per_dispatch=steps,
        **given,
    )
    return make_plan(config, from_arrays(samples, name=dataset))


def measure(
    plan: Plan, rounds: int, clock: Clock = time.perf_counter
) -> tuple[str, str]:
    """Times both programs of a plan, in turns.

    Args:
        plan: what is run, on one device.
        rounds: turns, >= 2.
        clock: returns seconds.

    Returns:
        Two rows of the table: a full dispatch, and one of no steps.
    """
    engine, jitted, mapped = _programs(plan, clock)
    config, full = plan.config, plan.max_steps
    name = f"{config.network} {config.variant}, {plan.batch_size}"

    def row(length: int) -> str:
        work = engine.work_at(0, length)
        times = _take_turns(jitted, mapped, work, rounds)
        return _format_row(name, length, times)

    return row(full), row(0)


class Timed:
    """One program and the state that its launches move on."""

    def __init__(self, program: Any, state: Any, data: Any, flags: Any, clock: Clock):
        """Keeps what a launch takes; `state` is donated to the first one."""
        self._program, self._clock = program, clock
        self._state, self._data, self._flags = state, data, flags

    def launch(self, work: Work) -> float:
        """Makes one dispatch, waits for it, and returns its seconds."""
        began = self._clock()
        result = self._program(self._state, self._data, self._flags, work)
        jax.block_until_ready(result)
        self._state = result.state
        return self._clock() - began


def _programs(plan: Plan, clock: Clock) -> tuple[Engine, Timed, Timed]:
    """Returns the engine whose work is done, then jit and pmap of one dispatch."""
    recipe, devices, dataset = plan.recipe, plan.devices, plan.dataset
    init = functools.partial(init_state, recipe, sample_shape=dataset.sample_shape)
    state = jax.device_get(jax.jit(init)(plan.keys.init))
    collective = parallel.collective_for(devices)
    program = parallel.compile_pmap(make_dispatch(recipe, collective), devices)
    mapped = Timed(
        program,
        parallel.replicate(state, devices),
        parallel.replicate(dataset.train, devices),
        parallel.host_flags([0, 0], devices),
        clock,
    )
    jitted = Timed(
        jax.jit(make_dispatch(recipe), donate_argnums=0),
        jax.device_put(state),
        jax.device_put(dataset.train),
        np.zeros(2, np.int32),
        clock,
    )
    return Engine(plan, state, program), jitted, mapped


def _take_turns(
    jitted: Timed, mapped: Timed, work: Work, rounds: int
) -> list[tuple[float, float]]:
    """Returns seconds of (jit, pmap) for every round."""
    times = []
    for turn in range(rounds + 2):
        if turn % 2:
            jit, pmap = jitted.launch(work), mapped.launch(work)
        else:
            pmap, jit = mapped.launch(work), jitted.launch(work)
        times.append((jit, pmap))
    return times[2:]  # the first turns compile


def _format_row(name: str, length: int, times: list[tuple[float, float]]) -> str:
    jit, pmap = (statistics.median(column) * 1e3 for column in zip(*times, strict=True))
    row = f"| {name} | {length} | {jit:.2f} | {pmap:.2f} |"
    if not length:
        return f"{row} {pmap - jit:+.2f} ms | |"
    ratios = [pmap / jit - 1 for jit, pmap in times]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{row} {middle:+.1%} | {low:+.1%} to {high:+.1%} |"


if __name__ == "__main__":
    sys.exit(main())
