"""How the blanks of a config are filled, and which combinations are refused."""

import dataclasses

import pytest

from wgan_jax import Config, resolve
from wgan_jax.config import FIELDS, ResolvedConfig
from wgan_jax.config.fields import fields_of
from wgan_jax.config.samples import SampleSpec
from wgan_jax.errors import UserError


@pytest.mark.parametrize(
    "large",
    [
        {"decay_steps": 2**30, "n_critic": 2},
        {"steps": 2**29, "n_critic": 4},
        {"steps_per_dispatch": 2**20, "n_critic": 2**7, "batch_size": 2**4},
    ],
)
def test_products_are_numbers_of_int32_too(large):
    first, *_ = large
    with pytest.raises(UserError, match="is 2147483648 .* less than 2147483648: cho"):
        resolve(Config(dataset="ring8", **large))
    resolve(Config(dataset="ring8", **{**large, first: large[first] - 1}))


@pytest.mark.parametrize(
    ("fields", "close"),
    [
        ({"variant": "nsgn"}, "nsgan"),
        ({"dataset": "mnsit"}, "mnist"),
        ({"network": "resnt"}, "resnet"),
        ({"objective": "hing"}, "hinge"),
        ({"constraint": "cliping"}, "clipping"),
        ({"optimizer": "adm"}, "adam"),
        ({"critic_schedule": "wgan"}, "wgan2017"),
    ],
)
def test_an_unknown_name_gets_its_closest_match(fields, close):
    with pytest.raises(UserError, match=f"Did you mean '{close}'"):
        resolve(Config(**fields))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"variant": "gp", "clip_limit": 0.1}, "clip_limit has no effect.*'penalty'"),
        ({"variant": "wgan", "penalty_weight": 1.0}, "only penalty and one_sided"),
        ({"variant": "gn", "clip_limit": 1.0}, "and only clipping uses it"),
        ({"variant": "wgan", "beta1": 0.5}, "beta1 has no effect.*'rmsprop'"),
        ({"variant": "gan", "margin": 1.0}, "margin has no effect"),
        ({"variant": "gan", "pulling_away": 0.0}, "pulling_away has no effect"),
        ({"optimizer": "sgd", "beta2": 0.9}, "beta2 has no effect.*'sgd'"),
    ],
)
def test_an_option_without_effect_is_refused(fields, words):
    with pytest.raises(UserError, match=words):
        resolve(Config(dataset="digits", **fields))


@pytest.mark.parametrize("variant", ["gp", "lp", "gn"])
def test_batch_norm_in_a_critic_looked_at_sample_by_sample_is_refused(variant):
    config = Config(
        variant=variant, dataset="cifar10", network="dcgan", critic_batch_norm=True
    )
    with pytest.raises(UserError, match="every score depend on the whole batch"):
        resolve(config)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"dataset": "ring8", "network": "dcgan"}, "Networks that fit: toy"),
        ({"dataset": "digits", "network": "toy"}, "Networks that fit: mlp, dcgan"),
        ({"dataset": "digits", "network": "resnet"}, "32x32"),
        ({"dataset": "digits", "width": 8}, "has no width to set"),
        (
            {"dataset": "digits", "network": "dcgan", "critic_batch_norm": True}
            | {"variant": "nsgan"},
            "at 8x8 it has a single convolution",
        ),
        (
            {"dataset": "stacked_mnist", "variant": "sn", "critic_batch_norm": True},
            "so that the bound is void",
        ),
        ({"dataset": "digits", "batch_size": 1501}, "has 1500 training samples"),
        ({"variant": "ebgan", "constraint": "normalization"}, "compared with a margin"),
        (
            {"critic_schedule": "wgan2017", "decay_steps": 9},
            "decay_steps counts critic updates",
        ),
    ],
)
def test_an_impossible_combination_is_refused_with_its_reason(fields, words):
    with pytest.raises(UserError, match=words):
        resolve(Config(**fields))


def test_a_batch_of_the_whole_data_set_is_allowed():
    assert resolve(Config(dataset="digits", batch_size=1500)).batch_size == 1500


def test_samples_of_ones_own_decide_network_and_largest_batch():
    config = resolve(Config(dataset="mine"), SampleSpec((3,), 300))
    assert (config.network, config.batch_size) == ("toy", 256)
    with pytest.raises(UserError, match="mine has 300"):
        resolve(Config(dataset="mine", batch_size=301), SampleSpec((3,), 300))


def test_what_is_given_wins_over_every_layer():
    given = {
        "network": "dcgan",
        "batch_size": 8,
        "latent_dim": 5,
        "width": 4,
        "n_critic": 2,
        "generator_learning_rate": 1e-3,
        "penalty_weight": 3.0,
        "beta1": 0.25,
    }
    config = dataclasses.asdict(resolve(Config("gp", "stacked_mnist", **given)))
    assert {name: config[name] for name in given} == given


def test_resolving_twice_changes_nothing():
    once = resolve(Config("gp", "ring8"))
    assert resolve(once) == once


def test_what_resolve_returns_has_no_blank_where_a_run_needs_a_value():
    resolved = resolve(Config("gp", "ring8"))
    assert isinstance(resolved, ResolvedConfig)
    needed = {n for n, f in fields_of(ResolvedConfig).items() if not f.optional}
    blank = {n for n, f in FIELDS.items() if f.optional}
    assert needed & blank == {
        *("preset", "network", "objective", "constraint", "batch_size", "n_critic"),
        *("generator_batch", "latent_dim", "optimizer", "generator_learning_rate"),
        *("critic_learning_rate", "critic_batch_norm", "decay_steps", "ema_decay"),
    }
    with pytest.raises(UserError, match="network is missing"):
        ResolvedConfig("gp", "ring8", preset="paper")


@pytest.mark.parametrize(
    ("optimizer", "betas"), [("adam", (0.5, 0.999)), ("rmsprop", (None, 0.99))]
)
@pytest.mark.parametrize("variant", ["wgan", "gp", "sn"])
def test_an_optimizer_that_no_row_names_has_decays_of_its_own(
    variant, optimizer, betas
):
    # Not those of the row's optimiser: RMSprop has no first decay to hand on.
    config = resolve(Config(variant, "digits", optimizer=optimizer))
    if resolve(Config(variant, "digits")).optimizer != optimizer:
        assert (config.beta1, config.beta2) == betas


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"network": "dcgan", "generator_width": 8}, "and only resnet uses it"),
        (
            {"network": "dcgan", "generator_batch": 0},
            "generator_batch is 0.*at least 1",
        ),
        (
            {"variant": "ebgan", "network": "resnet", "sum_pooling": True},
            "no pooled map",
        ),
    ],
)
def test_options_of_the_generator_that_nothing_can_use_are_refused(fields, message):
    with pytest.raises(UserError, match=message):
        resolve(Config(dataset="cifar10", **fields))
