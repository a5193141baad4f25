"""A family of densities on the line that moves, against one that stays, by quadrature.

Real: p. Generated: q_s(x) = q(x - s), so that dG/ds = 1 and the gradient of the
generator's loss by s, with the critic f held, is E_q l'(f(y)) f'(y). Everything is in
float64 on an even grid, where the trapezoidal rule converges faster than any power of
its step. The objectives are the package's own.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from experiments.critics import TrainedCritic
from experiments.theory.lab import score_slopes
from wgan_jax.objectives import Objective

Density = Callable[[Any], jax.Array]

_PLACES = 4001  # always as many: JAX compiles each operation once for a shape


class Mixture(NamedTuple):
    """A mixture of normal densities.

    Attributes:
        weights: of its parts, with sum 1.
        means: of its parts.
        stds: standard deviations of its parts.
    """

    weights: tuple[float, ...] = (1.0,)
    means: tuple[float, ...] = (0.0,)
    stds: tuple[float, ...] = (1.0,)

    def moved(self, shift: float) -> "Mixture":
        """The same mixture, `shift` further right."""
        return self._replace(means=tuple(mean + shift for mean in self.means))

    def log_density(self, x: Any) -> jax.Array:
        """The logarithm of its density, for points of any shape."""
        axes = (1,) * jnp.ndim(x)
        w, m, s = (jnp.asarray(values).reshape(*axes, -1) for values in self)
        heights = jnp.log(w / (s * np.sqrt(2 * np.pi)))
        return jax.nn.logsumexp(heights - (x[..., None] - m) ** 2 / (2 * s**2), axis=-1)


def grid(*mixtures: Mixture) -> np.ndarray:
    """Places that cover the mixtures up to 12 standard deviations, float64 [n]."""
    reach = 12 * max(max(m.stds) for m in mixtures)
    means = [mean for m in mixtures for mean in m.means]
    return np.linspace(min(means) - reach, max(means) + reach, _PLACES)


def histogram(mixture: Mixture, places: np.ndarray) -> np.ndarray:
    """Its probability of the cell around each place, [n]; sums to 1."""
    with jax.enable_x64(True):
        density = np.exp(np.asarray(_log_density(mixture, jnp.asarray(places))))
    return density / density.sum()


def log_ratio(p: Mixture, q: Mixture) -> Density:
    """The log ratio log p/q: the optimal critic of both cross-entropy games."""
    return Partial(_log_ratio, p, q)


def share(p: Mixture, q: Mixture) -> Density:
    """The share p / (p + q): the optimal critic of LSGAN with labels 0 and 1."""
    return Partial(_share, p, q)


def on_the_line(trained: TrainedCritic) -> Density:
    """A trained critic of points [N, 1] as a function of places of any shape."""

    def critic(x: Any) -> jax.Array:
        points = jnp.ravel(x)[:, None].astype(jnp.float32)
        return trained.scores(points).reshape(jnp.shape(x)).astype(x.dtype)

    return critic


def shift_gradient(objective: Objective, critic: Density, q: Mixture) -> float:
    """The gradient of the generator's loss by its shift, the critic held.

    Args:
        objective: whose generator loss it is.
        critic: f, a function of places.
        q: the generated density.

    Returns:
        E_q l'(f(y)) f'(y).
    """
    places = grid(q)
    weights = histogram(q, places)
    # A plain function is part of the program; the mixtures of a `Partial` are not, so
    # that all mixtures of as many parts share one.
    critic = critic if isinstance(critic, Partial) else Partial(critic)
    with jax.enable_x64(True):
        return float(weights @ _pulled(objective, critic, jnp.asarray(places)))


@functools.partial(jax.jit, static_argnums=0)
def _pulled(objective: Objective, critic: Partial, points: jax.Array) -> jax.Array:
    slopes = jax.vmap(jax.grad(critic))(points)
    return score_slopes(objective, critic(points)) * slopes


def _log_ratio(p: Mixture, q: Mixture, x: Any) -> jax.Array:
    return p.log_density(x) - q.log_density(x)


def _share(p: Mixture, q: Mixture, x: Any) -> jax.Array:
    return jax.nn.sigmoid(_log_ratio(p, q, x))


_log_density = jax.jit(Mixture.log_density)


def shift_derivative(
    divergence: Callable[[np.ndarray, np.ndarray], float], p: Mixture, q: Mixture
) -> float:
    """The derivative of a divergence of histograms (q, p) by q's shift.

    Central differences of fourth order.
    """
    places, h = grid(p, q), 0.01

    def at(shift: float) -> float:
        return divergence(histogram(q.moved(shift), places), histogram(p, places))

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
