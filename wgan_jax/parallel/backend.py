"""Whether JAX can start here, asked once before anything needs it.

Whoever trains, samples, measures or restores asks the same question.
"""

import os

import jax

from wgan_jax.errors import UserError


def require_backend() -> None:
    """Starts JAX's backend, after the hosts were joined.

    Raises:
        UserError: JAX_PLATFORMS names what this machine does not have.
    """
    try:
        jax.devices()
    except Exception as error:  # by platform: RuntimeError, AssertionError, ...
        platforms = os.environ.get("JAX_PLATFORMS")
        named = f"JAX_PLATFORMS is {platforms!r}: " if platforms else ""
        name = type(error).__name__
        why = (str(error).splitlines() or [name])[0] or name
        raise UserError(
            f"JAX has no device to compute on. {named}{why.rstrip('.')}. Unset "
            "JAX_PLATFORMS, set it to cpu, or install the JAX of that device."
        ) from None


def require_compiler() -> None:
    """Asks whether JAX may compile, which nothing but training needs.

    Raises:
        UserError: it was told not to.
    """
    if jax.config.jax_disable_jit:  # pyright: ignore[reportAttributeAccessIssue]
        raise UserError(
            "JAX_DISABLE_JIT is set, and a run is one compiled program: nothing could "
            "be trained. Unset it."
        )
