"""What is measured: members on networks, as resolved configs, and their samples.

A case is plain data, so that it crosses pipes and lands in result files unchanged. It
imports neither JAX nor PyTorch.
"""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wgan_jax.config import Config, resolve
from wgan_jax.config.samples import SampleSpec
from wgan_jax.data import load
from wgan_jax.variants import VARIANTS

SHAPES: dict[str, tuple[int, ...]] = {
    "mlp": (28, 28, 1),
    "toy": (2,),
    "dcgan": (32, 32, 1),
    "dcgan64": (64, 64, 1),
    "resnet": (32, 32, 3),
}
USUAL = ("mlp", "toy", "dcgan")
SAMPLES = 60_000  # as many as MNIST has
TOY_WIDTH = 512  # of gan_toy.py; ring8's own default is narrower
QUICK = (("gn", "mlp"), ("gp", "mlp"), ("gn", "toy"))


class Case(NamedTuple):
    """One game to measure.

    Attributes:
        variant: member of the family.
        network: a key of `SHAPES`.
        shape: of one sample.
        config: the resolved config, as a dictionary.
    """

    variant: str
    network: str
    shape: tuple[int, ...]
    config: dict[str, Any]

    @property
    def name(self) -> str:
        """How tables and files call it."""
        return f"{self.network}/{self.variant}"


def make_case(variant: str, network: str, **fields: Any) -> Case:
    """Resolves a case from the presets.

    Args:
        variant: member of the family.
        network: a key of `SHAPES`.
        **fields: fields of `Config` that differ from the presets.

    Returns:
        The case.
    """
    shape, dataset = SHAPES[network], "digits"
    if network == "toy":
        dataset, fields = "ring8", {"width": TOY_WIDTH} | fields
    # As the files on record. PyTorch's side has constant rates; a decay costs nothing.
    plain = {"ema_decay": 0, "critic_batch_norm": False, "decay_steps": 0}
    if network == "resnet":
        dataset = "patches"
    of_config = network.removesuffix("64")
    config = Config(variant, dataset, of_config, **plain | fields)
    resolved = dataclasses.asdict(resolve(config, SampleSpec(shape, SAMPLES)))
    return Case(variant, network, shape, resolved)


def make_cases(
    variants: Iterable[str], networks: Iterable[str], **fields: Any
) -> list[Case]:
    """Every named member on every named network, see `make_case`."""
    return [make_case(v, n, **fields) for n in networks for v in variants]


def every_variant() -> list[str]:
    """Names of all members."""
    return list(VARIANTS)


def write_samples(network: str, folder: Path) -> Path:
    """Writes a network's samples where both sides read them.

    Images are the digits inside scikit-learn, enlarged fourfold to 32 x 32 (28 x 28
    without their border) or eightfold, in colour `patches`; points are `ring8`; all
    repeated to the size of MNIST.

    Args:
        network: a key of `SHAPES`.
        folder: where to.

    Returns:
        The .npy file.
    """
    path = folder / f"{network}.npy"
    if path.exists():
        return path
    shape = SHAPES[network]
    if network == "toy":
        samples = load("ring8").train
    elif network == "resnet":
        samples = load("patches").train
    else:
        times = 8 if shape[0] > 32 else 4
        samples = load("digits").train.repeat(times, axis=1).repeat(times, axis=2)
        border = (8 * times - shape[0]) // 2
        samples = samples[:, border : 8 * times - border, border : 8 * times - border]
    np.save(path, np.resize(samples, (SAMPLES, *shape)))
    return path
