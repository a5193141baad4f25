"""A generator as StableHLO, to be run where this package is not.

The program takes its weights as an argument, so it stays small and one file of weights
is all that there is. What the files look like is in `artifacts.exported`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import export

from wgan_jax.artifacts.arrays import flatten, unflatten
from wgan_jax.artifacts.summary import params_sha256, versions
from wgan_jax.data import short_name
from wgan_jax.errors import warn
from wgan_jax.loop.trained.trained import Trained
from wgan_jax.training.inference import generator_weights, run_generator

PLATFORMS = ("cpu", "cuda", "rocm", "tpu")


class Exported(NamedTuple):
    """A generator without the package.

    Attributes:
        program: serialised by `jax.export`: (weights, z [B, latent_dim]) -> float32
            samples [B, ...], images in [-1, 1]; B is any number. Of a conditional run
            with labels, int32 [B], as a third argument.
        weights: name -> array.
        facts: what `artifacts.exported` writes beside them.
    """

    program: bytes
    weights: dict[str, np.ndarray]
    facts: dict[str, Any]


def export_generator(trained: Trained, weights: str = "auto") -> Exported:
    """Exports the generator of a run.

    Args:
        trained: the run.
        weights: `raw`, `ema`, or `auto` for the moving average where there is one.

    Returns:
        Program, weights and facts.

    Raises:
        UserError: for other weights, or `ema` where the run has no moving average.
    """
    name = trained.weights_name(weights)
    variables = generator_weights(trained.state, name).variables
    arrays = flatten(variables)

    def generate(
        arrays: dict[str, jax.Array], latents: jax.Array, *labels: jax.Array
    ) -> jax.Array:
        weights = unflatten(variables, arrays)
        return run_generator(trained.recipe, weights, latents, *labels)

    shapes = {n: jax.ShapeDtypeStruct(a.shape, a.dtype) for n, a in arrays.items()}
    (batch,) = export.symbolic_shape("batch")
    latents = jax.ShapeDtypeStruct((batch, trained.recipe.latent_dim), np.float32)
    given = [shapes, latents]
    if trained.num_classes is not None:
        given.append(jax.ShapeDtypeStruct((batch,), np.int32))
    exported = _lower(jax.jit(generate), *given)
    facts = _facts(trained, name, exported.platforms)
    return Exported(bytes(exported.serialize()), arrays, facts)


def _facts(trained: Trained, weights: str, platforms: Sequence[str]) -> dict[str, Any]:
    config, classes = trained.config, trained.num_classes
    return {
        "variant": config.variant,
        "dataset": short_name(config.dataset),
        "step": int(trained.state.step),
        "weights": weights,
        "latent_dim": trained.recipe.latent_dim,
        "sample_shape": list(trained.sample_shape),
        "platforms": list(platforms),
        "params_sha256": run_sha256(trained),
        "versions": versions(),
    } | ({} if classes is None else {"num_classes": classes})


def _lower(generate: Any, *shapes: Any) -> export.Exported:
    try:
        return export.export(generate, platforms=PLATFORMS)(*shapes)
    except Exception as error:  # a part of the user's own may know one platform alone
        here = jax.default_backend()
        reason = str(error).partition("\n")[0]
        warn(f"the generator is exported for {here} alone: {reason}")
        return export.export(generate)(*shapes)


def run_sha256(trained: Trained) -> str:
    """Hashes the parameters of both networks, as summary.json does at the end."""
    state = trained.state
    return params_sha256(
        {"generator": state.generator.params, "critic": state.critic.params}
    )
