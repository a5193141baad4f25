"""What several experiments share: the default critic, samplers, the JSD of a loss.

The default critic is 2-128-128-1 with ReLU, under Adam 1e-3 (.5, .9) with cosine decay.
Samplers are NamedTuples, so that equal ones share a compiled update.
"""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from experiments.critics import (
    DenseCritic,
    TrainedCritic,
    critic_recipe,
    train_critic,
)
from wgan_jax.constraints import Constraint, unconstrained
from wgan_jax.data import load
from wgan_jax.objectives import Objective
from wgan_jax.training.optimizers import adam
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState

LOG2 = math.log(2)


class Segment(NamedTuple):
    """(place, Z) with Z ~ U[0, 1]: a vertical segment in the plane (example 1 of WGAN).

    Attributes:
        place: its first coordinate.
    """

    place: float

    def __call__(self, key: jax.Array, count: int) -> jax.Array:
        """Draws [count, 2]."""
        heights = jax.random.uniform(key, (count,))
        return jnp.stack([jnp.full(count, self.place), heights], 1)


class Interval(NamedTuple):
    """U[low, low + 1] on the line.

    Attributes:
        low: its lower end.
    """

    low: float

    def __call__(self, key: jax.Array, count: int) -> jax.Array:
        """Draws [count, 1]."""
        return self.low + jax.random.uniform(key, (count, 1))


class Normal(NamedTuple):
    """N(mean, 1) on the line.

    Attributes:
        mean: its mean.
    """

    mean: float

    def __call__(self, key: jax.Array, count: int) -> jax.Array:
        """Draws [count, 1]."""
        return self.mean + jax.random.normal(key, (count, 1))


class Points(NamedTuple):
    """Samples of a training set of points, and noise around them.

    Attributes:
        dataset: its name.
        noise: standard deviation of the noise in each coordinate; 0 for none.
    """

    dataset: str
    noise: float = 0.0

    def __call__(self, key: jax.Array, count: int) -> jax.Array:
        """Draws [count, d]."""
        train = jnp.asarray(load(self.dataset).train)
        if not self.noise:
            return jax.random.choice(key, train, (count,))
        which, noise = jax.random.split(key)
        points = jax.random.choice(which, train, (count,))
        return points + self.noise * jax.random.normal(noise, points.shape)


def default_recipe(
    objective: Objective,
    steps: int,
    constraint: Constraint | None = None,
    critic: nn.Module | None = None,
) -> Recipe:
    """The default critic and optimiser.

    Args:
        objective: what the critic minimises.
        steps: updates, over which the learning rate decays to 0.
        constraint: how it is kept Lipschitz; not at all by default.
        critic: another network.
    """
    decay = optax.cosine_decay_schedule(1e-3, steps)
    constraint = constraint or unconstrained()

    def rate(count: Any) -> jax.Array:
        # Cast: optax's cosine multiplies the integer count by a float.
        return jnp.asarray(decay(jnp.asarray(count, jnp.float32)))

    return critic_recipe(
        critic or DenseCritic(), objective, constraint, adam(rate, 0.5, 0.9)
    )


def segments_critic(
    objective: Objective, *, steps: int, batch: int, every: int
) -> TrainedCritic:
    """The default critic between `Segment(0.0)` and `Segment(1.0)`, as it trains.

    Args:
        objective: what it minimises.
        steps: updates.
        batch: samples of each side in an update.
        every: keep the state each so many updates.
    """
    return train_critic(
        default_recipe(objective, steps),
        *(Segment(0.0), Segment(1.0), jax.random.key(0)),
        steps=steps,
        batch=batch,
        every=every,
    )


def jsd_estimate(objective: Objective, real: Any, fake: Any) -> float:
    """The Jensen-Shannon divergence that a cross-entropy critic claims.

    L = E sp(-r) + E sp(f) is at least 2 log 2 - 2 JSD, with equality for the optimal
    critic log p/q (Goodfellow et al. 2014, theorem 1: V* = -log 4 + 2 JSD).

    Args:
        objective: `minimax` or `non_saturating`.
        real: scores of real samples, [N].
        fake: scores of generated ones, [N].

    Returns:
        log 2 - L / 2, in nats: a lower bound of JSD up to sampling noise.
    """
    return LOG2 - float(objective.critic_loss(real, fake)) / 2


def score_slopes(objective: Objective, scores: Any) -> jax.Array:
    """The derivative of the generator's loss of one sample by its score, [N].

    Args:
        objective: whose generator loss is a mean over samples.
        scores: [N].
    """
    alone = jax.grad(lambda score: objective.generator_loss(score[None]))
    return jax.vmap(alone)(jnp.asarray(scores))


def gradients_by_shift(
    objective: Objective,
    trained: TrainedCritic,
    points: Any,
    state: TrainState | None = None,
) -> jax.Array:
    """l'(f(y)) grad f(y): each sample's part of the gradient by a shift of them all.

    Args:
        objective: whose generator loss it is.
        trained: the critic f, held.
        points: generated samples y, [N, d].
        state: of the critic; the last one by default.

    Returns:
        [N, d], whose mean is the gradient.
    """
    slopes = score_slopes(objective, trained.scores(points, state))
    return slopes[:, None] * trained.slopes(points, state)


def rounded(values: Any, digits: int = 4) -> list[float]:
    """A series as a figure needs it: `digits` significant digits, plain floats."""
    return [float(f"{value:.{digits}g}") for value in np.ravel(values)]
