"""A fitted potential and what is read off it, whatever family it is from."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

# Of products, on devices that would round their factors (TF32 keeps 10 of 23 bits):
# distances would be off by more than a bound may be, and kernels no longer orthonormal.
PRODUCTS = "highest"

# Draws samples: (key, how many) -> [count, d]. Pure, so that it is compiled with the
# update.
Sampler = Callable[[jax.Array, int], jax.Array]


class Value(NamedTuple):
    """An estimate of E_P f - E_Q f.

    Attributes:
        mean: the estimate, in the units of the points.
        error: its standard error, from the variances of both samples.
    """

    mean: float
    error: float


class Potential(NamedTuple):
    """A 1-Lipschitz function of points.

    Attributes:
        params: its parameters, a pytree.
        apply: (params, points [N, d]) -> f [N].
        losses: E_Q f - E_P f of every update's batch, [steps].
    """

    params: Any
    apply: Callable[[Any, jax.Array], jax.Array]
    losses: jax.Array

    def scores(self, points: jax.Array) -> jax.Array:
        """The values of f at points [N, d], [N]."""
        return _scores(self.apply, self.params, points)

    def slopes(self, points: jax.Array) -> jax.Array:
        """The gradients of f, [N, d], of norm <= 1; finite where f has a kink."""
        return _slopes(self.apply, self.params, points)

    def value(self, points_p: jax.Array, points_q: jax.Array) -> Value:
        """Estimates E_P f - E_Q f, a lower bound of W1, on samples not fitted to.

        Args:
            points_p: samples of P, [N, d], N >= 2.
            points_q: samples of Q, independent of them, [M, d], M >= 2.

        Returns:
            The estimate with its standard error.
        """
        p, q = self.scores(points_p), self.scores(points_q)
        variance = jnp.var(p, ddof=1) / len(p) + jnp.var(q, ddof=1) / len(q)
        return Value(float(p.mean() - q.mean()), float(jnp.sqrt(variance)))


def _scores_of(apply, params, points: jax.Array) -> jax.Array:
    with jax.default_matmul_precision(PRODUCTS):
        return apply(params, points)


def _slopes_of(apply, params, points: jax.Array) -> jax.Array:
    with jax.default_matmul_precision(PRODUCTS):
        return jax.grad(lambda x: apply(params, x).sum())(points)


_scores = jax.jit(_scores_of, static_argnums=0)
_slopes = jax.jit(_slopes_of, static_argnums=0)
