"""The members of the family: objective x constraint x optimiser x update ratio.

A *member* of the family is one row of `VARIANTS`; `--variant` names it. A row holds
names and numbers only, so that `--help` and the README's table can be made from it
before anything heavy is imported; `training.recipe` turns it into functions.
"""

from collections.abc import Mapping
from typing import NamedTuple

from wgan_jax.options import Option

_BETA1 = Option("beta1", 0.5, "Adam's first decay", at_least=0, below=1)
_BETA2 = Option(
    "beta2", 0.999, "Adam's or RMSprop's decay of squares", at_least=0, below=1
)

# Optimiser -> the numbers that it takes, with defaults for where no row sets them.
OPTIMIZERS: dict[str, tuple[Option, ...]] = {
    "adam": (_BETA1, _BETA2),  # Radford et al. 2015
    # The same option as Adam's, hence one field of `Config`, with PyTorch's default.
    "rmsprop": (_BETA2._replace(default=0.99),),
    "sgd": (),
}


class Optimizer(NamedTuple):
    """An optimiser's name and numbers, by the names of `Config`'s fields.

    Attributes:
        optimizer: a name in `OPTIMIZERS`.
        generator_learning_rate: step size of the generator, > 0.
        critic_learning_rate: step size of the critic, > 0.
        beta1: decay of the mean of gradients, in [0, 1); None without one.
        beta2: decay of the mean of squared gradients, in [0, 1); None without one.
    """

    optimizer: str
    generator_learning_rate: float
    critic_learning_rate: float
    beta1: float | None = None
    beta2: float | None = None


def _adam(learning_rate: float, beta1: float, beta2: float) -> Optimizer:
    """Adam with the same step size for both networks."""
    return Optimizer("adam", learning_rate, learning_rate, beta1, beta2)


class Variant(NamedTuple):
    """One member of the family.

    Attributes:
        objective: a name in `objectives.registry.OBJECTIVES`.
        constraint: a name in `constraints.registry.CONSTRAINTS`.
        optimizer: what the paper uses, for every network without an entry in `special`.
        n_critic: critic updates for one generator update.
        paper: author, year and arXiv number.
        summary: what distinguishes it, in a few words.
        special: network -> settings that differ from the row with that network, by the
            names of `Config`'s fields.
    """

    objective: str
    constraint: str
    optimizer: Optimizer
    n_critic: int
    paper: str
    summary: str
    special: Mapping[str, Mapping[str, float | str]] = {}


# The toy problems of Gulrajani et al. 2017 (their gan_toy.py): Adam 1e-4 (.5, .9),
# batch 256, penalty weight .1.
_TOY: dict[str, float | str] = {
    "generator_learning_rate": 1e-4,
    "critic_learning_rate": 1e-4,
    "beta1": 0.5,
    "beta2": 0.9,
}
# The widely used scripts for the MLP keep DCGAN's Adam for every member.
_MLP: dict[str, float | str] = {
    "generator_learning_rate": 2e-4,
    "critic_learning_rate": 2e-4,
    "beta1": 0.5,
    "beta2": 0.999,
}
_DCGAN_ADAM = _adam(2e-4, 0.5, 0.999)  # Radford et al. 2015, arXiv 1511.06434
_GP_ADAM = _adam(1e-4, 0.5, 0.9)
_PENALTY_TOY = _TOY | {"penalty_weight": 0.1}
_GP_SPECIAL = {"toy": _PENALTY_TOY, "mlp": _MLP}

VARIANTS: dict[str, Variant] = {
    "gan": Variant(
        objective="minimax",
        constraint="none",
        optimizer=_DCGAN_ADAM,
        n_critic=1,
        paper="Goodfellow et al. 2014, arXiv 1406.2661",
        summary="the minimax game, with the gradient that vanishes",
    ),
    "nsgan": Variant(
        objective="non_saturating",
        constraint="none",
        optimizer=_DCGAN_ADAM,
        n_critic=1,
        paper="Goodfellow et al. 2014, arXiv 1406.2661",
        summary="the game as played: the generator maximises log D",
    ),
    "lsgan": Variant(
        objective="least_squares",
        constraint="none",
        optimizer=_DCGAN_ADAM,
        n_critic=1,
        paper="Mao et al. 2017, arXiv 1611.04076",
        summary="least squares on the labels 0 and 1",
    ),
    "wgan": Variant(
        objective="wasserstein",
        constraint="clipping",
        optimizer=Optimizer("rmsprop", 5e-5, 5e-5, beta2=0.99),
        n_critic=5,
        paper="Arjovsky et al. 2017, arXiv 1701.07875",
        summary="the earth mover's distance, weights clipped",
    ),
    "gp": Variant(
        objective="wasserstein",
        constraint="penalty",
        optimizer=_GP_ADAM,
        n_critic=5,
        paper="Gulrajani et al. 2017, arXiv 1704.00028",
        summary="the gradient norm pulled to 1 between real and fake",
        special=_GP_SPECIAL,
    ),
    "lp": Variant(
        objective="wasserstein",
        constraint="one_sided_penalty",
        optimizer=_GP_ADAM,
        n_critic=5,
        paper="Petzka et al. 2018, arXiv 1709.08894",
        summary="only gradient norms above 1 are penalised",
        special=_GP_SPECIAL,
    ),
    "sn": Variant(
        objective="hinge",
        constraint="spectral",
        optimizer=_adam(2e-4, 0.0, 0.9),
        n_critic=5,
        paper="Miyato et al. 2018, arXiv 1802.05957",
        summary="every kernel divided by its spectral norm",
    ),
    "gn": Variant(
        objective="wasserstein",
        constraint="normalization",
        optimizer=_DCGAN_ADAM,
        n_critic=5,
        paper="Wu et al. 2021, arXiv 2109.02235",
        summary="the critic divided by its gradient norm, f / (|grad f| + |f|)",
        special={
            "toy": _TOY,
            "resnet": {
                "objective": "hinge",
                "generator_learning_rate": 2e-4,
                "critic_learning_rate": 4e-4,
                "beta1": 0.0,
                "beta2": 0.9,
            },
        },
    ),
    "ebgan": Variant(
        objective="energy_based",
        constraint="none",
        optimizer=_DCGAN_ADAM,
        n_critic=1,
        paper="Zhao et al. 2016, arXiv 1609.03126",
        summary="the critic is an autoencoder, its energy the reconstruction error",
    ),
}
