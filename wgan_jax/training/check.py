"""Whether the parts of a game fit together: found at the border, said in one line.

Shapes and statistics are checked as the state is initialised (`first_pass`). Here are
the checks that need to know the devices, or numbers: a critic that promises to be
piecewise linear, or to score each sample alone, is tried on a small random batch. This
module knows recipes and shapes of samples; it knows no data and no file.
"""

import functools
import inspect
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from flax.errors import InvalidRngError

from wgan_jax.errors import UserError
from wgan_jax.given import as_whole
from wgan_jax.networks.interface import has_axis_name, scores_alone
from wgan_jax.training.arguments import as_shape
from wgan_jax.training.guards import class_name, named_errors, network_errors
from wgan_jax.training.inference import critic_scores, run_generator
from wgan_jax.training.parts import check_parts
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.returned import describe
from wgan_jax.training.state import TrainState, Weights, init_state
from wgan_jax.training.step import make_train_step

BATCH = 7  # of the samples that promises are tried on


def check_recipe(
    recipe: Recipe,
    sample_shape: tuple[int, ...],
    devices: int = 1,
    *,
    shapes: TrainState | None = None,
) -> None:
    """Refuses a recipe whose parts do not fit, before it is trained.

    `train` calls it for a recipe of your own; call it yourself before
    `make_train_step`. A step is traced on shapes, so that whatever a part raises or
    returns is said of that part. Promises that only numbers can break are tried on a
    small random batch with the parameters shaken, unless the critic is one of this
    package's, which the test suite tries.

    Args:
        recipe: the parts of the game.
        sample_shape: shape of one sample, (H, W, C) or (d,).
        devices: how many will share a batch.
        shapes: those of the recipe's state, where `init_state` was traced already.

    Raises:
        UserError: naming the part, what it does and what is wanted.
    """
    check_parts(recipe)
    _check_generator_loss(recipe)
    shape = as_shape(sample_shape)
    as_whole("devices", devices, at_least=1)
    init = functools.partial(init_state, recipe, sample_shape=shape)
    known = shapes or jax.eval_shape(init, jax.random.key(0))
    check_device_axis(recipe, known, devices)
    _try_step(recipe, known, shape)
    if devices > 1:
        _check_draws(recipe, known, shape)
    # Compiling what tries them would delay the first step of every run by name.
    if not type(recipe.critic).__module__.startswith("wgan_jax.networks."):
        check_promises(recipe, sample_shape)


def _check_generator_loss(recipe: Recipe) -> None:
    """Refuses a generator's loss that cannot be called with the scores it is given."""
    loss, relativistic = recipe.objective.generator_loss, recipe.objective.relativistic
    given = ("fake_scores", "real_scores") if relativistic else ("fake_scores",)
    try:
        inspect.signature(loss).bind(*given)
    except TypeError as error:
        raise UserError(
            f"generator_loss is called with {' and '.join(given)}, and this one cannot "
            f"be: {error}. An objective whose generator_loss takes real scores too "
            "says so: Objective(..., relativistic=True)."
        ) from None
    except ValueError:  # a function that does not tell its signature
        return


def _try_step(recipe: Recipe, shapes: TrainState, shape: tuple[int, ...]) -> None:
    """Traces a step, and what is done with a trained state, on shapes alone."""
    batch = jax.ShapeDtypeStruct((recipe.n_critic, BATCH, *shape), jnp.float32)
    latents = jax.ShapeDtypeStruct((BATCH, recipe.latent_dim), jnp.float32)

    def step(state: TrainState, key: jax.Array, batch: jax.Array) -> Any:
        return make_train_step(recipe)(state, key, batch)

    # Whatever no part is to blame for alone, such as a state whose type changes.
    with named_errors("the step of this recipe", "make_train_step(recipe)"):
        after, logged = jax.eval_shape(step, shapes, jax.random.key(0), batch)
        if _layout(after) != _layout(shapes):
            raise UserError("a step of this recipe gives its state other shapes.")
    _check_logged(logged)
    module = recipe.generator
    with network_errors("generator", module, latents, "train=False"):
        run = functools.partial(run_generator, recipe)
        samples = jax.eval_shape(run, shapes.generator.variables, latents)
    if samples.shape != (BATCH, *shape):
        raise UserError(
            f"generator {class_name(module)} returns {samples.shape} with train=False "
            f"and {(BATCH, *shape)} with train=True: return the same shape."
        )
    with network_errors("critic", recipe.critic, samples, "train=False"):
        jax.eval_shape(functools.partial(critic_scores, recipe), shapes, samples)


def _check_logged(metrics: dict[str, Any]) -> None:
    """A log has numbers; who calls a step alone may take arrays out of it too."""
    for name, value in metrics.items():
        if value.shape != ():
            raise UserError(
                f"a step of this recipe logs {name!r} as {describe(value)}: a metric "
                "is one number, such as the mean."
            )


def _layout(tree: Any) -> tuple[Any, list[Any]]:
    leaves, structure = jax.tree.flatten(tree)
    return structure, [(leaf.shape, leaf.dtype) for leaf in leaves]


def check_device_axis(recipe: Recipe, shapes: TrainState, devices: int) -> None:
    """Refuses batch norm that forgets the device axis, where there are several.

    Args:
        recipe: the parts of the game.
        shapes: those of its state.
        devices: how many will share a batch.

    Raises:
        UserError: naming the network.
    """
    networks = {
        "generator": (recipe.generator, shapes.generator),
        "critic": (recipe.critic, shapes.critic),
    }
    for role, (module, weights) in networks.items():
        if devices > 1 and weights.stats and not has_axis_name(module):
            raise UserError(
                f"{role} {class_name(module)} has batch norm and no field `axis_name`, "
                f"so that each of {devices} devices would use statistics of its own. "
                "Add `axis_name: str | None = None` to the module and hand it to "
                "nn.BatchNorm(axis_name=self.axis_name), or use --devices 1."
            )


def _check_draws(recipe: Recipe, shapes: TrainState, shape: tuple[int, ...]) -> None:
    """Refuses networks that draw random numbers, where devices share a batch."""
    latents = jax.ShapeDtypeStruct((BATCH, recipe.latent_dim), jnp.float32)
    samples = jax.ShapeDtypeStruct((BATCH, *shape), jnp.float32)
    with network_errors("generator", recipe.generator, latents):
        _trace(recipe.generator, shapes.generator.variables, latents)
    with network_errors("critic", recipe.critic, samples):
        _trace(recipe.critic, shapes.critic.variables, samples)


def _trace(module: nn.Module, variables: Any, inputs: Any) -> None:
    """Traces a network as in training, without random numbers."""
    run = functools.partial(module.apply, train=True, mutable=["batch_stats"])
    jax.eval_shape(run, variables, inputs)


def _draws(module: nn.Module, variables: Any, inputs: Any) -> bool:
    try:
        _trace(module, variables, inputs)
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
    points = jax.random.normal(point_key, (BATCH, *sample_shape))
    variables = jax.jit(lambda key: critic.init(key, points, train=True))(init_key)
    # A mask for each sample would break any promise; what it masks is what promised.
    train = not _draws(critic, variables, points)
    stats = variables.get("batch_stats", {})
    # Biases start at 0, where a promise about them cannot be seen to be broken.
    params = jax.jit(_shake)(variables["params"], shake_key)

    def apply(params: Any, samples: jax.Array) -> jax.Array:
        variables = Weights(params, stats).variables
        return critic.apply(variables, samples, train, mutable=["batch_stats"])[0]

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
