"""The penalty of DRAGAN: the gradient norm pulled to 1 around the real samples.

Kodali, Abernethy, Hays & Kira 2017, "On Convergence and Stability of GANs", arXiv
1705.07215, algorithm 1, in the form of the authors' published code (DRAGAN.ipynb):
lambda E (|grad_x D(x^)| - 1)^2 at x^ = x + a d, d = c std(X) U[0, 1] for every pixel,
a ~ U[0, 1] for every sample, c = 1/2, std over all pixels of the batch. The noise is
not centred there; the paper's text has N(0, c I) in its place. This module sees the
critic as a pure function and batches as arrays.
"""

import jax
import jax.numpy as jnp

from wgan_jax.constraints.gradient_penalties import input_gradient_norms, interpolate
from wgan_jax.constraints.interface import Apply, Constraint, Metrics, Noise, Params
from wgan_jax.given import as_number


def perturb(real: jax.Array, noise: Noise, scale: float) -> jax.Array:
    """Points between real samples and perturbed ones.

    Args:
        real: this device's share of the real samples, [B / size, ...].
        noise: of the update.
        scale: c, in standard deviations of the global batch.

    Returns:
        x + a c std(X) U, [B / size, ...].
    """
    # Of the global batch, in two passes: E x^2 - (E x)^2 would cancel.
    center = noise.mean(jnp.mean(real))
    std = jnp.sqrt(noise.mean(jnp.mean(jnp.square(real - center))))
    perturbed = real + scale * std * noise.fold(1).uniform(real.shape)
    return interpolate(perturbed, real, noise.uniform(real.shape[:1]))


def perturbed_penalty(weight: float, scale: float = 0.5) -> Constraint:
    """DRAGAN's penalty as a constraint; generated samples are not looked at.

    Args:
        weight: lambda > 0; 10 in the authors' code.
        scale: c > 0, in standard deviations of the batch.

    Returns:
        The constraint; `gradient_penalty` is logged without its weight.

    Raises:
        UserError: unless weight and scale are > 0.
    """
    as_number("weight", weight, above=0)
    as_number("scale", scale, above=0)

    def add(
        apply: Apply,
        params: Params,
        real: jax.Array,
        fake: jax.Array,
        noise: Noise,
        labels: jax.Array | None = None,
    ) -> tuple[jax.Array, Metrics]:
        points = perturb(real, noise, scale)
        norms = input_gradient_norms(apply, params, points, labels)
        cost = jnp.mean(jnp.square(norms - 1))
        metrics = {"gradient_penalty": cost, "gradient_norm": jnp.mean(norms)}
        return weight * cost, metrics

    return Constraint("perturbed gradient penalty", penalty=add, per_sample=True)
