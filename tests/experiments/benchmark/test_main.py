"""The command: words and options, bad names, and a ratio that falls in two looks."""

import numpy as np
import pytest

from experiments.benchmark import __main__ as command
from experiments.benchmark import cases, machine, report, rounds

MACHINE = {"device": "cpu", "versions": {"Python": "3.12.1"}}


@pytest.fixture
def looks(monkeypatch):
    """What measurements will find, in order; 2.0 is on file."""
    found: list[float] = []
    tuned = {"torch": {"form": "eager"}, "ratio": {"median": 2.0}}
    filed = {"cases": [{"network": "toy", "variant": "gn", "tuned": tuned}]}
    monkeypatch.setattr(machine, "describe", lambda *arguments: MACHINE)
    monkeypatch.setattr(machine, "require_torch", lambda python: None)
    monkeypatch.setattr(machine, "has_gpu", lambda: False)
    monkeypatch.setattr(report, "load_result", {"speed-cpu-py3.12": filed}.__getitem__)
    monkeypatch.setattr(
        rounds,
        "measure_pair",
        lambda *arguments: {"ratio": {"median": found.pop(0)}},
    )
    return found


@pytest.mark.parametrize("word", ["--check", "check"])
@pytest.mark.parametrize(
    ("found", "code"), [([1.9], 0), ([1.5, 1.8], 0), ([1.5, 1.6], 1)]
)
def test_check_fails_when_a_ratio_falls_twice(looks, found, code, word, capsys) -> None:
    looks += found
    assert command.main([word, "--networks", "toy", "--variants", "gn"]) == code
    assert looks == []
    assert ("twice: toy/gn" in capsys.readouterr().out) == (code == 1)


@pytest.mark.parametrize(
    ("word", "options"),
    [
        ("speed", []),
        ("check", ["--check"]),
        ("startup", ["--startup"]),
        ("sizes", ["--scaling"]),
        ("options", ["--options"]),
        ("page", ["--page"]),
    ],
)
def test_a_word_stands_for_its_option(word, options) -> None:
    rest = ["--quick", "--rounds", "3"]
    spoken, meant = (vars(command._parse(w + rest)) for w in ([word], options))
    shown = f"python -m experiments.benchmark {word} --quick --rounds 3"
    assert spoken == meant | {"command": shown}


@pytest.mark.parametrize("words", [["check", "--startup"], ["chekc"]])
def test_other_words_are_refused(words, capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(words)
    assert words[-1] in capsys.readouterr().err


@pytest.mark.parametrize("given", ["--torch-python=/a/python", "--torch-python /a/py"])
def test_commands_on_file_name_no_path(given) -> None:
    shown = command._parse(["--dry", *given.split(), "--quick"]).command
    assert shown.replace("=", " ").endswith("--dry --torch-python PYTHON --quick")


def test_unknown_names_are_refused(capsys) -> None:
    assert command.main(["--variants", "gn,pg"]) == 2
    assert "gp" in capsys.readouterr().err


def test_missing_torch_is_refused_at_once(monkeypatch, capsys) -> None:
    monkeypatch.setattr(machine, "_torch", lambda python: {"torch": "not installed"})
    assert command.main(["--quick"]) == 2
    assert "--torch-python" in capsys.readouterr().err


def test_samples_have_the_shape_and_number_of_mnist(tmp_path) -> None:
    for network in ("mlp", "toy"):
        samples = np.load(cases.write_samples(network, tmp_path))
        assert samples.shape == (60_000, *cases.SHAPES[network])
        assert samples.std() > 0
