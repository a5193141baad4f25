"""What changes and larger batches bring our side, on a GPU above all.

Each change is measured beside the unchanged program, turn by turn, in processes of
their own: flags are read once in a process, and one that XLA does not know ends it.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from experiments.benchmark.cases import Case, make_case
from experiments.benchmark.changes import NAMES
from experiments.benchmark.processes import Job, Opened, Setup, WorkerError
from experiments.benchmark.rounds import Budget, ratios, take_turns
from experiments.benchmark.sizes import measure_point

BATCHES = (64, 128, 256, 512, 1024)


def measure_options(
    setup: Setup,
    pairs: Sequence[tuple[str, str]],
    budget: Budget,
    batches: Sequence[int] = BATCHES,
    **fields: Any,
) -> Iterator[list[dict[str, Any]]]:
    """Measures every change and every batch on some cases.

    Args:
        setup: where.
        pairs: members and networks.
        budget: how long and how often.
        batches: samples a batch.
        **fields: of `Config`, such as the precision.

    Yields:
        What is known so far, after the changes of a case and again after its batches:
        one entry a case, its name, its changes and its batches.
    """
    entries: list[dict[str, Any]] = []
    for variant, network in pairs:
        case = make_case(variant, network, **fields)
        cases = [
            make_case(variant, network, batch_size=batch, **fields) for batch in batches
        ]
        changes = measure_changes(setup, case, budget)
        entry = {"name": case.name, "changes": changes, "batches": []}
        entries.append(entry)
        yield entries
        entry["batches"] = _measure_batches(setup, cases)
        yield entries
        print(format_entry(entry), flush=True)


def measure_changes(setup: Setup, case: Case, budget: Budget) -> list[dict[str, Any]]:
    """Measures every change beside the unchanged program, all in the same rounds.

    Returns:
        One row a change: the ratio of speeds, or why it could not run.

    Raises:
        WorkerError: when the unchanged program cannot make a step.
    """
    jobs = [Job("jax", case, change=change) for change in (None, *NAMES)]
    with setup.open_all(jobs) as (plain, *others):
        if isinstance(plain, WorkerError):
            raise plain
        changed = dict(zip(NAMES, others, strict=True))
        sides = {n: s.worker for n, s in changed.items() if isinstance(s, Opened)}
        speeds = take_turns({"plain": plain.worker, **sides}, budget)
        memory = {
            name: side.ask("memory")["peak_device"] for name, side in sides.items()
        }
    rows = []
    for name, side in changed.items():
        if isinstance(side, WorkerError):
            rows.append({"change": name, "problem": str(side)})
            continue
        found = ratios(speeds[name], speeds["plain"])["ratio"]
        rows.append({"change": name, "ratio": found, "peak_device": memory[name]})
    return rows


def _measure_batches(setup: Setup, cases: Sequence[Case]) -> list[dict[str, Any]]:
    rows = []
    with setup.open_all([Job("jax", case) for case in cases]) as opened:
        for case, side in zip(cases, opened, strict=True):
            if isinstance(side, WorkerError):
                raise side
            batch = case.config["batch_size"]
            rows.append({"batch": batch, **measure_point(side.worker, case)})
    return rows


def format_entry(entry: dict[str, Any]) -> str:
    """A case in lines."""
    lines = [entry["name"]]
    for row in entry["changes"]:
        told = row.get("problem") or f"x {row['ratio']['median']:.2f}"
        lines.append(f"  {row['change']}: {told}")
    for row in entry["batches"]:
        lines.append(
            f"  batch {row['batch']}: {row['samples_per_second']:,.0f} samples/s"
        )
    return "\n".join(lines)
