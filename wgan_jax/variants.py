"""The members of the family: objective x constraint x optimiser x update ratio.

A *member* of the family is one row of `VARIANTS`; `--variant` names it. A row holds
names and numbers only, so that `--help` and the README's table can be made from it
before anything heavy is imported; `training.recipe` turns it into functions.
"""

from collections.abc import Mapping
from typing import NamedTuple

from wgan_jax.options import Preset

DCGAN, WGAN_GP = "Radford et al. 2015", "Gulrajani et al. 2017"


def _adam(source: str, learning_rate: float, beta1: float, beta2: float) -> Preset:
    """Adam with the same step size for both networks."""
    return Preset(source, {"optimizer": "adam"} | _rates(learning_rate, beta1, beta2))


def _rates(learning_rate: float, beta1: float, beta2: float) -> dict[str, float]:
    return {
        "generator_learning_rate": learning_rate,
        "critic_learning_rate": learning_rate,
        "beta1": beta1,
        "beta2": beta2,
    }


class Variant(NamedTuple):
    """One member of the family.

    Attributes:
        objective: a name in `objectives.registry.OBJECTIVES`.
        constraint: a name in `constraints.registry.CONSTRAINTS`.
        optimizer: a name in `config.optimizers`, step sizes and decays, for every
            network without an entry in `special`.
        n_critic: critic updates for one generator update.
        paper: author, year and arXiv number.
        summary: what distinguishes it, in a few words.
        healthy: what its curves look like when all is well, one or two sentences.
        special: network -> settings that differ from the row with that network.
        aliases: what else the field calls it, in small letters without dashes.
    """

    objective: str
    constraint: str
    optimizer: Preset
    n_critic: int
    paper: str
    summary: str
    healthy: str = ""
    special: Mapping[str, Preset] = {}
    aliases: tuple[str, ...] = ()

    def presets(self, network: str) -> list[Preset]:
        """Returns the settings of the row with a network, the winning ones last."""
        parts = {"objective": self.objective, "constraint": self.constraint}
        game = Preset(self.paper, parts | {"n_critic": self.n_critic})
        special = [self.special[network]] if network in self.special else []
        return [game, self.optimizer, *special]


_TOY_SOURCE = f"{WGAN_GP}, gan_toy.py"
_TOY = Preset(_TOY_SOURCE, _rates(1e-4, 0.5, 0.9))
_PENALTY_TOY = Preset(_TOY_SOURCE, {**_TOY.settings, "penalty_weight": 0.1})
# The widely used scripts for the MLP keep DCGAN's Adam for every member.
_MLP = Preset("PyTorch-GAN, wgan_gp.py", _rates(2e-4, 0.5, 0.999))
_DCGAN_ADAM = _adam(DCGAN, 2e-4, 0.5, 0.999)
_GP_ADAM = _adam(WGAN_GP, 1e-4, 0.5, 0.9)
_GP_SPECIAL = {"toy": _PENALTY_TOY, "mlp": _MLP}
_R3GAN_32 = Preset("Huang et al. 2025, train.py, CIFAR10", {"gamma": 0.05})
_R3GAN_POINTS = Preset("", {"gamma": 0.1})
# Clipping would add nothing, and its small steps go with its small weights.
_CERTIFIED = Preset(
    "",
    {"constraint": "none", "optimizer": "adam", **_rates(1e-3, 0.5, 0.9)},
)

