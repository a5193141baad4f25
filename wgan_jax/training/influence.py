"""Whether what a part is given reaches what it returns, so that it can be learned from.

A gradient that is 0 from the start is no error to JAX: a run would go through all its
steps and learn nothing.
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.constraints import Noise
from wgan_jax.errors import UserError
from wgan_jax.objectives import Objective
from wgan_jax.training.guards import class_name, guarded
from wgan_jax.training.probe import BATCH, Probe, make_probe
from wgan_jax.training.recipe import Recipe

# Of the scores that losses are tried on: a hinge may be flat at some of them.
_SIZES = (0.01, 1.0, 100.0)
_ROUND_OFF = 1e-6  # relative


def check_influence(role: str, module: nn.Module, probe: Probe) -> None:
    """Refuses a network that passes no gradient to its parameters or its inputs.

    Args:
        role: `generator`, whose samples have to move with the latents unless it draws
            numbers of its own, or `critic`, whose scores have to move with the samples.
        module: the network.
        probe: of it.

    Raises:
        UserError: naming the network and what it does not move with.
    """
    gives, takes = {
        "generator": ("samples", "latents"),
        "critic": ("scores", "samples"),
    }[role]
    by_params, by_inputs = jax.jit(lambda: _reached(probe))()
    still = [] if by_params else ["its parameters"]
    if not (by_inputs or (role == "generator" and probe.draws)):
        still.append(f"the {takes}")
    if still:
        raise UserError(
            f"{role} {class_name(module)} returns {gives} whose gradient by "
            f"{' and by '.join(still)} is 0 wherever it was tried, so that nothing is "
            f"learned through it. Compute the {gives} from the {takes} by layers with "
            "parameters, without stop_gradient and rounding."
        )


def _reached(probe: Probe) -> tuple[jax.Array, jax.Array]:
    """Whether the outputs move with the parameters, and whether with the inputs."""
    outputs, backwards = jax.vjp(probe.apply, probe.params, probe.inputs)
    # Not ones: behind batch norm the sum over a batch stays what it is.
    numbers = jax.random.normal(jax.random.key(1), outputs.shape, outputs.dtype)
    by_params, by_inputs = backwards(numbers)
    return _any(by_params), _any(by_inputs)


def _any(tree: Any) -> jax.Array:
    moved = [jnp.any(leaf != 0) for leaf in jax.tree.leaves(tree)]
    return jnp.any(jnp.stack(moved)) if moved else jnp.asarray(False)


def check_augmentation(recipe: Recipe, sample_shape: tuple[int, ...]) -> None:
    """Refuses an augmentation of the user's own that passes the generator no gradient.

    Args:
        recipe: the parts of the game, whose step was traced already.
        sample_shape: shape of one sample.

    Raises:
        UserError: it does not.
    """
    augment = guarded(recipe).augment
    if augment is None or augment is recipe.augment:  # none, or the package's
        return
    key, shape = jax.random.key(3), (BATCH, *sample_shape)
    images = jax.random.uniform(key, shape, jnp.float32, -1, 1)

    def reached() -> jax.Array:
        changed, backwards = jax.vjp(lambda x: augment(x, Noise(key)), images)
        # Not ones: of centred images the sum stays what it is.
        numbers = jax.random.normal(jax.random.key(1), changed.shape, changed.dtype)
        return _any(backwards(numbers))

    if not jax.jit(reached)():
        raise UserError(
            "augment returns images whose gradient by those it is given is 0 wherever "
            "it was tried, so that the generator learns nothing through it: change "
            "images by differentiable operations, without rounding."
        )


def check_lone_latents(generator: nn.Module, latent_dim: int) -> None:
    """Refuses a generator that makes one and the same sample in batches of one.

    Args:
        generator: of the user's own, to be trained so.
        latent_dim: length of a latent vector.

    Raises:
        UserError: it does, as batch norm over the batch alone does.
    """
    apply, params, latents, draws = make_probe(generator, (latent_dim,))
    run = jax.jit(apply)
    one, other = (run(params, latents[i : i + 1]) for i in range(2))
    scale = jnp.maximum(jnp.max(jnp.abs(one)), 1e-12)
    if not draws and jnp.max(jnp.abs(one - other)) <= _ROUND_OFF * scale:
        raise UserError(
            f"generator {class_name(generator)} makes the same sample of every latent "
            "vector in a batch of one, as batch norm does, and batch_size is 1: use at "
            "least 2."
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
