"""The command: bad names are refused, and a ratio counts as fallen after two looks."""

import numpy as np
import pytest

from experiments import bench_cases, bench_machine, bench_report, bench_rounds
from experiments.benchmark import main

MACHINE = {"device": "cpu", "versions": {"Python": "3.12.1"}}


@pytest.fixture
def looks(monkeypatch):
    """What measurements will find, in order; 2.0 is on file."""
    found: list[float] = []
    tuned = {"torch": {"form": "eager"}, "ratio": {"median": 2.0}}
    filed = {"cases": [{"network": "toy", "variant": "gn", "tuned": tuned}]}
    monkeypatch.setattr(bench_machine, "describe", lambda *arguments: MACHINE)
    monkeypatch.setattr(bench_machine, "require_torch", lambda python: None)
    monkeypatch.setattr(bench_report, "load_result", lambda name: filed)
    monkeypatch.setattr(
        bench_rounds,
        "measure_pair",
        lambda *arguments: {"ratio": {"median": found.pop(0)}},
    )
    return found


@pytest.mark.parametrize(
    ("found", "code"), [([1.9], 0), ([1.5, 1.8], 0), ([1.5, 1.6], 1)]
)
def test_check_fails_when_a_ratio_falls_twice(looks, found, code, capsys) -> None:
    looks += found
    assert main(["--check", "--networks", "toy", "--variants", "gn"]) == code
    assert looks == []
    assert ("twice: toy/gn" in capsys.readouterr().out) == (code == 1)


def test_unknown_names_are_refused(capsys) -> None:
    assert main(["--variants", "gn,pg"]) == 2
    assert "gp" in capsys.readouterr().err


def test_missing_torch_is_refused_at_once(monkeypatch, capsys) -> None:
    monkeypatch.setattr(
        bench_machine, "_torch", lambda python: {"torch": "not installed"}
    )
    assert main(["--quick"]) == 2
    assert "--torch-python" in capsys.readouterr().err


def test_samples_have_the_shape_and_number_of_mnist(tmp_path) -> None:
    for network in ("mlp", "toy"):
        samples = np.load(bench_cases.write_samples(network, tmp_path))
        assert samples.shape == (60_000, *bench_cases.SHAPES[network])
        assert samples.std() > 0
