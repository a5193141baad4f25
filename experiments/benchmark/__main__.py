"""Speed beside PyTorch, as a table that anyone can reproduce with one command.

    python -m experiments.benchmark                 every member, three networks
    python -m experiments.benchmark --quick         three cases in three minutes
    python -m experiments.benchmark --startup       from the shell to the first step
    python -m experiments.benchmark --scaling       against batch, width and n_critic
    python -m experiments.benchmark --check         against the ratios on file

Results go to experiments/results/, from which BENCHMARKS.md is made again. PyTorch may
live in another interpreter: `--torch-python PATH`.
"""

import argparse
import datetime
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments import bench_cases, bench_machine, bench_plots, bench_report
from experiments import bench_rounds as rounds
from experiments.bench_cases import Case
from experiments.bench_roofline import least_work
from experiments.torch_forms import PUBLISHED, tuned_forms
from wgan_jax.errors import UserError, unknown_name

ALLOWED_LOSS = 0.15
PEAK_SIZES = (1024, 2048)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, 1 when `--check` found a ratio that fell, 2 for bad arguments.
    """
    options = _parse(arguments)
    try:
        cases = _cases(options)
        if options.page:
            print(bench_report.write_page())
            return 0
        with tempfile.TemporaryDirectory() as folder:
            return _measure(options, cases, Path(folder))
    except (UserError, rounds.WorkerError) as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 2


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--variants", help="members, with commas; default all")
    add("--networks", help="networks, with commas; default mlp,toy,dcgan")
    add("--rounds", type=int, help="pairs of turns for each case")
    add("--seconds", type=float, help="of one turn")
    add("--threads", type=int, default=_cores(), help="of either side; default all")
    add("--torch-python", default=sys.executable, help="interpreter with PyTorch")
    add("--no-compile", action="store_true", help="leave torch.compile out")
    add("--no-published", action="store_true", help="leave PyTorch as published out")
    add("--quick", action="store_true", help="three cases in three minutes")
    add("--dry", action="store_true", help="print only, keep the results on file")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="against the ratios on file")
    mode.add_argument("--startup", action="store_true", help="time to the first step")
    mode.add_argument("--scaling", action="store_true", help="cost against size")
    mode.add_argument("--page", action="store_true", help="write BENCHMARKS.md again")
    return parser.parse_args(arguments)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cases(options: argparse.Namespace) -> list[Case]:
    if options.quick and not (options.variants or options.networks):
        return [bench_cases.make_case(v, n) for v, n in bench_cases.QUICK]
    known = bench_cases.every_variant(), list(bench_cases.SHAPES)
    return bench_cases.make_cases(
        _names("variant", options.variants, known[0]),
        _names("network", options.networks, known[1]),
    )


def _names(kind: str, words: str | None, known: list[str]) -> list[str]:
    names = words.split(",") if words else known
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known)
    return names


def _budget(options: argparse.Namespace) -> rounds.Budget:
    budget = rounds.QUICK if options.quick or options.check else rounds.Budget()
    changes = {"rounds": options.rounds, "seconds": options.seconds}
    budget = budget._replace(**{k: v for k, v in changes.items() if v is not None})
    return budget._replace(
        compiled=budget.compiled and not options.no_compile,
        published=budget.published and not options.no_published,
    )


def _measure(options: argparse.Namespace, cases: list[Case], folder: Path) -> int:
    data = {
        case.network: str(bench_cases.write_samples(case.network, folder))
        for case in cases
    }
    setup = rounds.Setup(options.torch_python, options.threads, data)
    if not (options.startup or options.scaling):
        bench_machine.require_torch(options.torch_python)
    if options.startup:
        from experiments.bench_startup import measure_startup

        return _keep(options, "startup", {"runs": measure_startup(folder)})
    if options.scaling:
        from experiments.bench_scaling import measure_scaling

        return _keep(options, "scaling", {"series": measure_scaling(setup)})
    if options.check:
        return _check(options, setup, cases)
    return _speed(options, setup, cases)


def _speed(options: argparse.Namespace, setup: rounds.Setup, cases: list[Case]) -> int:
    measured = []
    for case in cases:
        measured.append(_measure_case(setup, case, _budget(options)))
        measured[-1]["command"] = _command()
        print(_line(measured[-1]), flush=True)
        _keep(options, "speed", {"cases": measured})
    return 0


def _measure_case(
    setup: rounds.Setup, case: Case, budget: rounds.Budget
) -> dict[str, Any]:
    forms = tuned_forms(case.network, budget.compiled)
    trials = rounds.try_forms(setup, case, forms, budget.trial)
    speeds = {form: rate for form, rate in trials.items() if isinstance(rate, float)}
    if not speeds:
        raise rounds.WorkerError(f"PyTorch cannot run {case.name}: {trials}")
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
    if budget.published and case.network != "toy":
        few = budget._replace(rounds=max(2, budget.rounds // 2))
        form = PUBLISHED.name
        result["published"] = rounds.measure_pair(setup, case, form, few, ())
    return result


def _line(case: dict[str, Any]) -> str:
    tuned, ratio = case["tuned"], case["tuned"]["ratio"]
    published = case.get("published", {}).get("ratio", {}).get("median")
    return (
        f"{case['network']:6}{case['variant']:6} "
        f"ours {tuned['ours']['steps_per_second']['median']:7.2f}/s  "
        f"torch {tuned['torch']['steps_per_second']['median']:7.2f}/s  "
        f"ratio {ratio['median']:.2f} ({ratio['low']:.2f} to {ratio['high']:.2f})  "
        f"{100 * case['of_peak']:.0f} % of the peak  [{tuned['torch']['form']}]"
        + (f"  as published {published:.1f}" if published else "")
    )


def _keep(options: argparse.Namespace, kind: str, figures: dict[str, Any]) -> int:
    machine = bench_machine.describe(options.threads, options.torch_python)
    name = f"{kind}-{bench_machine.slug(machine)}" + ("-quick" * options.quick)
    result = {
        "name": name,
        "kind": kind,
        "quick": options.quick,
        "command": _command(),
        "date": datetime.date.today().isoformat(),
        "machine": machine,
        **figures,
    }
    if options.dry:
        return 0
    bench_report.save_result(name, bench_report.merged(name, result))
    bench_plots.draw(bench_report.load_result(name), bench_report.RESULTS)
    bench_report.write_page()
    return 0


def _command() -> str:
    """This command, without paths of this machine."""
    words = list(sys.argv[1:])
    for i, word in enumerate(words[:-1]):
        if word == "--torch-python":
            words[i + 1] = "PYTHON"
    return shlex.join(["python", "-m", "experiments.benchmark", *words])


def _check(options: argparse.Namespace, setup: rounds.Setup, cases: list[Case]) -> int:
    """Measures again what is on file; a ratio has to fall twice to count."""
    machine = bench_machine.describe(options.threads, options.torch_python)
    filed = bench_report.load_result(f"speed-{bench_machine.slug(machine)}")
    on_file = {f"{c['network']}/{c['variant']}": c["tuned"] for c in filed["cases"]}
    fallen = []
    for case in (case for case in cases if case.name in on_file):
        tuned = on_file[case.name]
        form, least = tuned["torch"]["form"], tuned["ratio"]["median"]
        least *= 1 - ALLOWED_LOSS
        for _ in range(2):
            pair = rounds.measure_pair(setup, case, form, _budget(options), ())
            ratio = pair["ratio"]["median"]
            verdict = "ok" if ratio >= least else "FELL"
            print(f"{case.name:12} {ratio:.2f}, at least {least:.2f}: {verdict}")
            if ratio >= least:
                break
        else:
            fallen.append(case.name)
    if fallen:
        print(f"fell by more than {ALLOWED_LOSS:.0%}, twice: {', '.join(fallen)}")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
