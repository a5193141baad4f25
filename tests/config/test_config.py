"""What a config accepts, how its blanks are filled, what a resumed run may change."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from wgan_jax import Config, resolve
from wgan_jax.config.config import FIELDS, from_stored
from wgan_jax.config.presets import Samples
from wgan_jax.errors import UserError

WORDS_OF_NUMBERS = [
    ("steps", 0, "steps is 0, but has to be at least 1"),
    ("steps", 2**31, "less than 2147483648"),
    ("batch_size", -1, "batch_size is -1, but has to be at least 1"),
    ("seed", -1, "at least 0 and less than 2147483648"),
    ("beta1", 1.0, "beta1 is 1.0, but has to be at least 0 and less than 1"),
    ("clip_limit", 0.0, "greater than 0"),
    ("penalty_weight", float("nan"), "nan, but has to be finite and greater than 0"),
    ("generator_learning_rate", float("inf"), "inf, but has to be finite"),
    ("ema_decay", -0.1, "at least 0 and less than 1"),
    ("keep", 0, "at least 1"),
    ("sample_every", -1, "at least 0"),
]
WORDS_OF_TYPES = [
    ("steps", 3.0, "int"),
    ("steps", True, "int"),
    ("steps", "3", "int"),
    ("critic_batch_norm", 1, "bool"),
    ("margin", True, "float"),
    ("margin", "1", "float"),
    ("variant", 7, "str"),
    ("network", ["mlp"], "str"),
]


def test_a_config_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().steps = 7  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(("name", "value", "words"), WORDS_OF_NUMBERS)
def test_a_number_out_of_range_says_what_was_allowed(name, value, words):
    with pytest.raises(UserError, match=words):
        Config(**{name: value})


@pytest.mark.parametrize(("name", "value", "kind"), WORDS_OF_TYPES)
def test_a_wrong_type_is_named_and_a_bool_is_no_number(name, value, kind):
    with pytest.raises(UserError, match=f"{name} is .* has to be of type {kind}"):
        Config(**{name: value})


@pytest.mark.parametrize("name", ["steps", "variant", "quiet"])
def test_what_has_no_blank_cannot_be_none(name):
    with pytest.raises(UserError, match=f"{name} is missing"):
        Config(**dict[str, Any]({name: None}))


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
def test_batch_norm_in_a_critic_judged_sample_by_sample_is_refused(variant):
    config = Config(
        variant=variant, dataset="digits", network="dcgan", critic_batch_norm=True
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
    config = resolve(Config(dataset="mine"), Samples((3,), 300))
    assert (config.network, config.batch_size) == ("toy", 256)
    with pytest.raises(UserError, match="mine has 300"):
        resolve(Config(dataset="mine", batch_size=301), Samples((3,), 300))


def test_what_the_user_said_wins_over_every_layer():
    said = {
        "network": "dcgan",
        "batch_size": 8,
        "latent_dim": 5,
        "width": 4,
        "n_critic": 2,
        "generator_learning_rate": 1e-3,
        "penalty_weight": 3.0,
        "beta1": 0.25,
    }
    config = dataclasses.asdict(resolve(Config("gp", "stacked_mnist", **said)))
    assert {name: config[name] for name in said} == said


def test_resolving_twice_changes_nothing():
    once = resolve(Config("gp", "ring8"))
    assert resolve(once) == once


def stored(**fields):
    return dataclasses.asdict(resolve(Config("gp", "digits", **fields)))


def test_a_resumed_run_keeps_its_numbers_and_takes_the_rest():
    config = from_stored(stored(seed=3), {"steps": 9000, "keep": 1, "seed": 3})
    assert (config.seed, config.steps, config.keep) == (3, 9000, 1)


@pytest.mark.parametrize(
    "name", sorted(n for n, field in FIELDS.items() if field.metadata["decides"])
)
def test_a_resumed_run_refuses_every_other_number(name):
    old = stored()
    other = {"str": "other", "bool": True, "int": 77, "float": 0.77}
    kind = next(k for k in other if k in str(FIELDS[name].type))
    with pytest.raises(UserError, match=rf"{name} \({old[name]} -> {other[kind]}\)"):
        from_stored(old, {name: other[kind]})


def test_a_field_of_another_version_is_named():
    with pytest.raises(UserError, match="unknown to this version: momentum"):
        from_stored(stored() | {"momentum": 1}, {})


def test_every_field_says_what_it_is():
    assert all(len(field.metadata["help"]) > 5 for field in FIELDS.values())
    # What a resumed run may change is a promise, so it is written out here.
    free = {n for n, field in FIELDS.items() if not field.metadata["decides"]}
    assert free == {
        *("steps", "run_dir", "data_dir", "resume", "devices", "steps_per_dispatch"),
        *("log_every", "sample_every", "checkpoint_every", "keep", "quiet"),
        *("compilation_cache", "coordinator", "num_processes", "process_id"),
    }


def test_a_float_field_takes_whole_numbers():
    assert np.isclose(Config(variant="gp", penalty_weight=10).penalty_weight or 0, 10)
