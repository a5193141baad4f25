"""What a step costs against batch size, width and n_critic: ours alone.

One axis varies, everything else stays at the member's presets, so that a user can read
off what a run of another size will take.
"""

from typing import Any

from experiments.benchmark import machine
from experiments.benchmark.cases import Case, make_case
from experiments.benchmark.least_work import least_work
from experiments.benchmark.processes import Job, Setup, WorkerProcess

SECONDS = 1.5
SERIES: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("gn", "mlp", "batch_size", (16, 32, 64, 128, 256, 512, 1024)),
    ("gn", "toy", "batch_size", (16, 32, 64, 128, 256, 512, 1024)),
    ("gn", "dcgan", "batch_size", (16, 32, 64, 128, 256)),
    ("gn", "toy", "width", (64, 128, 256, 512, 1024)),
    ("gn", "dcgan", "width", (16, 32, 64, 128)),
    ("gn", "mlp", "n_critic", (1, 2, 5, 10)),
    ("gn", "dcgan", "n_critic", (1, 2, 5, 10)),
)


def measure_sizes(setup: Setup) -> list[dict[str, Any]]:
    """Measures every point of every series.

    Args:
        setup: where.

    Returns:
        One entry a series: its case, its axis and its points.
    """
    series = []
    for variant, network, axis, values in SERIES:
        points = []
        for value in values:
            case = make_case(variant, network, **{axis: value})
            with setup.open(Job("jax", case)) as (worker, _):
                points.append({"value": value, **measure_point(worker, case)})
            speed = points[-1]["steps_per_second"]
            print(f"{case.name} {axis} {value}: {speed:.2f} steps/s", flush=True)
        name = f"{network}, {variant}: {axis.replace('_', ' ')}"
        entry = {"name": name, "case": f"{network} {variant}", "axis": axis}
        series.append({**entry, "points": points})
    return series


def measure_point(worker: WorkerProcess, case: Case) -> dict[str, float]:
    """Measures one size.

    Args:
        worker: our side of the case.
        case: what.

    Returns:
        Steps and real samples per second, and the share of the machine's peak.
    """
    rate = worker.ask("settle", seconds=SECONDS)["steps_per_second"]
    timed = worker.ask("run", steps=max(1, round(SECONDS * rate)))
    size = machine.peak_sizes()[0]
    peak = worker.ask("peak", size=size, seconds=0.3)["flops_per_second"]
    speed = timed["steps"] / timed["seconds"]
    samples_per_step = case.config["batch_size"] * case.config["n_critic"]
    return {
        "steps_per_second": speed,
        "samples_per_second": speed * samples_per_step,
        "of_peak": least_work(case) * speed / peak,
    }
