"""Errors carry their exit code and everything that the user needs."""

import pytest

from wgan_jax.errors import DivergedError, UserError, unknown_name


def test_exit_codes_are_the_documented_ones():
    assert UserError("x").exit_code == 2
    assert DivergedError("x").exit_code == 3


def test_an_unknown_name_gets_its_closest_match_and_all_that_were_right():
    error = unknown_name("variant", "ganz", ["gan", "wgan"])
    expected = "unknown variant 'ganz'. Did you mean 'gan'? Choose from: gan, wgan."
    assert str(error) == expected


def test_nothing_close_is_not_guessed():
    assert "Did you mean" not in str(unknown_name("variant", "zzz", ["gan", "wgan"]))


def test_it_is_a_value_error_so_that_library_code_can_catch_it():
    with pytest.raises(ValueError, match="unknown"):
        raise unknown_name("dataset", "a", ["b"])
