"""An error that nobody foresaw is one line; its traceback is there when asked for."""

import importlib
import os
import subprocess
import sys

import pytest

from wgan_jax import commands

COMMANDS = {
    "run": ("_run", []),
    "sample": ("_sample", []),
    "evaluate": ("_evaluate", []),
    "compare": ("_compare", []),
    "__main__": ("_dispatch", ["run"]),
}


@pytest.fixture
def broken(monkeypatch, request):
    """A command whose work fails in a way that nobody foresaw."""
    name, words = COMMANDS[request.param]
    module = importlib.import_module(f"wgan_jax.{request.param}")

    def work(given):
        assert "--traceback" not in given
        {}["never foreseen"]

    # Restored after the test, whatever the command sets.
    monkeypatch.setenv(commands.TRACEBACK, "")
    monkeypatch.setattr(module, name, work)
    return module.main, words


@pytest.mark.parametrize("broken", COMMANDS, indirect=True)
def test_a_bug_is_one_line_with_type_and_place(broken, capsys):
    main, words = broken
    assert main(words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("wgan_jax: KeyError in wgan_jax/")
    assert "never foreseen" in line
    assert "This is a bug: run again with --traceback and report it." in line


@pytest.mark.parametrize("broken", COMMANDS, indirect=True)
def test_with_traceback_the_error_comes_through(broken, capsys):
    main, words = broken
    with pytest.raises(KeyError, match="never foreseen"):
        main([*words, "--traceback"])
    assert "bug" not in capsys.readouterr().err


def test_the_suite_sees_real_errors():
    assert os.environ[commands.TRACEBACK]

    def work():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        commands.run_command(work)


# As JAX words them when it is imported.
@pytest.mark.parametrize(
    "words",
    [
        "invalid truth value 'x' for environment 'JAX_DEBUG_NANS'",
        'Invalid value "x" for JAX flag jax_default_matmul_precision',
    ],
)
def test_a_value_that_jax_does_not_know_is_no_bug(words, capsys):
    def work():
        raise ValueError(words)

    assert commands.run_command(work) == 2
    assert f"{words}. Unset that variable" in capsys.readouterr().err


@pytest.mark.parametrize("stream", ["2>/dev/full", "2>&-", ">&- 2>&-"])
def test_exit_codes_hold_without_a_stream_to_write_to(stream):
    words = f"{sys.executable} -m wgan_jax.run --variant nosuch {stream}"
    assert subprocess.run(["bash", "-c", words], check=False).returncode == 2


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_no_file_of_the_run_becomes_a_stream(closed):
    code = (
        "import os; from wgan_jax.commands import run_command; "
        "run_command(lambda: print(os.open(os.devnull, os.O_RDONLY)))"
    )
    words = ["bash", "-c", f"{sys.executable} -c '{code}' {closed}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("run", ["--steps", "2"]),
        ("sample", ["x", "--out", "a.npz"]),
        ("evaluate", ["x"]),
    ],
)
def test_a_limit_under_which_jax_is_aborted_is_refused_before_its_import(
    name, words, monkeypatch, capsys
):
    monkeypatch.setattr(commands.resource, "getrlimit", lambda _: (1_500_000_000,) * 2)
    assert importlib.import_module(f"wgan_jax.{name}").main(words) == 2
    told = capsys.readouterr().err
    assert "1.5 GB of address space (`ulimit -v`), and JAX reserves 2.2 GB" in told
