"""The interface that every constraint fills in, and the norm that they share.

It knows the shape of a constraint and none of its members.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

Params = Any
State = Any
Figures = dict[str, jax.Array]
Apply = Callable[[Params, jax.Array], jax.Array]


def _no_state(params: Params, key: jax.Array) -> State:
    return ()


def _same_params(params: Params, state: State) -> tuple[Params, State]:
    return params, state


def same_scores(apply: Apply) -> Apply:
    """Leaves the critic's scores as they are."""
    return apply


def _no_figures(params: Params, state: State, scores: jax.Array) -> Figures:
    return {}


class Constraint(NamedTuple):
    """What a constraint does to a critic, at the five places where it can act.

    Attributes:
        name: how errors and logs call it.
        init: (params, key) -> state, what the constraint carries from step to step.
        constrain_params: (params, state) -> (params, state), before a critic update.
        critic_scores: Apply -> Apply, the critic as its own update sees it.
        generator_scores: Apply -> Apply, the critic as the generator's update sees it;
            only its derivative by the input has to be right.
        penalty: (apply, params, real, fake, weights [B]) -> (scalar, figures), added to
            the critic's loss; None when there is nothing to add.
        projection: the last link of the critic's optimiser chain.
        figures: (params, state, scores [2B]) -> figures to log after a critic update.
        per_sample: whether it needs every score to depend on its own sample alone,
            which a critic with batch norm does not offer.
    """

    name: str
    init: Callable[[Params, jax.Array], State] = _no_state
    constrain_params: Callable[[Params, State], tuple[Params, State]] = _same_params
    critic_scores: Callable[[Apply], Apply] = same_scores
    generator_scores: Callable[[Apply], Apply] = same_scores
    penalty: Callable[..., tuple[jax.Array, Figures]] | None = None
    projection: optax.GradientTransformation = optax.identity()
    figures: Callable[[Params, State, jax.Array], Figures] = _no_figures
    per_sample: bool = False


def unconstrained() -> Constraint:
    """Leaves the critic as it is: GAN, LSGAN, EBGAN.

    Returns:
        The constraint that does nothing.
    """
    return Constraint("none")


def sample_norms(arrays: jax.Array) -> jax.Array:
    """The L2 norm over all axes but the first, with a finite derivative at 0.

    Args:
        arrays: one array a sample, [B, ...].

    Returns:
        Norms [B], >= 0. Where a norm is 0 its derivative is taken as 0; the plain
        square root would give NaN there.
    """
    squares = jnp.sum(jnp.square(arrays.reshape(arrays.shape[0], -1)), axis=1)
    positive = squares > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1)), 0)
