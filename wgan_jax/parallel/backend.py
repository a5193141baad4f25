"""Whether JAX can start here, asked once, and what programs take from the platform.

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


def default_precision(sample_shape: tuple[int, ...]) -> str:
    """The precision of a run that names none.

    Args:
        sample_shape: (H, W, C) of an image, (d,) of a point.

    Returns:
        `float32` for points, and on CPU; else `tf32`: products of GPUs keep 10 bits of
        a factor's fraction, those of TPUs are made of three of bfloat16.
    """
    return "float32" if len(sample_shape) == 1 or _on_cpu() else "tf32"


def traced_precision(precision: str) -> str | None:
    """What a program has to be traced with, so that it runs at a precision here."""
    # CPUs take every product in float32: their programs stay as they are without it.
    return None if _on_cpu() and precision != "bf16" else precision


def max_steps_per_dispatch(samples_per_step: int) -> int:
    """The most steps that one program is built for.

    Args:
        samples_per_step: samples that one step reads.

    Returns:
        100 on CPU; elsewhere, where 100 steps may be 50 ms, up to 1,000, as far as
        their indices stay below 16 MB.
    """
    most = 100 if _on_cpu() else 1000
    return max(100, min(most, _INDICES // samples_per_step))


_INDICES = 2**22  # int32, sent with every launch


def _on_cpu() -> bool:
    return jax.default_backend() == "cpu"
