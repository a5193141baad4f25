"""Environments in which JAX cannot start are one message, whatever was asked for."""

from importlib import import_module

import jax
import pytest

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.errors import UserError
from wgan_jax.parallel.backend import require_backend, require_compiler


@pytest.fixture(params=[RuntimeError("no tpu.\nmore"), AssertionError()])
def no_device(monkeypatch, request):
    def fail():
        raise request.param

    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    monkeypatch.setattr(jax, "devices", fail)


def test_a_platform_that_is_not_there_is_named(no_device):
    with pytest.raises(
        UserError, match="JAX_PLATFORMS is 'cuda': .*[^.]. Unset.* set it to cpu"
    ) as got:
        require_backend()
    assert "more" not in str(got.value)


COMMANDS = {"sample": ["--out", "s.npz"], "evaluate": [], "compare": []}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_so_or_needs_no_device(
    command, no_device, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    RunFolder.create("run", {"variant": "gan", "dataset": "ring8"})
    code = import_module(f"wgan_jax.{command}").main(["run", *COMMANDS[command]])
    error = capsys.readouterr().err
    if command == "compare":
        assert code == 0, error
    else:
        assert (code, "JAX_PLATFORMS is 'cuda'" in error) == (2, True), error


def test_a_run_is_not_tried_without_compilation():
    require_compiler()
    with jax.disable_jit(), pytest.raises(UserError, match="JAX_DISABLE_JIT"):
        require_compiler()
