"""`wgan-jax` and `python -m wgan_jax`: four commands behind one."""

import subprocess
import sys
import types
from pathlib import Path

import pytest

import wgan_jax
from wgan_jax import __main__ as dispatcher
from wgan_jax.commands import version_line

ROOT = Path(__file__).parents[1]


@pytest.fixture
def calls(monkeypatch):
    """What was called: (command, words); every command answers with 3."""
    called = []

    def answer(module):
        def main(words):
            called.append((module, words))
            return 3

        return types.SimpleNamespace(main=main)

    monkeypatch.setattr(dispatcher, "import_module", answer)
    return called


@pytest.mark.parametrize(
    ("words", "module", "rest"),
    [
        ("run --variant gn", "run", ["--variant", "gn"]),
        ("train --steps 3", "run", ["--steps", "3"]),
        ("sample RUN --count 3", "sample", ["RUN", "--count", "3"]),
        ("evaluate RUN", "evaluate", ["RUN"]),
        ("compare A B", "compare", ["A", "B"]),
        # As it was written when training was the only command.
        ("--variant gn", "run", ["--variant", "gn"]),
        ("run --help", "run", ["--help"]),
    ],
)
def test_each_command_gets_its_words_and_gives_its_code(words, module, rest, calls):
    assert dispatcher.main(words.split()) == 3
    assert calls == [(f"wgan_jax.{module}", rest)]


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]])
def test_an_overview_has_an_example_of_each(words, calls, capsys):
    assert dispatcher.main(words) == 0
    printed = capsys.readouterr().out
    for name in ("run", "sample", "evaluate", "compare"):
        assert f"wgan-jax {name} " in printed
    assert max(map(len, printed.splitlines())) <= 80
    assert not calls


def test_a_misspelt_command_is_answered_with_the_closest(calls, capsys):
    assert dispatcher.main(["evalute", "RUN"]) == 2
    assert "unknown command 'evalute'. Did you mean 'evaluate'?" in (
        capsys.readouterr().err
    )
    assert not calls


def test_versions_are_named_everywhere(capsys):
    from wgan_jax import run

    assert dispatcher.main(["--version"]) == 0
    assert run.main(["--version"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second == version_line()
    assert f"wgan_jax {wgan_jax.__version__} (jax " in first
    assert "Python 3." in first


def bare_python(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    """A Python without third-party packages, in the folder of a clone."""
    return subprocess.run(
        [sys.executable, "-S", *words],
        cwd=cwd,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


INSTALL = "python3 -m venv .venv && .venv/bin/pip install -e ."


@pytest.mark.parametrize(
    "words",
    ["wgan_jax.run", "wgan_jax run", "wgan_jax.evaluate RUN", "wgan_jax compare RUN"],
)
def test_without_the_environment_the_missing_package_is_named(words):
    done = bare_python("-m", *words.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert "wgan_jax: the package 'numpy' is not installed for " in done.stderr
    assert INSTALL in done.stderr
    assert INSTALL in (ROOT / "README.md").read_text("utf-8")
    assert "Traceback" not in done.stderr


def test_without_the_environment_python_says_the_same():
    code = "import wgan_jax; print(wgan_jax.__version__); wgan_jax.train"
    done = bare_python("-c", code)
    assert (done.returncode, done.stdout) == (1, f"{wgan_jax.__version__}\n")
    last = done.stderr.partition("ModuleNotFoundError: ")[2]
    assert last.startswith("the package 'jax' is not installed for ")
    assert INSTALL in last


def test_a_module_of_ours_that_is_missing_is_a_bug_and_shown_as_one(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name, name=name)

    monkeypatch.setattr(dispatcher, "import_module", missing)
    with pytest.raises(ModuleNotFoundError):
        dispatcher.main(["run"])
