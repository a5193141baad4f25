"""The Wasserstein-GAN family in JAX and Flax: exact, fast, functional.

The names below are imported when they are first used, see `lazy`.
"""

from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names

if TYPE_CHECKING:
    from wgan_jax.config import Config, resolve
    from wgan_jax.loop.result import RunResult
    from wgan_jax.loop.session import restore
    from wgan_jax.loop.train import train
    from wgan_jax.training.recipe import Recipe, make_recipe
    from wgan_jax.training.state import TrainState, init_state
    from wgan_jax.training.step import make_train_step

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
    "Recipe": "training.recipe",
    "RunResult": "loop.result",
    "TrainState": "training.state",
    "init_state": "training.state",
    "make_recipe": "training.recipe",
    "make_train_step": "training.step",
    "resolve": "config",
    "restore": "loop.session",
    "train": "loop.train",
}

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
