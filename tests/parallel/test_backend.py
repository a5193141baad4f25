"""Environments in which JAX cannot start are one message."""

import jax
import pytest

from wgan_jax.errors import UserError
from wgan_jax.parallel.backend import require_backend


@pytest.mark.parametrize("error", [RuntimeError("no tpu\nmore"), AssertionError()])
def test_a_platform_that_is_not_there_is_named(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    monkeypatch.setattr(jax, "devices", fail)
    with pytest.raises(
        UserError, match="JAX_PLATFORMS is 'cuda'.*set it to cpu"
    ) as got:
        require_backend()
    assert "more" not in str(got.value)


def test_a_run_is_not_tried_without_compilation():
    require_backend()
    with jax.disable_jit(), pytest.raises(UserError, match="JAX_DISABLE_JIT"):
        require_backend()
