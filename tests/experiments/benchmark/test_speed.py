"""Which form of PyTorch is taken."""

from typing import Any

import pytest

from experiments.benchmark import speed


@pytest.fixture
def speeds(monkeypatch) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    monkeypatch.setattr(speed, "_try", lambda side, _: found[side].pop(0))
    return found


def test_a_form_is_taken_by_the_median_of_its_trials(speeds) -> None:
    speeds |= {"eager": [60.0, 59.0, 61.0], "compiled": [75.0, 45.0, 50.0]}
    trials = speed._try_all({"a": "eager", "b": "compiled"}, 1.0)  # pyright: ignore
    assert trials == {"a": 60.0, "b": 50.0}
    assert speed._fastest(None, trials) == "a"  # pyright: ignore


def test_a_form_that_fails_once_is_out(speeds) -> None:
    speeds |= {"eager": [60.0, 59.0, 61.0], "compiled": [75.0, "no memory"]}
    trials = speed._try_all({"a": "eager", "b": "compiled"}, 1.0)  # pyright: ignore
    assert trials == {"a": 60.0, "b": "no memory"}
