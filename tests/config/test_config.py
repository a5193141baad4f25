"""What a config accepts, field by field."""

import dataclasses
import inspect
from typing import Any

import numpy as np
import pytest

from wgan_jax import Config
from wgan_jax.config import FIELDS
from wgan_jax.config import config as config_module
from wgan_jax.config.presets import every_option
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


def test_type_checkers_are_told_of_every_option_that_the_rows_declare():
    source = inspect.getsource(config_module)
    for name, option in every_option().items():
        assert f"{name}: {type(option.default).__name__} | None" in source
