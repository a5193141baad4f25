"""Weight clipping: every critic weight in [-c, c] after every critic step.

Arjovsky, Chintala & Bottou 2017, "Wasserstein GAN", arXiv 1701.07875, algorithm 1:
w <- clip(w + step, -c, c). This module sees parameters and updates only.
"""

import jax
import jax.numpy as jnp
import optax

from wgan_jax.constraints.interface import Constraint, Metrics, Params, State
from wgan_jax.given import as_number


def clip_weights(limit: float) -> optax.GradientTransformation:
    """Changes updates so that the updated parameters lie in [-limit, limit].

    Goes last in a chain. `optax.apply_updates` adds p + u, and u = clip(p + u) - p is
    rounded, so that the sum can land one ulp outside; such an update is moved one ulp
    inwards, after which the bound holds to the last bit (biases included).

    Args:
        limit: c > 0, the same units as the parameters.

    Returns:
        A stateless transformation whose update needs `params`.

    Raises:
        UserError: unless limit is finite and above 0.
        ValueError: from the update when params is None.
    """
    as_number("limit", limit, above=0)

    def clip(param: jax.Array, update: jax.Array) -> jax.Array:
        bound = jnp.asarray(limit, param.dtype)
        clipped = jnp.clip(param + update, -bound, bound) - param
        # One ulp of the update is enough: where that is finer than the bound's ulp, the
        # sum has been rounded to the bound already.
        inwards = jnp.where(param + clipped > bound, -jnp.inf, jnp.inf)
        moved = jnp.nextafter(clipped, inwards.astype(clipped.dtype))
        return jnp.where(jnp.abs(param + clipped) > bound, moved, clipped)

    def update(
        updates: Params, state: optax.OptState, params: Params = None
    ) -> tuple[Params, optax.OptState]:
        if params is None:
            raise ValueError("clip_weights bounds p + u and so needs `params`")
        return jax.tree.map(clip, params, updates), state

    return optax.GradientTransformation(optax.identity().init, update)


def clipping(limit: float) -> Constraint:
    """Weight clipping as a constraint; logs the fraction of weights at the bound.

    Args:
        limit: c > 0; the paper uses 0.01.

    Returns:
        The constraint; `clipped_fraction` near 1 means that the critic has collapsed to
        the simplest functions (Gulrajani et al. 2017, figure 1b).
    """

    def metrics(params: Params, state: State, scores: jax.Array) -> Metrics:
        leaves = jax.tree.leaves(params)
        # One ulp inside counts as at the bound: see clip_weights.
        at_bound = [jnp.mean(jnp.abs(w) >= limit * (1 - 1e-6)) * w.size for w in leaves]
        total = sum(w.size for w in leaves)
        return {"clipped_fraction": jnp.sum(jnp.stack(at_bound)) / total}

    return Constraint("clipping", projection=clip_weights(limit), metrics=metrics)
