"""Whether the parts of a game fit together: found at the border, said in one line.

Shapes and statistics are checked as the state is initialised (`first_pass`), what
needs numbers in `promises` and `influence`. Here are the checks that need to know the
devices, or a step. This module knows recipes and shapes of samples; it knows no data
and no file.
"""

import functools
import inspect
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.constraints.interface import keeps_promises
from wgan_jax.errors import UserError
from wgan_jax.given import as_whole
from wgan_jax.networks.interface import has_axis_name
from wgan_jax.text import name_problem, shown
from wgan_jax.training.arguments import as_shape
from wgan_jax.training.guards import class_name, named_errors, network_errors
from wgan_jax.training.inference import critic_scores, run_generator
from wgan_jax.training.influence import (
    check_augmentation,
    check_influence,
    check_losses,
)
from wgan_jax.training.labelled import Labelled, classes_of
from wgan_jax.training.parts import check_parts
from wgan_jax.training.probe import BATCH, lone_shape, make_probe, trace
from wgan_jax.training.promises import check_promises
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.returned import describe
from wgan_jax.training.shares import check_shared_losses, check_shared_network
from wgan_jax.training.state import TrainState, init_state
from wgan_jax.training.step import make_train_step


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
    returns is said of that part. What only numbers show is tried on a small random
    batch with the parameters shaken: a gradient has to pass a network, unless it is one
    of this package's, which the test suite tries; and a critic keeps what it promises
    and what its constraint builds on.
    Losses of your own have to move with the scores that they are given. On several
    devices losses are means over samples, and networks see each sample by itself unless
    they know of the devices by a field `axis_name`.

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
    _check_lone_score(recipe, known, shape)
    _try_step(recipe, known, shape)
    if devices > 1:
        _check_draws(recipe, known, shape)
    # Whatever the run's products are rounded to: a promise is not broken by rounding.
    with jax.default_matmul_precision("float32"):
        _try_numbers(recipe, shape, devices)


def _try_numbers(recipe: Recipe, shape: tuple[int, ...], devices: int) -> None:
    check_losses(recipe)
    check_augmentation(recipe, shape)
    if devices > 1:
        check_shared_losses(recipe)
    # Compiling what tries them would delay the first step of every run by name.
    if _is_own(recipe.generator):
        probe = make_probe(recipe.generator, (recipe.latent_dim,))
        check_influence("generator", recipe.generator, probe)
        if devices > 1:
            check_shared_network("generator", recipe.generator, probe)
    own, promised = _is_own(recipe.critic), recipe.constraint.broken_promise
    if own or promised is not keeps_promises:
        probe = make_probe(recipe.critic, shape)
        check_promises(recipe, shape, probe)
        if not own:
            return
        check_influence("critic", recipe.critic, probe)
        if devices > 1:
            check_shared_network("critic", recipe.critic, probe)


def _is_own(module: nn.Module) -> bool:
    """Whether a network is the user's; the package's are tried by the test suite."""
    return not type(module).__module__.startswith("wgan_jax.networks.")


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
    batch: Any = jax.ShapeDtypeStruct((recipe.n_critic, BATCH, *shape), jnp.float32)
    labels = None
    if classes_of(recipe) is not None:
        labels = jax.ShapeDtypeStruct((BATCH,), jnp.int32)
        shown = jax.ShapeDtypeStruct((recipe.n_critic, BATCH), jnp.int32)
        batch = Labelled(batch, shown)  # pyright: ignore[reportArgumentType]
    latents = jax.ShapeDtypeStruct((BATCH, recipe.latent_dim), jnp.float32)

    def step(state: TrainState, key: jax.Array, batch: Any) -> Any:
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
        samples = jax.eval_shape(run, shapes.generator.variables, latents, labels)
    if samples.shape != (BATCH, *shape):
        raise UserError(
            f"generator {class_name(module)} returns {samples.shape} with train=False "
            f"and {(BATCH, *shape)} with train=True: return the same shape."
        )
    with network_errors("critic", recipe.critic, samples, "train=False"):
        score = functools.partial(critic_scores, recipe)
        jax.eval_shape(score, shapes, samples, labels)


def _check_lone_score(
    recipe: Recipe, shapes: TrainState, shape: tuple[int, ...]
) -> None:
    one = jax.ShapeDtypeStruct((1, *shape), jnp.float32)
    with network_errors("critic", recipe.critic, one, "train=False"):
        seen = lone_shape(recipe.critic, shapes.critic.variables, one)
    if seen != (1,):
        raise UserError(
            f"critic {class_name(recipe.critic)} maps 1 sample to {seen}, but wanted "
            "is one score a sample, shape (1,): take [:, 0] in place of squeeze()."
        )


def _check_logged(metrics: dict[str, Any]) -> None:
    """A log has numbers; who calls a step alone may take arrays out of it too."""
    for name, value in metrics.items():
        if not isinstance(name, str) or name_problem(name):
            raise UserError(
                f"a step of this recipe logs a metric by the name {shown(name)}: a "
                "name is text that a file can hold."
            )
        if getattr(value, "shape", None) != ():
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
        trace(recipe.generator, shapes.generator.variables, latents)
    with network_errors("critic", recipe.critic, samples):
        trace(recipe.critic, shapes.critic.variables, samples)
