"""Does differentiable augmentation lower FD on little data? Several seeds, one table.

    python -m experiments.augmentation --variant nsgan --dataset digits --seeds 3

Each policy is trained on each seed, an ordinary run in
RUNS/VARIANT-DATASET-POLICY-seedN that is gone on with when it is there, and scored as
`evaluate` does: the Frechet distance in the data set's own features, beside its floor.
The results go to `--out` as JSON after each policy, the table to the terminal.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.run_folders import train_to
from experiments.spread import over_seeds, with_spread
from experiments.words import exit_code, make_parser, require_positive
from wgan_jax import Config
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.files import disk_errors, json_bytes, write_atomic
from wgan_jax.loop.evaluation.evaluate_run import evaluate
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
    return exit_code("augmentation", lambda: _main(options))


def _main(options: argparse.Namespace) -> None:
    require_positive(seeds=options.seeds, steps=options.steps)
    settings = {name: getattr(options, name) for name in SETTINGS}
    results: dict[str, list[dict[str, Any]]] = {}
    record = {"version": __version__, **settings, "metric": METRIC, "results": results}
    with disk_errors(f"write {options.out}", ADVICE):  # before the first run is made
        options.out.parent.mkdir(parents=True, exist_ok=True)
    for policy in options.policies:
        seeds = range(options.seeds)
        results[policy] = [_score(options, policy, seed) for seed in seeds]
        print(_row(policy, results[policy]), flush=True)
        with disk_errors(f"write {options.out}", ADVICE):
            write_atomic(options.out, json_bytes(record))


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
    """Trains one seed to the last step, and returns its distance and the floor."""
    name = f"{options.variant}-{options.dataset}-{policy.replace(',', '+')}-seed{seed}"
    folder = options.runs / name
    config = Config(
        **{name: getattr(options, name) for name in SETTINGS},
        augment=None if policy == NONE else policy,
        seed=seed,
        preset="paper",  # as the figures on file
        run_dir=str(folder),
        sample_every=options.steps,
        checkpoint_every=0,
        quiet=True,
    )
    train_to(options.steps, config)
    measured = evaluate(folder, weights="raw")["results"]["raw"][METRIC]
    return {"seed": seed, "value": measured["value"], "floor": measured["floor"]}


def _row(policy: str, runs: list[dict[str, Any]]) -> str:
    """One line: mean and spread over the seeds, beside the floor."""
    values = [run["value"] for run in runs]
    each = ", ".join(f"{value:.1f}" for value in values)
    return (
        f"{policy}: FD {with_spread(*over_seeds(values))} "
        f"({each}; floor {runs[0]['floor']:.1f})"
    )


if __name__ == "__main__":
    sys.exit(main())
