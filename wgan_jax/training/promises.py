"""Whether parts keep what a game builds on, tried with numbers on a small random batch.

A critic may promise to be piecewise linear, or to score each sample alone; constraints
build on it. Networks that draw are tried without drawing, conditional ones with their
class held. Losses have to move with the scores that they are given.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from flax.errors import InvalidRngError

from wgan_jax.errors import UserError
from wgan_jax.networks.interface import label_argument, num_classes_of, scores_alone
from wgan_jax.objectives import Objective
from wgan_jax.training.guards import class_name, guarded
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import Weights

BATCH = 7  # of the samples that promises are tried on
# Of the scores that losses are tried on: a hinge may be flat at some of them.
_SIZES = (0.01, 1.0, 100.0)


def trace(module: nn.Module, variables: Any, inputs: Any) -> None:
    """Traces a network as in training, without random numbers."""
    run = functools.partial(module.apply, train=True, mutable=["batch_stats"])
    run = functools.partial(run, **held_class(module, inputs.shape[0]))
    jax.eval_shape(run, variables, inputs)


def held_class(module: nn.Module, count: int) -> dict[str, Any]:
    """The argument that a conditional network takes besides, of its last class."""
    classes = num_classes_of(module)
    if classes is None:
        return {}
    return label_argument(jnp.full(count, classes - 1, jnp.int32))


def _draws(module: nn.Module, variables: Any, inputs: Any) -> bool:
    try:
        trace(module, variables, inputs)
    except InvalidRngError:
        return True
    return False


def check_promises(recipe: Recipe, sample_shape: tuple[int, ...]) -> None:
    """Tries on a random batch what a critic promises and its constraint builds on.

    Args:
        recipe: the parts of the game.
        sample_shape: shape of one sample, (H, W, C) or (d,).

    Raises:
        UserError: naming the critic, the promise and by how much it is missed.
    """
    critic, constraint = recipe.critic, recipe.constraint
    init_key, shake_key, point_key = jax.random.split(jax.random.key(0), 3)
    points = jax.random.normal(point_key, (BATCH, *sample_shape), jnp.float32)

    def held(samples: jax.Array) -> dict[str, Any]:
        # With its class held, a conditional critic is one of samples alone.
        return held_class(critic, len(samples))

    variables = jax.jit(
        lambda key: critic.init(key, points, train=True, **held(points))
    )(init_key)
    # A mask for each sample would break any promise; what it masks is what promised.
    train = not _draws(critic, variables, points)
    stats = variables.get("batch_stats", {})
    # Biases start at 0, where a promise about them cannot be seen to be broken.
    params = jax.jit(_shake)(variables["params"], shake_key)

    def apply(params: Any, samples: jax.Array) -> jax.Array:
        variables = Weights(params, stats).variables
        options: dict[str, Any] = {"mutable": ["batch_stats"], **held(samples)}
        return critic.apply(variables, samples, train, **options)[0]

    # Where nobody relies on it, a critic may look at its batch as it likes.
    if constraint.per_sample or scores_alone(critic):
        _check_alone(recipe, apply, params, points)
    if problem := constraint.broken_promise(apply, params, points):
        raise UserError(f"critic {class_name(critic)} breaks a promise: {problem}.")


def _shake(params: Any, key: jax.Array) -> Any:
    leaves, structure = jax.tree.flatten(params)
    keys = jax.random.split(key, len(leaves))
    shaken = [_shake_leaf(leaf, k) for leaf, k in zip(leaves, keys, strict=True)]
    return jax.tree.unflatten(structure, shaken)


def _shake_leaf(leaf: jax.Array, key: jax.Array) -> jax.Array:
    # Relative to its size, so that activations of deep networks stay finite.
    size = jnp.sqrt(jnp.mean(jnp.square(leaf)))
    scale = 0.1 * jnp.where(size > 0, size, 1)
    return leaf + scale * jax.random.normal(key, leaf.shape, leaf.dtype)


def _check_alone(recipe: Recipe, apply: Any, params: Any, points: jax.Array) -> None:
    """Refuses a critic whose score of a sample moves with the rest of the batch."""
    score = jax.jit(apply)
    together = score(params, points)
    alone = jnp.concatenate([score(params, point[None]) for point in points])
    scale = jnp.maximum(jnp.max(jnp.abs(together)), 1e-12)
    gap = float(jnp.max(jnp.abs(together - alone)) / scale)
    if gap > 1e-3:  # float32 round-off stays below 1e-5
        why = f"constraint {recipe.constraint.name!r} takes gradients sample by sample"
        if not recipe.constraint.per_sample:
            why = "its `scores_alone` promises that it does not"
        raise UserError(
            f"critic {class_name(recipe.critic)} scores a sample by the rest of its "
            f"batch: alone it gets another score, by {gap:.1%}, and {why}. Use a "
            "critic that scores each sample by itself, or another constraint."
        )


def check_losses(recipe: Recipe) -> None:
    """Refuses losses of the user's own that do not move with the scores they are given.

    Their gradient would be 0, and a network would learn nothing for the whole run.

    Args:
        recipe: the parts of the game, whose step was traced already.

    Raises:
        UserError: naming the loss and the scores that it ignores.
    """
    objective = guarded(recipe).objective
    if objective == recipe.objective:  # both losses are the package's
        return
    for (loss, scores), moves in jax.jit(lambda: _moving(objective))().items():
        # From the pulling-away term a generator can learn alone.
        alone = loss == "generator_loss" and not recipe.pulling_away
        if not moves and (alone or loss == "critic_loss"):
            raise UserError(
                f"objective.{loss} does not change with {scores}: its gradient by them "
                "is 0 wherever it was tried, so that nothing is learned from them. "
                f"Compute it from {scores}, without stop_gradient and rounding."
            )


def _moving(objective: Objective) -> dict[tuple[str, str], jax.Array]:
    """(loss, scores that it is given) -> whether it moves with them."""
    real, fake = jax.random.normal(jax.random.key(0), (2, BATCH), jnp.float32)
    given = (fake, real) if objective.relativistic else (fake,)
    critic_loss, generator_loss = objective.critic_loss, objective.generator_loss
    return {
        ("critic_loss", "real_scores"): _moves(critic_loss, 0, real, fake),
        ("critic_loss", "fake_scores"): _moves(critic_loss, 1, real, fake),
        ("generator_loss", "fake_scores"): _moves(generator_loss, 0, *given),
    }


def _moves(loss: Any, place: int, *scores: jax.Array) -> jax.Array:
    gradient = jax.grad(loss, place)
    found = [gradient(*(size * each for each in scores)) for size in _SIZES]
    return jnp.any(jnp.stack(found) != 0)
