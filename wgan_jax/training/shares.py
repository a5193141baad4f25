"""Whether devices that share a batch make the update of the whole, tried with numbers.

A step averages over the devices what each finds on its share. That is the figure of the
whole batch where a loss is a mean over samples and a network sees them one by one.
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from wgan_jax.errors import UserError
from wgan_jax.networks.interface import has_axis_name
from wgan_jax.training.guards import class_name, guarded
from wgan_jax.training.probe import Probe
from wgan_jax.training.recipe import Recipe

_SCORES = 8  # of each side: two shares of four
_ROUND_OFF = 1e-4  # relative; float32 stays below 1e-6
_INSTEAD = "so that an update would depend on how many devices there are."


def check_shared_losses(recipe: Recipe) -> None:
    """Refuses losses of the user's own that are no means over samples.

    Args:
        recipe: the parts of the game.

    Raises:
        UserError: naming the loss.
    """
    objective = guarded(recipe).objective
    if objective == recipe.objective:  # both losses are the package's
        return
    real, fake = jax.random.normal(jax.random.key(2), (2, _SCORES), jnp.float32)
    given = (fake, real) if objective.relativistic else (fake,)
    for name, loss, scores in (
        ("critic_loss", objective.critic_loss, (real, fake)),
        ("generator_loss", objective.generator_loss, given),
    ):
        whole = jax.jit(loss)(*scores)
        halves = [
            jax.jit(loss)(*half) for half in zip(*map(_halves, scores), strict=True)
        ]
        if _apart(whole, jnp.mean(jnp.stack(halves))):
            raise UserError(
                f"objective.{name} of a batch is not the mean of those of its halves, "
                f"{_INSTEAD} Make it a mean over samples, or use --devices 1."
            )


def check_shared_network(role: str, module: nn.Module, probe: Probe) -> None:
    """Refuses a network of the user's own that looks at its batch.

    Args:
        role: `generator` or `critic`.
        module: the network; one with the field `axis_name` knows of the devices.
        probe: of it.

    Raises:
        UserError: naming the network.
    """
    if has_axis_name(module):
        return
    run = jax.jit(probe.apply)
    inputs = probe.inputs[: 2 * (len(probe.inputs) // 2)]
    halves = [run(probe.params, half) for half in _halves(inputs)]
    if _apart(run(probe.params, inputs), jnp.concatenate(halves)):
        raise UserError(
            f"{role} {class_name(module)} looks at the rest of its batch, of which a "
            f"device has its share alone, {_INSTEAD} Give the module a field "
            "`axis_name: str | None = None` and let it reduce over that axis, or use "
            "--devices 1."
        )


def _halves(batch: jax.Array) -> list[jax.Array]:
    return jnp.split(batch, 2)


def _apart(whole: Any, shared: Any) -> bool:
    scale = jnp.maximum(jnp.max(jnp.abs(whole)), jnp.max(jnp.abs(shared)))
    return bool(jnp.max(jnp.abs(whole - shared)) > _ROUND_OFF * scale)
