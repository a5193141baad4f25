"""One case beside PyTorch: its fastest tuned form is sought, then both take turns."""

import statistics
from typing import Any

from experiments.benchmark import machine, rounds
from experiments.benchmark.cases import Case
from experiments.benchmark.least_work import least_work
from experiments.benchmark.processes import Job, Opened, Setup, WorkerError
from experiments.torch_baseline.forms import PUBLISHED, tuned_forms

_TRIALS = 3  # of each form


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
    jobs = [Job("jax", case), *(Job("torch", case, form) for form in forms)]
    with setup.open_all(jobs) as (ours, *opened):
        if isinstance(ours, WorkerError):
            raise ours
        theirs = dict(zip(forms, opened, strict=True))
        trials = _try_all(theirs, budget.trial)
        best = _fastest(case, trials)
        for form, side in theirs.items():
            if form != best and isinstance(side, Opened):
                side.worker.end()
        tuned = rounds.compare(ours, _made(theirs[best]), budget, machine.peak_sizes())
        result = {**case._asdict(), "trials": trials, "tuned": tuned}
        # The published scripts train on images; points have no transforms to pay for.
        if budget.published and case.network != "toy":
            few = budget._replace(rounds=max(2, budget.rounds // 2))
            with setup.open(Job("torch", case, PUBLISHED.name)) as published:
                result["published"] = rounds.compare(ours, published, few, ())
    return result | _shares(case, tuned)


def _try_all(
    sides: dict[str, Opened | WorkerError], seconds: float
) -> dict[str, float | str]:
    """The median of trials of each form, in turns: one alone chooses by its noise."""
    found: dict[str, list[float | str]] = {form: [] for form in sides}
    for _ in range(_TRIALS):
        for form, side in sides.items():
            if not any(isinstance(rate, str) for rate in found[form]):
                found[form].append(_try(side, seconds))
    trials: dict[str, float | str] = {}
    for form, rates in found.items():
        numbers = [rate for rate in rates if isinstance(rate, float)]
        failed = len(numbers) < len(rates)
        trials[form] = rates[-1] if failed else statistics.median(numbers)
    return trials


def _try(side: Opened | WorkerError, seconds: float) -> float | str:
    """Steps per second of a form in a short trial, or why it cannot run."""
    if isinstance(side, WorkerError):
        return str(side)
    try:
        return side.worker.ask("settle", seconds=seconds)["steps_per_second"]
    except WorkerError as error:
        return str(error)


def _fastest(case: Case, trials: dict[str, float | str]) -> str:
    speeds = {form: rate for form, rate in trials.items() if isinstance(rate, float)}
    if not speeds:
        raise WorkerError(f"PyTorch cannot run {case.name}: {trials}")
    return max(speeds, key=speeds.__getitem__)


def _made(side: Opened | WorkerError) -> Opened:
    assert isinstance(side, Opened)  # it has just made steps
    return side


def _shares(case: Case, tuned: dict[str, Any]) -> dict[str, float]:
    """The least work of a step, the machine's peak, and how much of it steps use."""
    least, peak = least_work(case), max(tuned["matrix_peak"].values())
    rate = tuned["ours"]["steps_per_second"]["median"]
    return {
        "least_flops": least,
        "peak_flops_per_second": peak,
        "of_peak": least * rate / peak,
    }


def format_case(case: dict[str, Any]) -> str:
    """One line about a case as `measure_case` returns it."""
    tuned, ratio = case["tuned"], case["tuned"]["ratio"]
    line = (
        f"{case['network']:8}{case['variant']:6} "
        f"ours {tuned['ours']['steps_per_second']['median']:7.2f}/s  "
        f"torch {tuned['torch']['steps_per_second']['median']:7.2f}/s  "
        f"ratio {ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})  "
        f"{100 * case['of_peak']:.0f} % of the peak  [{tuned['torch']['form']}]"
    )
    if "published" in case:
        line += f"  as published {case['published']['ratio']['median']:.1f}"
    return line
