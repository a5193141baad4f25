"""The defaults of every (variant, dataset, network), against numbers written by hand.

The numbers are those of the papers; none is computed from the code under test.
"""

import dataclasses

import pytest

from tests.games import goes_with
from wgan_jax import Config, resolve
from wgan_jax.config.samples import SampleSpec
from wgan_jax.data import DATASETS
from wgan_jax.networks import networks_for
from wgan_jax.training.recipe import make_recipe
from wgan_jax.variants import VARIANTS

# variant -> objective, constraint, optimizer, critic updates a step
GAMES = {
    "gan": ("minimax", "none", "adam", 1),
    "nsgan": ("non_saturating", "none", "adam", 1),
    "lsgan": ("least_squares", "none", "adam", 1),
    "wgan": ("wasserstein", "clipping", "rmsprop", 5),
    "gp": ("wasserstein", "penalty", "adam", 5),
    "lp": ("wasserstein", "one_sided_penalty", "adam", 5),
    "sn": ("hinge", "spectral", "adam", 5),
    "gn": ("wasserstein", "normalization", "adam", 5),
    "ebgan": ("energy_based", "none", "adam", 1),
    "r3gan": ("relativistic", "r1_r2", "adam", 1),
    "dragan": ("non_saturating", "perturbed_penalty", "adam", 1),
    "wgan_div": ("wasserstein", "divergence", "adam", 5),
}
# variant -> generator's and critic's step size, beta1, beta2
RATES = {
    "gan": (2e-4, 2e-4, 0.5, 0.999),
    "nsgan": (2e-4, 2e-4, 0.5, 0.999),
    "lsgan": (2e-4, 2e-4, 0.5, 0.999),
    "wgan": (5e-5, 5e-5, None, 0.99),
    "gp": (1e-4, 1e-4, 0.5, 0.9),
    "lp": (1e-4, 1e-4, 0.5, 0.9),
    "sn": (2e-4, 2e-4, 0.0, 0.9),
    "gn": (2e-4, 2e-4, 0.5, 0.999),
    "ebgan": (2e-4, 2e-4, 0.5, 0.999),
    "r3gan": (2e-4, 2e-4, 0.0, 0.9),
    "dragan": (1e-4, 1e-4, 0.5, 0.9),
    "wgan_div": (2e-4, 2e-4, 0.5, 0.999),
}
RATES_BY_NETWORK = {
    ("gp", "mlp"): (2e-4, 2e-4, 0.5, 0.999),
    ("lp", "mlp"): (2e-4, 2e-4, 0.5, 0.999),
    ("gn", "toy"): (1e-4, 1e-4, 0.5, 0.9),
    ("gn", "resnet"): (2e-4, 4e-4, 0.0, 0.9),
    ("wgan", "lipschitz_mlp"): (1e-3, 1e-3, 0.5, 0.9),
    ("gn", "dcgan"): (2e-4, 2e-4, 0.0, 0.9),
    ("gp", "resnet"): (2e-4, 2e-4, 0.0, 0.9),
    ("lp", "resnet"): (2e-4, 2e-4, 0.0, 0.9),
}
# What is as wide as the critic, and makes as many samples, but for these on resnet.
GENERATORS = {"gp": (2, 0), "lp": (2, 0), "sn": (2, 256), "gn": (2, 256)}
DECAYS = {"gp": 100_000, "lp": 100_000, "sn": 50_000, "gn": 200_000}  # on resnet
WITH_BATCH_NORM = ("gan", "nsgan", "lsgan", "wgan")  # in dcgan's critic
# network -> batch, latents, width
SIZES = {
    "mlp": (64, 100, None),
    "toy": (256, 2, None),  # the width is the dataset's, below
    "dcgan": (64, 100, 64),
    "resnet": (64, 128, 128),
}
# As wide as covering the modes in about a minute needs; the papers' code has 512.
POINT_WIDTHS = {"ring8": 64, "grid25": 128, "swissroll": 128}
DEFAULT_NETWORKS = {
    "mnist": "mlp",
    "fashion_mnist": "mlp",
    "kmnist": "mlp",
    "digits": "mlp",
    "cifar10": "dcgan",
    "stacked_mnist": "dcgan",
    "patches": "dcgan",
    "emoji": "dcgan",
    "ring8": "toy",
    "grid25": "toy",
    "swissroll": "toy",
}
EVERY_TRIPLE = [
    (variant, name, network)
    for variant in VARIANTS
    for name, row in DATASETS.items()
    for network in networks_for(row.sample_shape)
    if goes_with(variant, network)
]


def test_the_family_and_its_data_are_those_of_the_tables():
    assert set(VARIANTS) == set(GAMES)
    assert set(DATASETS) == set(DEFAULT_NETWORKS)


@pytest.mark.parametrize(("variant", "dataset", "network"), EVERY_TRIPLE)
def test_defaults_are_the_papers(variant, dataset, network):
    config = resolve(Config(variant, dataset, network, preset="paper"))
    objective, *rest = GAMES[variant]
    if (variant, network) == ("gn", "resnet"):
        objective = "hinge"
    if (variant, network) == ("wgan", "lipschitz_mlp"):
        rest = ["none", "adam", rest[-1]]
    if (variant, network) == ("gn", "dcgan"):
        objective, rest = "non_saturating", [*rest[:-1], 1]
    game = (config.objective, config.constraint, config.optimizer, config.n_critic)
    assert game == (objective, *rest)
    rates = (config.generator_learning_rate, config.critic_learning_rate)
    expected = RATES_BY_NETWORK.get((variant, network), RATES[variant])
    assert (*rates, config.beta1, config.beta2) == expected
    if network == "lipschitz_mlp":
        sizes = SIZES["mlp" if len(DATASETS[dataset].sample_shape) == 3 else "toy"]
        batch_size, latent_dim, width = (*sizes[:2], 128)
    else:
        batch_size, latent_dim, width = SIZES[network]
    if (variant, network) == ("gn", "dcgan"):
        latent_dim = 128
    assert (config.batch_size, config.latent_dim) == (batch_size, latent_dim)
    assert config.width == POINT_WIDTHS.get(dataset, width)


