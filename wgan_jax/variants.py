"""The map of the family: one row a member, objective x constraint x optimiser x ratio.

A row holds names and numbers only, so that `--help` and the README's table can be made
from it before anything heavy is imported. `recipe.py` turns a row into functions.
"""

from typing import NamedTuple


class Optimizer(NamedTuple):
    """An optimiser's name and numbers.

    Attributes:
        name: `adam` or `rmsprop`.
        generator_learning_rate: step size of the generator, > 0.
        critic_learning_rate: step size of the critic, > 0.
        beta1: decay of the mean of gradients (Adam), in [0, 1).
        beta2: decay of the mean of squared gradients (Adam, RMSprop), in [0, 1).
    """

    name: str
    generator_learning_rate: float
    critic_learning_rate: float
    beta1: float
    beta2: float


def adam(learning_rate: float, beta1: float, beta2: float) -> Optimizer:
    """Adam with the same step size for both players."""
    return Optimizer("adam", learning_rate, learning_rate, beta1, beta2)


class Variant(NamedTuple):
    """One member of the family.

    Attributes:
        objective: a name in `recipe.OBJECTIVES`.
        constraint: a name in `recipe.CONSTRAINTS`.
        optimizer: what the paper uses, for every network without an entry in `special`.
        n_critic: critic updates for one generator update.
        paper: author, year and arXiv number.
        summary: what sets it apart, in a few words.
        special: network -> settings that differ from the row with that network, by the
            names of `Config`'s fields.
    """

    objective: str
    constraint: str
    optimizer: Optimizer
    n_critic: int
    paper: str
    summary: str
    special: dict[str, dict[str, float | str]]


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
_DCGAN_ADAM = adam(2e-4, 0.5, 0.999)  # Radford et al. 2015, arXiv 1511.06434
_GP_ADAM = adam(1e-4, 0.5, 0.9)
_PENALTY_TOY = _TOY | {"penalty_weight": 0.1}
_GP_SPECIAL = {"toy": _PENALTY_TOY, "mlp": _MLP}

VARIANTS: dict[str, Variant] = {
    "gan": Variant(
        "minimax",
        "none",
        _DCGAN_ADAM,
        1,
        "Goodfellow et al. 2014, arXiv 1406.2661",
        "the minimax game, with the gradient that vanishes",
        {},
    ),
    "nsgan": Variant(
        "non_saturating",
        "none",
        _DCGAN_ADAM,
        1,
        "Goodfellow et al. 2014, arXiv 1406.2661",
        "the game as played: the generator maximises log D",
        {},
    ),
    "lsgan": Variant(
        "least_squares",
        "none",
        _DCGAN_ADAM,
        1,
        "Mao et al. 2017, arXiv 1611.04076",
        "least squares on the labels 0 and 1",
        {},
    ),
    "wgan": Variant(
        "wasserstein",
        "clipping",
        Optimizer("rmsprop", 5e-5, 5e-5, 0.0, 0.99),
        5,
        "Arjovsky et al. 2017, arXiv 1701.07875",
        "the earth mover's distance, weights clipped",
        {},
    ),
    "gp": Variant(
        "wasserstein",
        "penalty",
        _GP_ADAM,
        5,
        "Gulrajani et al. 2017, arXiv 1704.00028",
        "the gradient norm pulled to 1 between real and fake",
        _GP_SPECIAL,
    ),
    "lp": Variant(
        "wasserstein",
        "one_sided_penalty",
        _GP_ADAM,
        5,
        "Petzka et al. 2018, arXiv 1709.08894",
        "only gradient norms above 1 are penalised",
        _GP_SPECIAL,
    ),
    "sn": Variant(
        "hinge",
        "spectral",
        adam(2e-4, 0.0, 0.9),
        5,
        "Miyato et al. 2018, arXiv 1802.05957",
        "every kernel divided by its spectral norm",
        {},
    ),
    "gn": Variant(
        "wasserstein",
        "normalization",
        _DCGAN_ADAM,
        5,
        "Wu et al. 2021, arXiv 2109.02235",
        "the critic divided by its gradient norm, f / (|grad f| + |f|)",
        {
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
        "energy_based",
        "none",
        _DCGAN_ADAM,
        1,
        "Zhao et al. 2016, arXiv 1609.03126",
        "the critic is an autoencoder, its energy the reconstruction error",
        {},
    ),
}
