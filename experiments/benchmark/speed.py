"""One case beside PyTorch: its fastest tuned form is sought, then both take turns."""

from typing import Any

from experiments.benchmark import machine, rounds
from experiments.benchmark.cases import Case
from experiments.benchmark.least_work import least_work
from experiments.benchmark.processes import Setup, WorkerError
from experiments.torch_baseline.forms import PUBLISHED, tuned_forms

PEAK_SIZES = (1024, 2048)


def measure_case(setup: Setup, case: Case, budget: rounds.Budget) -> dict[str, Any]:
    """Measures a case against PyTorch tuned, and as published if the budget says so.

    Args:
        setup: where.
        case: what.
        budget: how long and how often.

    Returns:
        The case with every trial, both pairs, and its share of the machine's peak.

    Raises:
        WorkerError: when PyTorch runs in no form, or a side fails later.
    """
    forms = tuned_forms(case.network, budget.compiled, machine.has_gpu())
    trials = rounds.try_forms(setup, case, forms, budget.trial)
    speeds = {form: rate for form, rate in trials.items() if isinstance(rate, float)}
    if not speeds:
        raise WorkerError(f"PyTorch cannot run {case.name}: {trials}")
    best = max(speeds, key=speeds.__getitem__)
    tuned = rounds.measure_pair(setup, case, best, budget, PEAK_SIZES)
    least, peak = least_work(case), max(tuned["matrix_peak"].values())
    rate = tuned["ours"]["steps_per_second"]["median"]
    result = {
        **case._asdict(),
        "trials": trials,
        "tuned": tuned,
        "least_flops": least,
        "peak_flops_per_second": peak,
        "of_peak": least * rate / peak,
    }
    # The published scripts train on images; points have no transforms to pay for.
    if budget.published and case.network != "toy":
        few = budget._replace(rounds=max(2, budget.rounds // 2))
        form = PUBLISHED.name
        result["published"] = rounds.measure_pair(setup, case, form, few, ())
    return result


def format_case(case: dict[str, Any]) -> str:
    """One line about a case as `measure_case` returns it."""
    tuned, ratio = case["tuned"], case["tuned"]["ratio"]
    line = (
        f"{case['network']:6}{case['variant']:6} "
        f"ours {tuned['ours']['steps_per_second']['median']:7.2f}/s  "
        f"torch {tuned['torch']['steps_per_second']['median']:7.2f}/s  "
        f"ratio {ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})  "
        f"{100 * case['of_peak']:.0f} % of the peak  [{tuned['torch']['form']}]"
    )
    if "published" in case:
        line += f"  as published {case['published']['ratio']['median']:.1f}"
    return line