@pytest.mark.parametrize(("variant", "dataset", "network"), EVERY_TRIPLE)
def test_only_what_has_an_effect_has_a_value(variant, dataset, network):
    config = resolve(Config(variant, dataset, network, preset="paper"))
    weight = {"toy": 0.1}.get(network, 10.0) if variant in ("gp", "lp") else None
    gamma = {"toy": 0.1, "mlp": 1.0}.get(network, 0.05) if variant == "r3gan" else None
    assert config.gamma == gamma
    lazy = ("gp", "lp", "r3gan", "dragan", "wgan_div")
    assert config.penalty_every == (1 if variant in lazy else None)
    around = (config.perturbed_weight, config.perturbed_scale)
    assert around == ((10.0, 0.5) if variant == "dragan" else (None, None))
    powers = (config.divergence_weight, config.divergence_power)
    assert powers == ((2.0, 6.0) if variant == "wgan_div" else (None, None))
    clipped = variant == "wgan" and network != "lipschitz_mlp"
    assert config.clip_limit == (0.01 if clipped else None)
    assert config.penalty_weight == weight
    assert config.margin == (1.0 if variant == "ebgan" else None)
    assert config.pulling_away == (0.1 if variant == "ebgan" else None)
    decay = DECAYS.get(variant, 0) if network == "resnet" else 0
    average = 0.9999 if variant == "gn" and network in ("dcgan", "resnet") else 0
    assert (config.decay_steps, config.ema_decay) == (decay, average)
    generator = GENERATORS.get(variant, (1, 0)) if network == "resnet" else (1, None)
    if (variant, network) == ("gn", "dcgan"):
        generator = (2, None)
    assert (config.generator_batch, config.generator_width) == generator
    pooled = (variant == "sn") if network == "resnet" else None
    assert config.sum_pooling == pooled
    # A critic of one convolution (8 x 8) has no place for it.
    batch_norm = (network, dataset) != ("dcgan", "digits") and network == "dcgan"
    assert config.critic_batch_norm == (batch_norm and variant in WITH_BATCH_NORM)


@pytest.mark.parametrize(("dataset", "network"), DEFAULT_NETWORKS.items())
def test_every_data_set_has_a_default_network(dataset, network):
    assert resolve(Config("gan", dataset)).network == network


@pytest.mark.parametrize(
    ("given", "clip_limit", "weight", "beta1"),
    [
        ({"constraint": "clipping"}, 0.01, None, 0.5),
        ({"constraint": "one_sided_penalty"}, None, 10.0, 0.5),
        ({"optimizer": "rmsprop"}, None, 10.0, None),
    ],
)
def test_another_part_brings_its_own_defaults(given, clip_limit, weight, beta1):
    config = resolve(Config("gp", "digits", **given))
    values = (config.clip_limit, config.penalty_weight, config.beta1)
    assert values == (clip_limit, weight, beta1)


@pytest.mark.parametrize("preset", ["tuned", "paper"])
@pytest.mark.parametrize(("variant", "dataset", "network"), EVERY_TRIPLE)
def test_every_preset_can_be_trained_and_is_complete(preset, variant, dataset, network):
    config = resolve(Config(variant, dataset, network, preset=preset))
    assert config.preset == preset
    assert resolve(config) == config


def test_a_preset_takes_back_what_another_part_forbids():
    penalised = resolve(Config("nsgan", "mnist", "dcgan", constraint="penalty"))
    assert not penalised.critic_batch_norm
    given = Config("gp", "cifar10", "resnet", critic_schedule="wgan2017")
    assert resolve(dataclasses.replace(given, preset="paper")).decay_steps == 0


def test_zero_turns_off_what_a_preset_turns_on():
    published = Config("gn", "cifar10", "resnet", preset="paper")
    config = resolve(dataclasses.replace(published, ema_decay=0, decay_steps=0))
    assert (config.ema_decay, config.decay_steps) == (0, 0)
    assert make_recipe(config, (32, 32, 3)).ema_decay is None


def test_the_options_of_the_resnet_reach_its_networks():
    given = Config("sn", "cifar10", "resnet", width=4)
    published = resolve(dataclasses.replace(given, preset="paper", generator_width=6))
    recipe = make_recipe(published, (32, 32, 3))
    assert (recipe.generator.width, recipe.critic.width) == (6, 4)
    assert (recipe.critic.sum_pooling, recipe.generator_batch) == (True, 2)
    recipe = make_recipe(resolve(given), (32, 32, 3))
    assert (recipe.generator.width, recipe.critic.width) == (4, 4)
    assert (recipe.critic.sum_pooling, recipe.generator_batch) == (False, 1)


def test_the_papers_width_is_one_option_away_and_that_of_other_points():
    assert resolve(Config("gp", "ring8", width=512)).width == 512
    assert resolve(Config(dataset="mine"), SampleSpec((3,), 300)).width == 512
