"""What does the pmap path cost on one device, against plain jit of the same dispatch?

    python -m experiments.pmap_overhead mlp toy

Both programs are compiled from the same dispatch; they take turns, so that a slow
second of the machine meets both. `--clock cpu` counts processor time instead of wall
time, for a machine that others use as well. The table gives medians; the overhead is
the median of the ratios of neighbours. A dispatch of no steps gives the fixed cost of a
launch.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from wgan_jax import Config, parallel
from wgan_jax.config.config import resolve
from wgan_jax.config.presets import Samples
from wgan_jax.training.dispatch import make_dispatch
from wgan_jax.training.recipe import make_recipe
from wgan_jax.training.state import init_state

# Network -> the dataset whose presets and shape it takes, and steps per dispatch.
CASES = {"mlp": ("mnist", (28, 28, 1), 10), "toy": ("ring8", (2,), 4)}
SAMPLES = 4096
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", choices=sorted(CASES))
    parser.add_argument("--variant", default="gn")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--clock", default="wall", choices=sorted(CLOCKS))
    options = parser.parse_args()
    print(
        f"jax {jax.__version__}, {jax.devices()[0].device_kind}, "
        f"{options.rounds} rounds"
    )
    print("| network, batch | steps | jit, ms | pmap, ms | overhead | quartiles |")
    print("|---|---|---|---|---|---|")
    for case in options.cases:
        for row in measure(
            case, options.variant, options.rounds, CLOCKS[options.clock]
        ):
            print(row, flush=True)


def measure(
    case: str, variant: str, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> list[str]:
    """Times both programs of a case, in turns.

    Args:
        case: a name in `CASES`.
        variant: a member of the family.
        rounds: turns.
        clock: returns seconds.

    Returns:
        Two rows of the table: a usual dispatch, and one of no steps.
    """
    dataset, shape, steps = CASES[case]
    config = Config(variant=variant, dataset=dataset, network=case)
    config = resolve(config, Samples(shape, SAMPLES))
    programs = _programs(config, shape, steps, clock)
    name = f"{case} {variant}, {config.batch_size}"
    return [_row(name, programs, length, rounds) for length in (steps, 0)]


def _programs(
    config: Config, shape: tuple[int, ...], steps: int, clock: Callable[[], float]
) -> list[Callable]:
    recipe, devices = make_recipe(config, shape), jax.local_devices()[:1]
    state = jax.device_get(init_state(recipe, jax.random.key(0), shape))
    rng = np.random.default_rng(0)
    data = rng.integers(0, 256, (SAMPLES, *shape), np.uint8)
    if len(shape) == 1:
        data = rng.standard_normal((SAMPLES, *shape), np.float32)
    size = (steps, recipe.n_critic, config.batch_size or 0)
    reads = rng.integers(0, SAMPLES, size, np.int32)
    counts = np.full(steps, recipe.n_critic, np.int32)

    plain = jax.jit(make_dispatch(recipe), donate_argnums=0)
    collective = parallel.collective_of(devices)
    mapped = parallel.parallelize(make_dispatch(recipe, collective), devices)
    states, copies = (parallel.replicate(tree, devices) for tree in (state, data))
    key = jax.random.key(1)

    def player(program: Callable, state: Any, data: Any, notes: np.ndarray) -> Callable:
        def play(length: int) -> float:
            nonlocal state
            began = clock()
            result = program(state, key, data, reads, counts, np.int32(length), notes)
            jax.block_until_ready(result)
            state = result.state
            return clock() - began

        return play

    return [
        player(
            plain, jax.device_put(state), jax.device_put(data), np.zeros(2, np.int32)
        ),
        player(mapped, states, copies, parallel.notes([0, 0], devices)),
    ]


def _row(name: str, programs: list[Callable], length: int, rounds: int) -> str:
    times = []
    for turn in range(rounds + 2):
        order = programs if turn % 2 else programs[::-1]
        taken = {id(play): play(length) for play in order}
        times.append([taken[id(play)] for play in programs])
    times = times[2:]  # the first turns compile
    jit, pmap = (statistics.median(column) * 1e3 for column in zip(*times, strict=True))
    ratios = [mapped / plain - 1 for plain, mapped in times]
    low, middle, high = statistics.quantiles(ratios, n=4)
    row = f"| {name} | {length} | {jit:.2f} | {pmap:.2f} |"
    if length:
        row += f" {middle:+.1%} | {low:+.1%} to {high:+.1%} |"
    return row if length else f"{row} {pmap - jit:+.2f} ms | |"


if __name__ == "__main__":
    main()
