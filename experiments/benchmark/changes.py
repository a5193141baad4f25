"""Changes of our side that might pay on a GPU, tried one at a time.

A change is made inside of a worker's process, to the recipe or by flags of XLA. Nothing
here is part of the package: what pays will be.
"""

import os
from collections.abc import Callable

import optax

from wgan_jax.training.recipe import Recipe


def flat_optimizers(recipe: Recipe) -> Recipe:
    """One optimiser over a vector of all parameters instead of one for each leaf."""
    return recipe._replace(
        generator_optimizer=optax.flatten(recipe.generator_optimizer),
        critic_optimizer=optax.flatten(recipe.critic_optimizer),
    )


def fakes_ahead(recipe: Recipe) -> Recipe:
    """Noise and fakes of all critic updates before the first of them."""
    # Of the class, in a process that plays this one game.
    type(recipe.generator).wide_passes = True  # pyright: ignore
    return recipe


RECIPES: dict[str, Callable[[Recipe], Recipe]] = {
    "flat optimisers": flat_optimizers,
    "fakes ahead": fakes_ahead,
}
_ALL = "FUSION,CUBLAS,CUBLASLT,CUDNN,CUSTOM_CALL,CONDITIONAL,WHILE"
FLAGS = {
    "command buffers with loops": f"--xla_gpu_enable_command_buffer={_ALL} "
    "--xla_gpu_graph_min_graph_size=1",
    "no command buffers": "--xla_gpu_enable_command_buffer=",
    "Triton for every product": "--xla_gpu_triton_gemm_any=true",
    "deterministic": "--xla_gpu_deterministic_ops=true",
}
NAMES = (*RECIPES, *FLAGS)


def environment(change: str | None) -> dict[str, str]:
    """The environment of a process that makes a change: XLA's flags, appended.

    No process takes a GPU's memory in advance, for others compute there too.
    """
    made = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", **os.environ}
    flags = f"{made.get('XLA_FLAGS', '')} {FLAGS.get(change or '', '')}".strip()
    return {**made, "XLA_FLAGS": flags} if flags else made
