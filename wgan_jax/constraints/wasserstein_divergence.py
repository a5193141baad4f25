"""The Wasserstein divergence: a power of the gradient norm, without a target.

Wu, Huang, Thoma, Acharya & Van Gool 2018, "Wasserstein Divergence for GANs", arXiv
1712.01026: the critic minimises E f - E r + k E |grad_x D(x^)|^p at x^ = a x + (1 - a)
G(z), a ~ U[0, 1] for every sample; k = 2 and p = 6. No critic has to be Lipschitz for
that to be a divergence. This module sees the critic as a pure function.
"""

import jax
import jax.numpy as jnp

from wgan_jax.constraints.gradient_penalties import input_gradient_norms, interpolate
from wgan_jax.constraints.interface import Apply, Constraint, Metrics, Noise, Params
from wgan_jax.given import as_number


def divergence(weight: float = 2.0, power: float = 6.0) -> Constraint:
    """The penalty of WGAN-div as a constraint, for the Wasserstein objective.

    Args:
        weight: k > 0.
        power: p > 1.

    Returns:
        The constraint; `divergence_penalty` is logged without its weight.

    Raises:
        UserError: unless weight > 0 and power > 1.
    """
    as_number("weight", weight, above=0)
    as_number("power", power, above=1)

    def add(
        apply: Apply,
        params: Params,
        real: jax.Array,
        fake: jax.Array,
        noise: Noise,
        labels: jax.Array | None = None,
    ) -> tuple[jax.Array, Metrics]:
        points = interpolate(real, fake, noise.uniform(real.shape[:1]))
        norms = input_gradient_norms(apply, params, points, labels)
        cost = jnp.mean(norms**power)
        metrics = {"divergence_penalty": cost, "gradient_norm": jnp.mean(norms)}
        return weight * cost, metrics

    return Constraint("Wasserstein divergence", penalty=add, per_sample=True)
