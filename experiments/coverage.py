"""Does a member cover every mode of ring8 and grid25? Several seeds, one table.

    python -m experiments.coverage --variant gp --dataset ring8 --seeds 5 --steps 10000

Each seed is an ordinary run in RUNS/VARIANT-DATASET-widthW-seedN, made in pieces, each
resumed from the one before, so that this command can be stopped and started again at
any moment. After each piece 2,500 fresh samples are scored; `--until M` ends a seed as
soon as M modes are covered, 0 never. Several members, datasets and widths are gone
through one after the other; the last lines are their table.
"""

import argparse
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

import wgan_jax
from experiments.run_folders import steps_made, train_to
from experiments.words import exit_code, make_parser, require_positive
from wgan_jax import Config, TrainState
from wgan_jax.data import load
from wgan_jax.metrics import mode_coverage
from wgan_jax.training.inference import sample

SAMPLES = 2500
MODES = {"ring8": 8, "grid25": 25}


class Case(NamedTuple):
    """What is scored: a member, a mixture, and the width of the toy network."""

    variant: str
    dataset: str
    width: int

    @property
    def name(self) -> str:
        """How folders and tables call it."""
        return f"{self.variant}-{self.dataset}-width{self.width}"


class Score(NamedTuple):
    """How well a state covers the modes; see `metrics.mode_coverage`."""

    modes: int
    high_quality: float
    reverse_kl: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains and scores every seed of every case.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, otherwise the exit code of the run that could not go on.
    """
    options = _parse(arguments)
    return exit_code("coverage", lambda: _main(options))


def _main(options: argparse.Namespace) -> None:
    require_positive(seeds=options.seeds, steps=options.steps, piece=options.piece)
    axes = (options.variant, options.dataset, options.width)
    table = []
    for case in itertools.starmap(Case, itertools.product(*axes)):
        print(f"{case.name}\nseed   step  modes  high quality  reverse KL")
        scores = [_score_seed(options, case, n) for n in range(options.seeds)]
        table.append(_row(options, case, scores))
    print("\n".join(table), flush=True)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser("experiments.coverage", __doc__)
    add = parser.add_argument
    add("--variant", nargs="+", default=["gp"])
    add("--dataset", nargs="+", default=["ring8"], choices=MODES)
    add("--width", nargs="+", type=int, default=[512], help="of the toy network")
    add("--seeds", type=int, default=5)
    add("--steps", type=int, default=10000)
    add("--piece", type=int, default=500, help="steps between two scores")
    add("--until", type=int, help="modes that end a seed; default all, 0 for none")
    add("--runs", type=Path, default=Path("runs/coverage"))
    return parser.parse_args(arguments)


def _wanted(options: argparse.Namespace, case: Case) -> int:
    return MODES[case.dataset] if options.until is None else options.until


def _row(options: argparse.Namespace, case: Case, scores: list[Score]) -> str:
    """One line: how many seeds cover enough, and the spread over the seeds."""
    wanted = _wanted(options, case) or MODES[case.dataset]
    covered = sum(score.modes >= wanted for score in scores)
    modes = [score.modes for score in scores]
    good = [score.high_quality for score in scores]
    return (
        f"{case.name}: {covered} of {len(scores)} seeds cover {wanted} modes; "
        f"modes {min(modes)} to {max(modes)}, "
        f"high quality {min(good):.3f} to {max(good):.3f}"
    )


def _score_seed(options: argparse.Namespace, case: Case, seed: int) -> Score:
    """Trains one seed until it covers enough modes, or to the last step."""
    run_dir = options.runs / f"{case.name}-seed{seed}"
    config = Config(
        **case._asdict(),
        preset="paper",  # as the figures on file
        seed=seed,
        run_dir=str(run_dir),
        quiet=True,
        sample_every=options.piece,
        checkpoint_every=0,
    )
    wanted, done = _wanted(options, case), steps_made(run_dir)
    pieces = range(options.piece, options.steps, options.piece)
    # The last one also where the run has gone further: it is refused then.
    for step in [*(step for step in pieces if step >= done), options.steps]:
        train_to(step, config)
        score = _score(*wgan_jax.restore(run_dir))
        if wanted and score.modes >= wanted:
            break
    return score


def _score(config: Config, state: TrainState) -> Score:
    """Prints how well a state covers the modes, and returns it."""
    dataset = load(config.dataset)
    recipe = wgan_jax.make_recipe(wgan_jax.resolve(config), dataset.sample_shape)
    # A run splits its seed's key, which gives what folding in 0, 1 or 2 would give.
    key = jax.random.fold_in(jax.random.key(config.seed), 2**31 - 1)
    latents = jax.random.normal(key, (SAMPLES, recipe.latent_dim))
    points = np.asarray(sample(recipe, state, latents))
    assert dataset.centers is not None
    assert dataset.std is not None
    found = mode_coverage(points, dataset.centers, dataset.std)
    score = Score(int(found["modes"]), found["high_quality"], found["reverse_kl"])
    print(
        f"{config.seed:4}  {int(state.step):5}  {score.modes:5}  "
        f"{score.high_quality:12.3f}  {score.reverse_kl:10.3f}",
        flush=True,
    )
    return score


if __name__ == "__main__":
    sys.exit(main())
