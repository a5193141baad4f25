"""Does a member cover every mode of ring8 and grid25? Several seeds, one table.

    python -m experiments.toy_coverage --variant gp --dataset ring8 --seeds 5 --steps
    10000

Each seed is an ordinary run in RUNS/VARIANT-DATASET-seedN, made in pieces with
--resume, so that this command can be stopped and started again at any moment. After
each piece 2,500 fresh samples are scored; `--until M` ends a seed as soon as M modes
are covered.
"""

import argparse
import sys
from pathlib import Path

import jax
import numpy as np

from wgan_jax import Config, TrainState, restore, train
from wgan_jax.artifacts.checkpoints import latest_step
from wgan_jax.config.config import resolve
from wgan_jax.data import Dataset, load
from wgan_jax.errors import DivergedError, UserError
from wgan_jax.loop.pictures import sample
from wgan_jax.loop.signals import InterruptedRunError
from wgan_jax.metrics import mode_coverage
from wgan_jax.training.recipe import make_recipe

SAMPLES = 2500


def main() -> None:
    """Trains and scores every seed, and prints one line for each piece."""
    options = _parse()
    dataset = load(options.dataset)
    print("seed   step  modes  high quality  reverse KL", flush=True)
    try:
        covered = [_one_seed(options, dataset, seed) for seed in range(options.seeds)]
    except (UserError, DivergedError, InterruptedRunError) as error:
        sys.exit(f"toy_coverage: {error}")
    print(f"{sum(covered)} of {options.seeds} seeds cover {options.until} modes")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", default="gp")
    parser.add_argument("--dataset", default="ring8", choices=("ring8", "grid25"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10000)
    parser.add_argument("--piece", type=int, default=500)
    parser.add_argument("--until", type=int, help="modes that end a seed; default all")
    parser.add_argument("--runs", type=Path, default=Path("runs/toy-coverage"))
    options = parser.parse_args()
    options.until = options.until or {"ring8": 8, "grid25": 25}[options.dataset]
    return options


def _one_seed(options: argparse.Namespace, dataset: Dataset, seed: int) -> bool:
    run_dir = options.runs / f"{options.variant}-{options.dataset}-seed{seed}"
    done = latest_step(run_dir / "checkpoints") or 0
    modes = 0
    for step in range(options.piece, options.steps + 1, options.piece):
        if step < done:
            continue
        if step > done:
            _train_to(step, options, seed, run_dir)
        modes = _score(*restore(run_dir), dataset, seed, step)
        if modes >= options.until:
            return True
    return False


def _train_to(step: int, options: argparse.Namespace, seed: int, run_dir: Path) -> None:
    config = Config(
        variant=options.variant,
        dataset=options.dataset,
        seed=seed,
        steps=step,
        run_dir=str(run_dir),
        resume=(run_dir / "config.json").exists(),
        quiet=True,
        sample_every=options.piece,
        checkpoint_every=0,
    )
    train(config)


def _score(
    config: Config, state: TrainState, dataset: Dataset, seed: int, step: int
) -> int:
    recipe = make_recipe(resolve(config), dataset.sample_shape)
    key = jax.random.fold_in(jax.random.key(seed), 2**31 - 1)
    latents = jax.random.normal(key, (SAMPLES, recipe.latent_dim))
    points = np.asarray(sample(recipe, state, latents))
    assert dataset.centers is not None
    assert dataset.std is not None
    found = mode_coverage(points, dataset.centers, dataset.std)
    print(
        f"{seed:4}  {step:5}  {found['modes']:5.0f}  {found['high_quality']:12.3f}"
        f"  {found['reverse_kl']:10.3f}",
        flush=True,
    )
    return int(found["modes"])


if __name__ == "__main__":
    sys.exit(main())
