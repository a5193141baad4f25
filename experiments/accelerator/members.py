"""Whether the members train on this device: 200 steps, and every number finite."""

import tempfile
from collections.abc import Iterator

import jax
import numpy as np

from experiments.accelerator.checks import NINE, Check, product
from experiments.accelerator.games import SHAPES, WIDTHS
from wgan_jax import Config, train
from wgan_jax.errors import DivergedError

STEPS = 200
NETWORKS = ("mlp", "toy", "dcgan")


def check(variants: list[str], networks: list[str]) -> Iterator[Check]:
    """Trains each member on each network; a number that is not finite ends a run."""
    for variant, network in product(variants, networks, NINE, NETWORKS):
        told = _train(variant, network)
        yield Check("finite" in told, f"{network}/{variant}: {told}")


def _train(variant: str, network: str) -> str:
    random, shape = np.random.default_rng(0), SHAPES[network]
    if len(shape) == 1:
        data = random.normal(size=(1000, *shape)).astype(np.float32)
    else:
        data = random.integers(0, 256, (1000, *shape), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        config = Config(
            variant=variant,
            network=network,
            width=WIDTHS.get(network),
            steps=STEPS,
            batch_size=64,
            devices=1,
            sample_every=0,
            run_dir=f"{folder}/run",
            quiet=True,
        )
        try:
            result = train(config, data)
        except DivergedError as error:
            return f"diverged: {error}"
    leaves = jax.tree.leaves(result.state)
    if not all(np.isfinite(leaf).all() for leaf in leaves):
        return "a moment or an average is not a number"
    speed = result.summary["steps_per_second"] or 0
    return f"finite after {STEPS} steps, {result.config.precision}, {speed:.0f} steps/s"
