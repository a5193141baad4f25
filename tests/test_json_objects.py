"""JSON of anybody: how deep it may be, and what is said of the rest."""

import pytest

from wgan_jax.json_objects import MAX_DEPTH, parse_object


def nested(depth: int) -> bytes:
    return b'{"a": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_an_object_comes_back():
    assert parse_object(b'{"a": [1, {"b": "\\u00e4"}]}') == {"a": [1, {"b": "\u00e4"}]}
    assert parse_object(nested(MAX_DEPTH))["a"]


# How deep json itself gets depends on the version of Python.
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 1000, 100_000])
def test_what_is_nested_deeper_is_one_error(depth):
    with pytest.raises(ValueError, match="nested too deeply, more than 64 levels"):
        parse_object(nested(depth))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[]", "a JSON list, not an object"),
        (b"{", r"not JSON \(Expecting"),
        (b"\xff\xfe{", "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)
def test_what_is_no_object_is_said(data, words):
    with pytest.raises(ValueError, match=words):
        parse_object(data)
