"""Names by which the field knows what is called otherwise here.

A similar spelling is no help with them: WGAN-GP is written like WGAN and is another
member. What is wrong with a name is found here; the registries stay plain tables.
"""

import re
from collections.abc import Mapping
from typing import Any

from wgan_jax.config.optimizers import OPTIMIZERS
from wgan_jax.constraints.registry import CONSTRAINTS
from wgan_jax.data import DATASETS
from wgan_jax.errors import UserError, unknown_name
from wgan_jax.networks import NETWORKS
from wgan_jax.objectives.registry import OBJECTIVES
from wgan_jax.variants import VARIANTS

REGISTRIES: dict[str, Mapping[str, Any]] = {
    "variant": VARIANTS,
    "dataset": DATASETS,
    "network": NETWORKS,
    "objective": OBJECTIVES,
    "constraint": CONSTRAINTS,
    "optimizer": OPTIMIZERS,
}
_ALIASES: dict[str, dict[str, str]] = {
    "variant": {alias: name for name, row in VARIANTS.items() for alias in row.aliases},
    # gan_toy.py's names, and two that are often cut short.
    "dataset": {
        "8gaussians": "ring8",
        "25gaussians": "grid25",
        "cifar": "cifar10",
        "fashion": "fashion_mnist",
    },
}

# Other GANs, in small letters without dashes. Written like a member's name or not, none
# of them is one, and the closest spelling would lead to another method.
OTHER_GANS = (
    *("acgan", "began", "bgan", "biggan", "cgan", "cramergan", "cyclegan"),
    *("fishergan", "infogan", "mmdgan", "progan", "ragan", "ralsgan", "rgan"),
    *("sagan", "srgan", "ssgan", "stylegan", "stylegan2", "unrolledgan", "vaegan"),
    *("veegan", "wganct", "wganqc"),
)

_RATES = "--generator-learning-rate or --critic-learning-rate"
# Option, in small letters without dashes, as other programs call it -> as it is here.
OPTION_ALIASES = {
    **dict.fromkeys(("lr", "learningrate", "stepsize"), _RATES),
    **dict.fromkeys(("glr", "lrg"), "--generator-learning-rate"),
    **dict.fromkeys(("dlr", "lrd"), "--critic-learning-rate"),
    **dict.fromkeys(("model", "gan", "method"), "--variant"),
    **dict.fromkeys(("dataroot", "datapath", "datasetdir"), "--data-dir"),
    **dict.fromkeys(("arch", "architecture", "backbone"), "--network"),
    **dict.fromkeys(("iterations", "iters", "niter", "niters"), "--steps"),
    **dict.fromkeys(("bs", "batch", "minibatch"), "--batch-size"),
    **dict.fromkeys(("gpus", "gpu", "ngpu", "ngpus", "numgpus", "device"), "--devices"),
    **dict.fromkeys(("output", "out", "outdir", "outputdir", "savedir"), "--run-dir"),
    **dict.fromkeys(("logdir", "workdir"), "--run-dir"),
    **dict.fromkeys(("continue", "load", "restore"), "--resume"),
    **dict.fromkeys(("criticiters", "diters", "ndis", "dsteps"), "--n-critic"),
    **dict.fromkeys(("nz", "zdim", "latent"), "--latent-dim"),
    **dict.fromkeys(("ngf", "ndf", "hiddendim"), "--width"),
    **dict.fromkeys(("lambda", "lambdagp", "gpweight"), "--penalty-weight"),
    **dict.fromkeys(("clip", "clipvalue"), "--clip-limit"),
    **{"b1": "--beta1", "b2": "--beta2", "ema": "--ema-decay"},
}
EPOCH_NAMES = ("epochs", "epoch", "nepochs", "numepochs", "maxepochs")


def unknown_part(kind: str, name: str) -> UserError:
    """Builds the error for a name that is not in its registry.

    Args:
        kind: a key of `REGISTRIES`.
        name: what was given.

    Returns:
        The error, which leads to what the name means elsewhere, to its row's name, or
        to similar spellings.
    """
    return unknown_name(
        kind, name, REGISTRIES[kind], hint=_hint(kind, plain_name(name))
    )


def _hint(kind: str, plain: str) -> str | None:
    own = {plain_name(row): row for row in REGISTRIES[kind]} | _ALIASES.get(kind, {})
    if plain in own:
        return f"Did you mean {own[plain]!r}?"
    if kind == "variant" and plain in OTHER_GANS:
        return "It is another method than these."
    for other, registry in REGISTRIES.items():
        for row in registry:
            if other != kind and plain_name(row) == plain:
                return f"{row!r} is {_article(other)} {other}: --{other} {row}."
    return None


def plain_name(name: str) -> str:
    """Returns a name without capitals, dashes and underscores."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _article(kind: str) -> str:
    return "an" if kind[0] in "aeiou" else "a"
