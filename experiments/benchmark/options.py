"""What changes and larger batches bring our side, on a GPU above all.

Each change is measured beside the unchanged program, turn by turn, in processes of
their own: flags are read once in a process, and one that XLA does not know ends it.
"""

import contextlib
from collections.abc import Sequence
from typing import Any

from experiments.benchmark.cases import Case, make_case
from experiments.benchmark.changes import NAMES
from experiments.benchmark.processes import Setup, WorkerError
from experiments.benchmark.rounds import Budget, spread, take_turns
from experiments.benchmark.sizes import measure_point

BATCHES = (64, 128, 256, 512, 1024)


def measure_options(
    setup: Setup,
    pairs: Sequence[tuple[str, str]],
    budget: Budget,
    batches: Sequence[int] = BATCHES,
    **fields: Any,
) -> list[dict[str, Any]]:
    """Measures every change and every batch on some cases.

    Args:
        setup: where.
        pairs: members and networks.
        budget: how long and how often.
        batches: samples a batch.
        **fields: of `Config`, such as the precision.

    Returns:
        One entry a case: its name, its changes and its batches.
    """
    entries = []
    for variant, network in pairs:
        case = make_case(variant, network, **fields)
        changed = [measure_change(setup, case, name, budget) for name in NAMES]
        sized = []
        for batch in batches:
            other = make_case(variant, network, batch_size=batch, **fields)
            sized.append({"batch": batch, **measure_point(setup, other)})
        entries.append({"name": case.name, "changes": changed, "batches": sized})
        print(format_entry(entries[-1]), flush=True)
    return entries


def measure_change(
    setup: Setup, case: Case, change: str, budget: Budget
) -> dict[str, Any]:
    """Measures one change beside the unchanged program.

    Returns:
        The change, and the ratio of speeds; or why it could not run.
    """
    try:
        with contextlib.ExitStack() as stack:
            sides = {
                "plain": stack.enter_context(setup.open("jax", case))[0],
                "changed": stack.enter_context(setup.open("jax", case, change=change))[
                    0
                ],
            }
            speeds = take_turns(sides, budget)
            memory = sides["changed"].ask("memory")["peak_device"]
    except WorkerError as error:
        return {"change": change, "problem": str(error)}
    ratios = [a / b for a, b in zip(speeds["changed"], speeds["plain"], strict=True)]
    return {"change": change, "ratio": spread(ratios), "peak_device": memory}


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
