"""Trains a critic alone, between two distributions that do not move.

What the theory is about: how well a critic solves its own problem. The updates are the
package's own (`training.updates.critic_update`), so that whatever is shown here holds
for the critics inside a run. Both sides are drawn afresh for every update.
"""

import functools
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from wgan_jax.constraints import Apply, Constraint
from wgan_jax.networks.layers import Dense
from wgan_jax.objectives import Objective
from wgan_jax.training.passes import critic_apply
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import NetworkState, TrainState, critic_optimizer
from wgan_jax.training.updates import critic_update

# Draws samples: (key, how many) -> [count, d]. Pure, so that it is compiled with the
# update.
Sampler = Callable[[jax.Array, int], jax.Array]

Activation = Callable[[jax.Array], jax.Array]

_CHUNK = 500  # updates in one compiled loop, where nobody asks for other pieces


class DenseCritic(nn.Module):
    """point -> hidden layers of `widths` -> 1, PyTorch's default initialisation.

    `scores_alone` as in `networks.interface`; it promises no linear pieces, because
    the activation is the caller's. What a hidden layer returns is perturbed under the
    name `hidden_0`, `hidden_1` (flax's `perturb`), so that a loss can be differentiated
    by it.
    """

    widths: tuple[int, ...] = (128, 128)
    activation: Activation = nn.relu
    scores_alone: ClassVar[bool] = True

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps points `[B, d]` to scores `[B]`."""
        for layer, features in enumerate(self.widths):
            x = self.activation(Dense(features)(x))
            x = self.perturb(f"hidden_{layer}", x)
        return Dense(1)(x)[:, 0]


class TrainedCritic(NamedTuple):
    """A critic after its updates.

    Attributes:
        recipe: what it was trained with.
        state: critic and constraint; the generator is a stand-in.
        metrics: name -> [updates], what every update logged.
        kept: updates made -> the state then, each `every` updates; empty without.
    """

    recipe: Recipe
    state: TrainState
    metrics: dict[str, np.ndarray]
    kept: dict[int, TrainState]

    def scores(self, points: Any, state: TrainState | None = None) -> jax.Array:
        """Scores points [N, d] as the constraint makes them, [N]."""
        params, apply = constrained(self.recipe, state or self.state)
        return apply(params, jnp.asarray(points))

    def slopes(self, points: Any, state: TrainState | None = None) -> jax.Array:
        """The gradients of `scores` by the points, [N, d]."""
        return jax.grad(lambda x: self.scores(x, state).sum())(jnp.asarray(points))

    def raw_scores(self, points: Any, state: TrainState | None = None) -> jax.Array:
        """Scores of the network before `critic_scores` (f, where `scores` is f^)."""
        params, _ = constrained(self.recipe, state or self.state)
        return critic_apply(self.recipe, {})(params, jnp.asarray(points))


def constrained(recipe: Recipe, state: TrainState) -> tuple[Any, Apply]:
    """The critic's parameters and function as its constraint makes them."""
    constraint = recipe.constraint
    params, _ = constraint.constrain_params(state.critic.params, state.constraint)
    return params, constraint.critic_scores(critic_apply(recipe, {}))


def critic_recipe(
    critic: nn.Module,
    objective: Objective,
    constraint: Constraint,
    optimizer: optax.GradientTransformation,
) -> Recipe:
    """A recipe whose generator is never asked for anything."""
    # The critic stands in for the generator: a recipe wants a module there.
    idle = optax.identity()
    return Recipe(critic, critic, objective, constraint, idle, optimizer, latent_dim=1)


def init_critic(
    recipe: Recipe, key: jax.Array, dim: int, params: Any = None
) -> TrainState:
    """The state before the first update.

    Args:
        recipe: of `critic_recipe`.
        key: a PRNG key.
        dim: d, the dimension of the points.
        params: the critic's parameters to start from; drawn by the network by default.

    Returns:
        A train state whose generator is empty.
    """
    critic_key, constraint_key = jax.random.split(key)
    if params is None:
        points = jnp.zeros((1, dim), jnp.float32)
        params = recipe.critic.init(critic_key, points, train=True)["params"]
    return TrainState(
        step=jnp.zeros((), jnp.int32),
        generator=NetworkState({}, {}, ()),
        critic=NetworkState(params, {}, critic_optimizer(recipe).init(params)),
        constraint=recipe.constraint.init(params, constraint_key),
    )


def uniform_params(params: Any, key: jax.Array, limit: float) -> Any:
    """Draws every parameter from U(-limit, limit).

    Args:
        params: a tree of arrays, whose shapes are kept.
        key: a PRNG key.
        limit: > 0.
    """
    leaves, tree = jax.tree.flatten(params)
    keys = jax.random.split(key, len(leaves))
    drawn = [
        jax.random.uniform(k, leaf.shape, leaf.dtype, -limit, limit)
        for k, leaf in zip(keys, leaves, strict=True)
    ]
    return tree.unflatten(drawn)


def train_critic(
    recipe: Recipe,
    real: Sampler,
    fake: Sampler,
    key: jax.Array,
    *,
    steps: int,
    batch: int,
    every: int = 0,
    start: TrainState | None = None,
) -> TrainedCritic:
    """Updates a critic on fresh batches of two distributions.

    Args:
        recipe: of `critic_recipe`.
        real: draws what the critic is to score high.
        fake: draws what it is to score low.
        key: a PRNG key; the same key gives the same critic.
        steps: updates.
        batch: samples of each side in an update.
        every: keep the state each so many updates, a divisor of `steps`; 0 for none.
        start: the state to start from; initialised by default.

    Returns:
        The critic, what it logged and the states kept.
    """
    init_key, run_key = jax.random.split(key)
    if start is None:
        dim = jax.eval_shape(lambda k: real(k, 1), key).shape[-1]
        start = init_critic(recipe, init_key, dim)
    state, logged, kept = start, [], {}
    for first in range(0, steps, every or _CHUNK):
        length = min(every or _CHUNK, steps - first)
        state, metrics = _chunk(
            recipe, real, fake, batch, length, state, run_key, first
        )
        logged.append(jax.device_get(metrics))
        if every:
            kept[first + length] = state
    names = logged[0] if logged else {}
    joined = {name: np.concatenate([part[name] for part in logged]) for name in names}
    return TrainedCritic(recipe, state, joined, kept)


@functools.partial(jax.jit, static_argnums=(0, 1, 2, 3, 4))
def _chunk(
    recipe: Recipe,
    real: Sampler,
    fake: Sampler,
    batch: int,
    length: int,
    state: TrainState,
    key: jax.Array,
    first: jax.Array,
) -> tuple[TrainState, dict[str, jax.Array]]:
    """`length` updates in one program; the update's number is folded into the key."""

    def update(state: TrainState, step: jax.Array):
        keys = jax.random.split(jax.random.fold_in(key, step), 3)
        samples = real(keys[0], batch), fake(keys[1], batch)
        return critic_update(recipe, state, keys[2], *samples)

    return jax.lax.scan(update, state, first + jnp.arange(length))
