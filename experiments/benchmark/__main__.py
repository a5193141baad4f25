"""Speed beside PyTorch, as a table that anyone can reproduce with one command.

    python -m experiments.benchmark                 every member, three networks
    python -m experiments.benchmark --quick         three cases in three minutes
    python -m experiments.benchmark startup         from the shell to the first step
    python -m experiments.benchmark sizes           against batch, width and n_critic
    python -m experiments.benchmark options         what changes and batches bring us
    python -m experiments.benchmark check           against the ratios on file
    python -m experiments.benchmark page            BENCHMARKS.md from the files

The first word may be left out (speed) or given as an option: --startup, --scaling for
sizes, --check, --page. Results go to experiments/results/, from which BENCHMARKS.md is
made again. PyTorch may live in another interpreter: `--torch-python PATH`.
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

from experiments.benchmark import cases, check, machine, plots, report, speed
from experiments.benchmark.cases import Case
from experiments.benchmark.processes import Setup, WorkerError
from experiments.benchmark.rounds import QUICK, Budget
from experiments.words import exit_code, make_parser, read_names, require_positive
from wgan_jax.errors import UserError

# What the first word stands for.
WORDS = {
    "speed": [],
    "check": ["--check"],
    "startup": ["--startup"],
    "sizes": ["--scaling"],
    "options": ["--options"],
    "page": ["--page"],
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, 1 when `check` found a ratio that fell, 2 for bad arguments, 130
        when it was interrupted.
    """
    options = _parse(list(sys.argv[1:] if arguments is None else arguments))
    whole = options.startup or options.scaling or options.check or options.dry
    kept = "nothing was kept" if whole else "measured cases are on file"
    return exit_code("benchmark", lambda: _main(options), kept)


def _main(options: argparse.Namespace) -> int:
    given = {name: getattr(options, name) for name in ("rounds", "seconds", "threads")}
    require_positive(**{name: n for name, n in given.items() if n is not None})
    chosen = _cases(options)
    if options.page:
        print(report.write_page())
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _measure(options, chosen, Path(folder))
    except WorkerError as error:
        raise UserError(str(error)) from error


def _parse(words: list[str]) -> argparse.Namespace:
    parser = make_parser(
        "experiments.benchmark",
        __doc__,
        usage=f"%(prog)s [{' | '.join(WORDS)}] [options]",
    )
    add = parser.add_argument
    add("--variants", help="members, with commas; default all")
    add("--networks", help="networks, with commas; default mlp,toy,dcgan")
    add("--precision", choices=("float32", "tf32"), help="of both sides, on GPUs")
    add("--rounds", type=int, help="pairs of turns for each case")
    add("--seconds", type=float, help="of one turn, and of each trial")
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
    mode.add_argument("--options", action="store_true", help="changes and batches")
    mode.add_argument("--page", action="store_true", help="write BENCHMARKS.md again")
    first = WORDS.get(words[0]) if words else None
    options = parser.parse_args(words if first is None else first + words[1:])
    options.command = _command(words)
    return options


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _command(words: list[str]) -> str:
    """This command, without paths of this machine."""
    words = list(words)
    for i, word in enumerate(words):
        if word.startswith("--torch-python="):
            words[i] = "--torch-python=PYTHON"
        elif i and words[i - 1] == "--torch-python":
            words[i] = "PYTHON"
    return shlex.join(["python", "-m", "experiments.benchmark", *words])


def _cases(options: argparse.Namespace) -> list[Case]:
    fields = {"precision": options.precision}
    if options.quick and not (options.variants or options.networks):
        return [cases.make_case(v, n, **fields) for v, n in cases.QUICK]
    usual = ",".join(cases.USUAL)
    return cases.make_cases(
        read_names("variant", options.variants, cases.every_variant()),
        read_names("network", options.networks or usual, list(cases.SHAPES)),
        **fields,
    )


def _budget(options: argparse.Namespace) -> Budget:
    budget = QUICK if options.quick or options.check else Budget()
    changes = {"rounds": options.rounds, "seconds": options.seconds}
    if options.seconds is not None:
        changes |= {"trial": options.seconds, "settle": 1.5 * options.seconds}
    budget = budget._replace(**{k: v for k, v in changes.items() if v is not None})
    return budget._replace(
        compiled=budget.compiled and not options.no_compile,
        published=budget.published and not options.no_published,
    )


def _measure(options: argparse.Namespace, chosen: list[Case], folder: Path) -> int:
    if options.startup:
        from experiments.benchmark.startup import measure_startup

        _store(options, "startup", {"runs": measure_startup(folder)})
        return 0
    # Programs for a GPU take minutes to compile: many at once, where nothing is timed.
    at_once = max(1, _cores() // 2) if machine.has_gpu() else 1
    setup = Setup(options.torch_python, options.threads, folder, at_once)
    if options.scaling:
        from experiments.benchmark.sizes import measure_sizes

        _store(options, "scaling", {"series": measure_sizes(setup)})
        return 0
    if options.options:
        from experiments.benchmark.options import measure_options

        pairs = [(case.variant, case.network) for case in chosen]
        fields = {"precision": options.precision}
        for entries in measure_options(setup, pairs, _budget(options), **fields):
            _store(options, "options", {"entries": entries})
        return 0
    machine.require_torch(options.torch_python)
    if options.check:
        described, asked = _machine(options), options.precision
        name = machine.result_name("speed", described, precision=asked)
        filed = report.load_result(name)
        return 1 if check.fallen(setup, chosen, filed, _budget(options)) else 0
    measured = []
    for case in chosen:
        row = speed.measure_case(setup, case, _budget(options))
        measured.append(row | {"command": options.command})
        print(speed.format_case(row), flush=True)
        # After every case, so that a run that is stopped keeps what it has.
        _store(options, "speed", {"cases": measured})
    return 0


def _machine(options: argparse.Namespace) -> dict[str, Any]:
    return machine.describe(options.threads, options.torch_python)


def _store(options: argparse.Namespace, kind: str, content: dict[str, Any]) -> None:
    """Writes a result, its plot and the page, unless the run is dry."""
    if options.dry:
        return
    described = _machine(options)
    asked = options.precision
    name = machine.result_name(kind, described, quick=options.quick, precision=asked)
    result = {
        "name": name,
        "kind": kind,
        "quick": options.quick,
        "precision": options.precision,
        "command": options.command,
        "date": datetime.date.today().isoformat(),
        "machine": described,
        **content,
    }
    report.save_result(name, report.merged(name, result))
    plots.draw(report.load_result(name), report.RESULTS)
    report.write_page()


if __name__ == "__main__":
    sys.exit(main())