VARIANTS: dict[str, Variant] = {
    "gan": Variant(
        objective="minimax",
        constraint="none",
        optimizer=_DCGAN_ADAM,
        n_critic=1,
        paper="Goodfellow et al. 2014, arXiv 1406.2661",
        summary="the minimax game, with the gradient that vanishes",
        aliases=("vanilla", "vanillagan", "minimax", "minimaxgan"),
        healthy="The critic's loss stays near 2 log 2 = 1.39, where it cannot tell "
        "real from generated. Once it falls to 0, and the generator's loss rises to 0, "
        "the gradient has vanished.",
    ),
    "nsgan": Variant(
        objective="non_saturating",
        constraint="none",
        optimizer=_DCGAN_ADAM,
        n_critic=1,
        paper="Goodfellow et al. 2014, arXiv 1406.2661",
        summary="the game as played: the generator maximises log D",
        aliases=("ns", "nonsaturating", "nonsaturatinggan"),
        healthy="The critic's loss stays near 2 log 2 = 1.39 and the generator's near "
        "log 2 = 0.69. A critic's loss near 0 beside a generator's loss that climbs "
        "means that the critic has won.",
    ),
    "lsgan": Variant(
        objective="least_squares",
        constraint="none",
        optimizer=_DCGAN_ADAM,
        n_critic=1,
        paper="Mao et al. 2017, arXiv 1611.04076",
        summary="least squares on the labels 0 and 1",
        aliases=("ls", "leastsquares", "leastsquaresgan"),
        healthy="The critic's loss settles near 1/4 and the generator's near 1/8, the "
        "values where every score is 1/2. Towards 0 and 1/2 the critic has won.",
    ),
    "wgan": Variant(
        objective="wasserstein",
        constraint="clipping",
        optimizer=Preset(
            "Arjovsky et al. 2017",
            {
                "optimizer": "rmsprop",
                "generator_learning_rate": 5e-5,
                "critic_learning_rate": 5e-5,
                "beta2": 0.99,
            },
        ),
        n_critic=5,
        paper="Arjovsky et al. 2017, arXiv 1701.07875",
        summary="the earth mover's distance, weights clipped",
        aliases=("wganclip", "wganclipping", "wganwc", "clip", "wassersteingan"),
        healthy="The estimate rises for some tens of steps and then falls as the "
        "samples improve (figure 3 of the paper). The clipped fraction falls and stays "
        "far below 1.",
        special={"lipschitz_mlp": _CERTIFIED},
    ),
    "gp": Variant(
        objective="wasserstein",
        constraint="penalty",
        optimizer=_GP_ADAM,
        n_critic=5,
        paper="Gulrajani et al. 2017, arXiv 1704.00028",
        summary="the gradient norm pulled to 1 between real and fake",
        aliases=("wgangp", "gpwgan", "gpgan", "gradientpenalty", "improvedwgan"),
        healthy="The estimate peaks early, falls, and levels off while the samples "
        "still improve. With penalty weight 10 the gradient norm settles near 1; with "
        "the weight 0.1 of the toy problems it stays well above, and the estimate "
        "wanders.",
        special=_GP_SPECIAL,
    ),
    "lp": Variant(
        objective="wasserstein",
        constraint="one_sided_penalty",
        optimizer=_GP_ADAM,
        n_critic=5,
        paper="Petzka et al. 2018, arXiv 1709.08894",
        summary="only gradient norms above 1 are penalised",
        aliases=("wganlp", "lpwgan", "lipschitzpenalty"),
        healthy="The estimate peaks early, falls, and levels off while the samples "
        "still improve. The penalty stays small; the gradient norm may lie below 1, "
        "which costs nothing here.",
        special=_GP_SPECIAL,
    ),
    "sn": Variant(
        objective="hinge",
        constraint="spectral",
        optimizer=_adam("Miyato et al. 2018", 2e-4, 0.0, 0.9),
        n_critic=5,
        paper="Miyato et al. 2018, arXiv 1802.05957",
        summary="every kernel divided by its spectral norm",
        aliases=("sngan", "gansn", "wgansn", "spectralnorm", "spectralnormalization"),
        healthy="The critic's loss dips and then rises towards 2, where it cannot tell "
        "real from generated; towards 0 it has won. The generator's loss wanders "
        "around a level and says little.",
    ),
    "gn": Variant(
        objective="wasserstein",
        constraint="normalization",
        optimizer=_DCGAN_ADAM,
        n_critic=5,
        paper="Wu et al. 2021, arXiv 2109.02235",
        summary="the critic divided by its gradient norm, f / (|grad f| + |f|)",
        aliases=("gngan", "gangn", "wgangn", "gradnorm", "gradientnormalization"),
        healthy="The estimate peaks within some tens of steps, falls, and then stays "
        "level or rises slowly while the samples improve: judge by samples and "
        "evaluations. The score magnitude stays well below 1.",
        special={
            "toy": _TOY,
            "resnet": Preset(
                "Wu et al. 2021",
                {"objective": "hinge", **_rates(2e-4, 0.0, 0.9)}
                | {"critic_learning_rate": 4e-4},
            ),
        },
    ),
    "r3gan": Variant(
        objective="relativistic",
        constraint="r1_r2",
        # Where the schedules of its code start; they lower the rate to 5e-5 and gamma
        # to a tenth, and raise beta2 to .99.
        optimizer=Preset(
            "Huang et al. 2025, train.py, ImageNet-64",
            {"optimizer": "adam", **_rates(2e-4, 0.0, 0.9), "gamma": 1.0},
        ),
        n_critic=1,
        paper="Huang et al. 2025, arXiv 2501.05441",
        summary="pairs of real and generated scores, R1 and R2; not the paper's nets",
        aliases=("r3", "relativisticgan", "relativisticr1r2"),
        healthy="Both losses stay around log 2 = 0.69, where the critic cannot tell a "
        "real sample from the generated one beside it. Both penalties stay small; a "
        "critic's loss near 0 means that it has won.",
        special={"dcgan": _R3GAN_32, "resnet": _R3GAN_32, "toy": _R3GAN_POINTS},
    ),
    "dragan": Variant(
        objective="non_saturating",
        constraint="perturbed_penalty",
        optimizer=_adam("Kodali et al. 2017, DRAGAN.ipynb", 1e-4, 0.5, 0.9),
        n_critic=1,
        paper="Kodali et al. 2017, arXiv 1705.07215",
        summary="the gradient norm pulled to 1 around the real samples alone",
        aliases=("drgan",),
        healthy="The critic's loss falls towards 2 log 2 = 1.39, the penalty included, "
        "and the gradient norm around real samples settles near 1; with a penalty "
        "weight of 0.1 below it.",
    ),
    "wgan_div": Variant(
        objective="wasserstein",
        constraint="divergence",
        optimizer=_adam("PyTorch-GAN, wgan_div.py", 2e-4, 0.5, 0.999),
        n_critic=5,
        paper="Wu et al. 2018, arXiv 1712.01026",
        summary="a sixth power of the gradient norm in place of a Lipschitz critic",
        aliases=("wgandiv", "wassersteindivergence"),
        healthy="The estimate peaks early, falls, and levels off while the samples "
        "improve. The gradient norm has no target and settles below 1.",
    ),
    "ebgan": Variant(
        objective="energy_based",
        constraint="none",
        optimizer=_DCGAN_ADAM,
        n_critic=1,
        paper="Zhao et al. 2016, arXiv 1609.03126",
        summary="the critic is an autoencoder, its energy the reconstruction error",
        aliases=("eb", "energybased", "energybasedgan"),
        healthy="The critic's loss falls somewhat below the margin, its value where "
        "real and generated samples have the same energies, and stays there. Above the "
        "margin real samples have the higher energies: the margin is too large.",
    ),
}
