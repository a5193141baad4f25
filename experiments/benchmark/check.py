"""Have ratios on file fallen? Measured shortly, and again where one seems to have."""

from typing import Any

from experiments.benchmark import rounds
from experiments.benchmark.cases import Case
from experiments.benchmark.processes import Setup

ALLOWED_LOSS = 0.15
LOOKS = 2  # a ratio has to fall in all of them to count


def fallen(
    setup: Setup, cases: list[Case], filed: dict[str, Any], budget: rounds.Budget
) -> list[str]:
    """Measures cases that are on file, and prints a line for each look.

    Args:
        setup: where.
        cases: what; those that are not on file are left out.
        filed: the speed result on file.
        budget: how long and how often.

    Returns:
        Names of the cases whose ratio fell by more than `ALLOWED_LOSS`.
    """
    on_file = {f"{c['network']}/{c['variant']}": c["tuned"] for c in filed["cases"]}
    found = [
        case.name
        for case in cases
        if case.name in on_file and _fell(setup, case, on_file[case.name], budget)
    ]
    if found:
        print(f"fell by more than {ALLOWED_LOSS:.0%}, twice: {', '.join(found)}")
    return found


def _fell(
    setup: Setup, case: Case, tuned: dict[str, Any], budget: rounds.Budget
) -> bool:
    form, least = tuned["torch"]["form"], tuned["ratio"]["median"]
    least *= 1 - ALLOWED_LOSS
    for _ in range(LOOKS):
        pair = rounds.measure_pair(setup, case, form, budget, ())
        ratio = pair["ratio"]["median"]
        verdict = "ok" if ratio >= least else "FELL"
        print(f"{case.name:12} {ratio:.2f}, at least {least:.2f}: {verdict}")
        if ratio >= least:
            return False
    return True
