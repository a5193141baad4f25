"""Zero-centred penalties: the critic's slope is pulled to 0 on the samples themselves.

Mescheder, Geiger & Nowozin 2018, "Which Training Methods for GANs do actually
Converge?", arXiv 1801.04406, eq. 9: R1 = gamma/2 E |grad_x D(x)|^2 on real samples, R2
the same on generated ones. Either makes the game converge near its solution, where the
critic is flat. Together they are those of R3GAN (Huang et al. 2025, arXiv 2501.05441,
section 2.2). This module sees the critic as a pure function and batches as arrays.
"""

import jax
import jax.numpy as jnp

from wgan_jax.constraints.gradient_penalties import input_gradients
from wgan_jax.constraints.interface import Apply, Constraint, Metrics, Noise, Params
from wgan_jax.given import as_number


def r1(gamma: float) -> Constraint:
    """R1: gamma/2 E |grad D|^2 on real samples, for any objective.

    Args:
        gamma: > 0; 10 in the paper's experiments.

    Returns:
        The constraint; `r1_penalty` is logged without gamma/2.

    Raises:
        UserError: unless gamma > 0.
    """
    return _zero_centred("r1", gamma, real_too=True, fake_too=False)


def r2(gamma: float) -> Constraint:
    """R2: gamma/2 E |grad D|^2 on generated samples, for any objective.

    Args:
        gamma: > 0.

    Returns:
        The constraint; `r2_penalty` is logged without gamma/2.

    Raises:
        UserError: unless gamma > 0.
    """
    return _zero_centred("r2", gamma, real_too=False, fake_too=True)


def r1_r2(gamma: float) -> Constraint:
    """R1 and R2, gamma/2 each, for any objective.

    Args:
        gamma: > 0.

    Returns:
        The constraint; `r1_penalty` and `r2_penalty` are logged without gamma/2.

    Raises:
        UserError: unless gamma > 0.
    """
    return _zero_centred("r1_r2", gamma, real_too=True, fake_too=True)


def _zero_centred(
    name: str, gamma: float, *, real_too: bool, fake_too: bool
) -> Constraint:
    as_number("gamma", gamma, above=0)

    def add(
        apply: Apply,
        params: Params,
        real: jax.Array,
        fake: jax.Array,
        noise: Noise,
        labels: jax.Array | None = None,
    ) -> tuple[jax.Array, Metrics]:
        shown = {"r1_penalty": real} if real_too else {}
        shown |= {"r2_penalty": fake} if fake_too else {}
        # One wide pass over both sides where both are asked for.
        points = jnp.concatenate(list(shown.values()))
        if labels is not None:
            labels = jnp.tile(labels, len(shown))
        squares = jnp.square(input_gradients(apply, params, points, labels))
        sums = jnp.sum(squares.reshape(len(shown), len(real), -1), axis=2)  # [1|2, B]
        metrics = dict(zip(shown, jnp.mean(sums, axis=1), strict=True))
        return gamma / 2 * sum(metrics.values(), jnp.zeros((), real.dtype)), metrics

    return Constraint(name, penalty=add, per_sample=True)
