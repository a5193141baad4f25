"""Does a member cover every mode of ring8 and grid25? Several seeds, one table.

    python -m experiments.coverage --variant gp --dataset ring8 --seeds 5 --steps 10000

Each seed is an ordinary run in RUNS/VARIANT-DATASET-seedN, made in pieces, each resumed
from the one before, so that this command can be stopped and started again at any
moment. After each piece 2,500 fresh samples are scored; `--until M` ends a seed as soon
as M modes are covered.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import jax
import numpy as np

import wgan_jax
from wgan_jax import Config, TrainState
from wgan_jax.artifacts.checkpoints import latest_step
from wgan_jax.data import Dataset, load
from wgan_jax.errors import DivergedError, InterruptedRunError, UserError
from wgan_jax.metrics import mode_coverage
from wgan_jax.training.inference import sample

SAMPLES = 2500


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains and scores every seed, and prints one line for each piece.

    Args:
        arguments: the words after the command; None for `sys.argv`.

    Returns:
        0 when done, otherwise the exit code of the run that could not go on.
    """
    options = _parse(arguments)
    dataset = load(options.dataset)
    print("seed   step  modes  high quality  reverse KL", flush=True)
    try:
        covered = [_covers(options, dataset, seed) for seed in range(options.seeds)]
    except (UserError, DivergedError, InterruptedRunError) as error:
        print(f"coverage: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{sum(covered)} of {options.seeds} seeds cover {options.until} modes")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.coverage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--variant", default="gp")
    add("--dataset", default="ring8", choices=("ring8", "grid25"))
    add("--seeds", type=int, default=5)
    add("--steps", type=int, default=10000)
    add("--piece", type=int, default=500, help="steps between two scores")
    add("--until", type=int, help="modes that end a seed; default all")
    add("--runs", type=Path, default=Path("runs/coverage"))
    options = parser.parse_args(arguments)
    options.until = options.until or {"ring8": 8, "grid25": 25}[options.dataset]
    return options


def _covers(options: argparse.Namespace, dataset: Dataset, seed: int) -> bool:
    """Trains one seed until it covers enough modes, or to the last step."""
    run_dir = options.runs / f"{options.variant}-{options.dataset}-seed{seed}"
    done = latest_step(run_dir / "checkpoints") or 0
    for step in [*range(options.piece, options.steps, options.piece), options.steps]:
        if step < done:
            continue
        if step > done:
            _train_to(step, options, seed, run_dir)
        config, state = wgan_jax.restore(run_dir)
        if _score(config, state, dataset) >= options.until:
            return True
    return False


def _train_to(step: int, options: argparse.Namespace, seed: int, run_dir: Path) -> None:
    if (run_dir / "config.json").exists():
        wgan_jax.resume(run_dir, steps=step, quiet=True)
        return
    config = Config(
        variant=options.variant,
        dataset=options.dataset,
        seed=seed,
        steps=step,
        run_dir=str(run_dir),
        quiet=True,
        sample_every=options.piece,
        checkpoint_every=0,
    )
    wgan_jax.train(config)


def _score(config: Config, state: TrainState, dataset: Dataset) -> int:
    """Prints how well a state covers the modes, and returns how many."""
    recipe = wgan_jax.make_recipe(wgan_jax.resolve(config), dataset.sample_shape)
    # A run splits its seed's key, which gives what folding in 0, 1 or 2 would give.
    key = jax.random.fold_in(jax.random.key(config.seed), 2**31 - 1)
    latents = jax.random.normal(key, (SAMPLES, recipe.latent_dim))
    points = np.asarray(sample(recipe, state, latents))
    assert dataset.centers is not None
    assert dataset.std is not None
    found = mode_coverage(points, dataset.centers, dataset.std)
    print(
        f"{config.seed:4}  {int(state.step):5}  {found['modes']:5.0f}  "
        f"{found['high_quality']:12.3f}  {found['reverse_kl']:10.3f}",
        flush=True,
    )
    return int(found["modes"])


if __name__ == "__main__":
    sys.exit(main())
