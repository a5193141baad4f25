"""Lazy regularisation: a penalty that is taken on every k-th critic update alone.

Karras et al. 2020, "Analyzing and Improving the Image Quality of StyleGAN", arXiv
1912.04958, section 3.1 and appendix B: every k-th update adds k times the penalty, so
that k updates together weigh it as k plain ones do. There a regularising update is one
of its own, and Adam's rate and decays are changed to make up for the additional one;
here the penalty joins an update that is made anyway, and nothing is to be made up for.
"""

import functools

import jax
import jax.numpy as jnp

from wgan_jax.constraints.interface import Apply, Constraint, Metrics, Noise, Params
from wgan_jax.errors import UserError
from wgan_jax.given import as_whole
from wgan_jax.text import shown


def lazy_penalty(constraint: Constraint, every: int) -> Constraint:
    """Takes a constraint's penalty on each k-th critic update, times k.

    Args:
        constraint: with a penalty.
        every: k >= 1. Updates are counted over the whole run, `n_critic` a step, and
            number k is the first with a penalty. At 1 nothing changes.

    Returns:
        The constraint. On updates without the penalty what it logs is 0; a step logs
        its last update, so that `every` is best a divisor or a multiple of `n_critic`.
        A step that is told to make fewer updates than `n_critic` counts as many.

    Raises:
        UserError: unless every is a whole number >= 1, or for a constraint without a
            penalty.
    """
    every = as_whole("every", every, at_least=1)
    if not isinstance(constraint, Constraint):
        raise UserError(
            f"constraint is {shown(constraint)}, but has to be a Constraint."
        )
    penalty = constraint.penalty
    if penalty is None:
        raise UserError(f"constraint {constraint.name!r} has no penalty to be lazy in.")
    if every == 1:
        return constraint

    @functools.wraps(penalty, updated=())  # of the user's it stays the user's
    def add(
        apply: Apply,
        params: Params,
        real: jax.Array,
        fake: jax.Array,
        noise: Noise,
        *labels: jax.Array,
    ) -> tuple[jax.Array, Metrics]:
        def due() -> tuple[jax.Array, Metrics]:
            cost, metrics = penalty(apply, params, real, fake, noise, *labels)
            return every * cost, metrics

        def idle() -> tuple[jax.Array, Metrics]:
            zeros = jax.eval_shape(due)
            return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), zeros)

        # A branch and not a product with 0: the skipped passes are not made at all.
        return jax.lax.cond(noise.update % every == every - 1, due, idle)

    return constraint._replace(penalty=add)
