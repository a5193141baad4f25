"""Does differentiable augmentation lower FD on little data? Several seeds, one table.

    python -m experiments.augmentation --variant nsgan --dataset digits --seeds 3

Each policy is trained on each seed, an ordinary run in
RUNS/VARIANT-DATASET-POLICY-seedN that is not made again when it is there, and scored as
`evaluate` does: the Frechet distance in the data set's own features, beside its floor.
The results go to `--out` as JSON after each policy, the table to the terminal.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import wgan_jax
from experiments.words import make_parser
from wgan_jax import Config
from wgan_jax.errors import DivergedError, InterruptedRunError, UserError
from wgan_jax.loop.evaluate_run import evaluate
from wgan_jax.version import __version__

METRIC = "frechet_distance"
NONE = "none"
SETTINGS = ("variant", "dataset", "steps")


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains and scores every policy on every seed.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, otherwise the exit code of the run that could not go on.
    """
    options = _parse(arguments)
    settings = {name: getattr(options, name) for name in SETTINGS}
    results: dict[str, list[dict[str, Any]]] = {}
    record = {"version": __version__, **settings, "metric": METRIC, "results": results}
    try:
        for policy in options.policies:
            seeds = range(options.seeds)
            results[policy] = [_score(options, policy, seed) for seed in seeds]
            print(_row(policy, results[policy]), flush=True)
            options.out.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    except (UserError, DivergedError, InterruptedRunError) as error:
        print(f"augmentation: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser("experiments.augmentation", __doc__)
    add = parser.add_argument
    add("--variant", default="nsgan")
    add("--dataset", default="digits")
    add("--policies", nargs="+", default=[NONE, "translation,cutout"])
    add("--seeds", type=int, default=3)
    add("--steps", type=int, default=2000)
    add("--runs", type=Path, default=Path("runs/augmentation"))
    add("--out", type=Path, default=Path("augmentation.json"))
    return parser.parse_args(arguments)


def _score(options: argparse.Namespace, policy: str, seed: int) -> dict[str, Any]:
    """Trains one seed, unless it is there, and returns its distance and the floor."""
    name = f"{options.variant}-{options.dataset}-{policy.replace(',', '+')}-seed{seed}"
    folder = options.runs / name
    if not (folder / "summary.json").exists():
        config = Config(
            **{name: getattr(options, name) for name in SETTINGS},
            augment=None if policy == NONE else policy,
            seed=seed,
            run_dir=str(folder),
            sample_every=options.steps,
            checkpoint_every=0,
            quiet=True,
        )
        wgan_jax.train(config)
    measured = evaluate(folder, weights="raw")["results"]["raw"][METRIC]
    return {"seed": seed, "value": measured["value"], "floor": measured["floor"]}


def _row(policy: str, runs: list[dict[str, Any]]) -> str:
    """One line: mean and spread over the seeds, beside the floor."""
    values = [run["value"] for run in runs]
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    each = ", ".join(f"{value:.1f}" for value in values)
    return (
        f"{policy}: FD {statistics.mean(values):.1f} +- {spread:.1f} "
        f"({each}; floor {runs[0]['floor']:.1f})"
    )


if __name__ == "__main__":
    sys.exit(main())
