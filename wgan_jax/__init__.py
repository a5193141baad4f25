"""The Wasserstein-GAN family in JAX and Flax: exact, fast, functional.

The names below are imported when they are first used, see `lazy`.
"""

# Of a command it has to come before whatever else is imported.
# isort: off
import wgan_jax.startup  # noqa: F401

# isort: on
from typing import TYPE_CHECKING

from wgan_jax.lazy import lazy_names
from wgan_jax.version import __version__

if TYPE_CHECKING:
    from wgan_jax import constraints as constraints
    from wgan_jax import data as data
    from wgan_jax import errors as errors
    from wgan_jax import metrics as metrics
    from wgan_jax import networks as networks
    from wgan_jax import objectives as objectives
    from wgan_jax import transport as transport
    from wgan_jax import variants as variants
    from wgan_jax.config import Config, ResolvedConfig, resolve
    from wgan_jax.loop.evaluation.evaluate_run import evaluate
    from wgan_jax.loop.result import RunResult
    from wgan_jax.loop.train import resume, train
    from wgan_jax.loop.trained.stored import restore
    from wgan_jax.loop.trained.trained import Trained, load_trained
    from wgan_jax.training.check import check_recipe
    from wgan_jax.training.labelled import Labelled
    from wgan_jax.training.recipe import Recipe, make_recipe
    from wgan_jax.training.state import TrainState, init_state
    from wgan_jax.training.step import make_train_step

__all__ = [
    "Config",
    "Labelled",
    "Recipe",
    "ResolvedConfig",
    "RunResult",
    "TrainState",
    "Trained",
    "__version__",
    "check_recipe",
    "evaluate",
    "init_state",
    "load_trained",
    "make_recipe",
    "make_train_step",
    "resolve",
    "restore",
    "resume",
    "train",
]

_MODULES = {
    "config": ("Config", "ResolvedConfig", "resolve"),
    "loop.evaluation.evaluate_run": ("evaluate",),
    "loop.result": ("RunResult",),
    "loop.train": ("resume", "train"),
    "loop.trained.stored": ("restore",),
    "loop.trained.trained": ("Trained", "load_trained"),
    "training.check": ("check_recipe",),
    "training.labelled": ("Labelled",),
    "training.recipe": ("Recipe", "make_recipe"),
    "training.state": ("TrainState", "init_state"),
    "training.step": ("make_train_step",),
}

_PACKAGES = (
    *("constraints", "data", "errors", "metrics", "networks", "objectives"),
    *("transport", "variants"),
)

__getattr__, __dir__ = lazy_names(__name__, _MODULES, _PACKAGES)
