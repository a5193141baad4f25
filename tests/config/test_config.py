"""What a config accepts and how its blanks are filled."""

import dataclasses
import inspect
from typing import Any

import numpy as np
import pytest

from wgan_jax import Config, resolve
from wgan_jax.config import FIELDS, ResolvedConfig
from wgan_jax.config import config as config_module
from wgan_jax.config.fields import fields_of
from wgan_jax.config.presets import every_option
from wgan_jax.config.samples import SampleSpec
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
    ("keep", 10**400, "about 401 digits, but has to be at least 1 and less than"),
    ("steps_per_dispatch", 2**31, "at least 1 and less than 2147483648"),
    ("beta2", 0.9999999999, "less than 1 also in float32, where it is 1.$"),
    ("ema_decay", 1 - 2**-25, "also in float32, where it is 1"),
    ("clip_limit", 1e300, "greater than 0 also in float32, where it is inf"),
    ("penalty_weight", 1e-40, "also in float32, where it is 0"),
    ("pulling_away", 1e-300, "also in float32, where it is 0"),
    ("generator_learning_rate", 10**400, "has to be finite and greater than 0"),
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


WHOLE = [name for name, field in FIELDS.items() if field.kind is int]


@pytest.mark.parametrize("name", WHOLE)
def test_every_whole_number_is_one_of_int32(name):
    assert FIELDS[name].bounds.below is not None
    for value in (2**31, 2**64, 10**400):
        with pytest.raises(UserError, match=rf"^{name} is .* less than \d+\.$"):
            Config(**{name: value})


def test_what_float32_holds_is_taken_to_its_edges():
    edges = {"beta2": 1 - 2**-24, "clip_limit": 2.0**-126, "penalty_weight": 3.4e38}
    taken = Config(**edges, pulling_away=0.0, beta1=0)
    assert {name: getattr(taken, name) for name in edges} == edges
    assert (taken.pulling_away, taken.beta1) == (0, 0)


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
    ("value", "words"), [("a\0b", "a NUL character"), ("r\udcff", "no UTF-8")]
)
@pytest.mark.parametrize("name", ["run_dir", "data_dir", "compilation_cache"])
def test_a_name_that_no_file_can_have_is_refused(name, value, words):
    with pytest.raises(UserError, match=rf"^{name} is '.*\\.*', but .*{words}"):
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


def test_every_field_says_what_it_is():
    assert all(len(field.help) > 5 for field in FIELDS.values())
    # What a resumed run may change is a promise, so it is written out here.
    free = {n for n, field in FIELDS.items() if not field.fixed_on_resume}
    assert free == {
        *("steps", "run_dir", "data_dir", "resume", "devices", "steps_per_dispatch"),
        *("log_every", "sample_every", "checkpoint_every", "keep", "quiet"),
        *("compilation_cache", "coordinator", "num_processes", "process_id"),
        *("evaluate_every", "best"),
    }


def test_a_float_field_takes_whole_numbers():
    assert np.isclose(Config(variant="gp", penalty_weight=10).penalty_weight or 0, 10)


def test_what_resolve_returns_has_no_blank_where_a_run_needs_a_value():
    resolved = resolve(Config("gp", "ring8"))
    assert isinstance(resolved, ResolvedConfig)
    needed = {n for n, f in fields_of(ResolvedConfig).items() if not f.optional}
    blank = {n for n, f in FIELDS.items() if f.optional}
    assert needed & blank == {
        *("preset", "network", "objective", "constraint", "batch_size", "n_critic"),
        *("latent_dim", "optimizer", "generator_learning_rate"),
        *("critic_learning_rate", "critic_batch_norm", "decay_steps", "ema_decay"),
    }
    with pytest.raises(UserError, match="network is missing"):
        ResolvedConfig("gp", "ring8", preset="paper")


def test_type_checkers_are_told_of_every_option_that_the_rows_declare():
    source = inspect.getsource(config_module)
    for name, option in every_option().items():
        assert f"{name}: {type(option.default).__name__} | None" in source


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
