"""The Wasserstein-GAN family in JAX and Flax: exact, fast, functional.

The names below are imported when they are first used, so that `import wgan_jax` and
`--help` cost nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wgan_jax.config import Config, resolve
    from wgan_jax.finish import RunResult
    from wgan_jax.loop import train
    from wgan_jax.recipe import Recipe, make_recipe
    from wgan_jax.session import restore
    from wgan_jax.state import TrainState, init_state
    from wgan_jax.step import make_train_step

__all__ = [
    "Config",
    "Recipe",
    "RunResult",
    "TrainState",
    "init_state",
    "make_recipe",
    "make_train_step",
    "resolve",
    "restore",
    "train",
]

_HOMES = {
    "Config": "config",
    "Recipe": "recipe",
    "RunResult": "finish",
    "TrainState": "state",
    "init_state": "state",
    "make_recipe": "recipe",
    "make_train_step": "step",
    "resolve": "config",
    "restore": "session",
    "train": "loop",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
