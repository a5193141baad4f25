"""Games small enough to compile in a second, for every test that has to play one."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn

from wgan_jax.config import Config, ResolvedConfig, resolve
from wgan_jax.config.samples import SampleSpec
from wgan_jax.constraints import Constraint
from wgan_jax.networks import NETWORKS
from wgan_jax.objectives import wasserstein
from wgan_jax.training.dispatch import Dispatched, Work, make_dispatch
from wgan_jax.training.labelled import Labelled
from wgan_jax.training.recipe import Recipe, make_recipe
from wgan_jax.training.state import TrainState, init_state
from wgan_jax.variants import VARIANTS

WIDTHS = {"toy": 16, "dcgan": 2, "resnet": 2, "lipschitz_mlp": 16}
# The smallest samples that reach every layer of a network.
SHAPES = {"toy": (2,), "mlp": (4, 4, 1), "dcgan": (16, 16, 2), "resnet": (32, 32, 1)}
SHAPES |= {"lipschitz_mlp": (2,)}
BATCH = 8
LATENTS = 4
CLASSES = 3  # of the conditional games
KEY = 7


class Game(NamedTuple):
    """A resolved config, its parts, its first state and something to learn."""

    config: Config
    recipe: Recipe
    state: TrainState
    data: np.ndarray | Labelled


def goes_with(variant: str, network: str) -> bool:
    """Whether a member is played on a network; a certified critic takes some alone."""
    game = {}
    for preset in VARIANTS[variant].presets(network):
        game |= preset.settings
    plain = game["constraint"] == "none" and game["objective"] != "energy_based"
    return plain or not NETWORKS[network].estimate


def samples(shape: tuple[int, ...], count: int = 64) -> np.ndarray:
    rng = np.random.default_rng(0)
    if len(shape) == 1:
        return rng.standard_normal((count, *shape), np.float32)
    return rng.integers(0, 256, (count, *shape), np.uint8)


def tiny_config(
    variant: str, network: str, shape: tuple[int, ...] | None = None, **fields: Any
) -> ResolvedConfig:
    """A resolved config of tiny networks, batches and latents."""
    values: dict[str, Any] = {"width": WIDTHS.get(network), "n_critic": 2} | fields
    sizes: dict[str, Any] = {"batch_size": BATCH, "latent_dim": LATENTS}
    config = Config(
        variant=variant, dataset="digits", network=network, **(sizes | values)
    )
    return resolve(config, SampleSpec(shape or SHAPES[network], 1000, CLASSES))


@functools.cache
def tiny_game(
    variant: str = "gn",
    network: str = "toy",
    shape: tuple[int, ...] | None = None,
    **fields: Any,
) -> Game:
    shape = shape or SHAPES[network]
    config = tiny_config(variant, network, shape, **fields)
    recipe = make_recipe(config, shape, CLASSES)
    init = jax.jit(lambda key: init_state(recipe, key, shape))
    data = samples(shape)
    if config.conditional:
        data = Labelled(data, np.arange(len(data), dtype=np.int32) % CLASSES)
    return Game(config, recipe, init(jax.random.key(0)), data)


def indices(steps: int, updates: int, batch: int = BATCH) -> np.ndarray:
    """Which of the 64 samples each critic update reads: [steps, updates, batch]."""
    rng = np.random.default_rng(1)
    return rng.integers(0, 64, (steps, updates, batch), np.int32)


SGD = (
    ("optimizer", "sgd"),
    ("generator_learning_rate", 0.01),
    ("critic_learning_rate", 0.01),
)


@functools.cache
def solo(variant: str, network: str = "toy", **fields: Any):
    """A tiny game and its dispatch, compiled for one device once a test session.

    Points are learned by plain gradient descent, which hides nothing.
    """
    if network == "toy":
        # At the paper's limit the first clipping would leave next to no gradient.
        own = {"clip_limit": 0.5} if variant == "wgan" else {}
        # A sixth power: at the rate of the others two updates leave float32's range.
        own = {"critic_learning_rate": 1e-5} if variant == "wgan_div" else own
        fields = dict(SGD) | own | fields
    game = tiny_game(variant, network, **fields)
    return game, jax.jit(make_dispatch(game.recipe))


def play(
    program: Any,
    game: Game,
    steps: int,
    state: TrainState | None = None,
    reads: np.ndarray | None = None,
    counts: np.ndarray | None = None,
) -> Dispatched:
    """Makes `steps` steps on one device; `reads` [3, n, B] are drawn unless given."""
    if reads is None:
        reads = indices(3, game.recipe.n_critic)
    if counts is None:
        counts = np.full(len(reads), game.recipe.n_critic, np.int32)
    work = Work(jax.random.key(KEY), reads, counts, np.int32(steps))
    state = game.state if state is None else state
    return program(state, game.data, np.zeros(2, np.int32), work)


class Shift(nn.Module):
    """The plainest generator: its samples show its latents."""

    @nn.compact
    def __call__(self, z: jax.Array, train: bool) -> jax.Array:
        """Maps latents [B, d] to samples [B, d]."""
        shift = self.param("shift", nn.initializers.zeros, (z.shape[-1],))
        return z + shift[None]


class Linear(nn.Module):
    """The plainest critic, of gradient norm 5 everywhere."""

    @nn.compact
    def __call__(self, x: jax.Array, train: bool) -> jax.Array:
        """Maps samples [B, 2] to scores [B]."""
        kernel = self.param("kernel", lambda _: jnp.asarray([3.0, 4.0]))
        return x @ kernel


def by_hand(constraint: Constraint, **parts: Any) -> Recipe:
    """A game whose every number can be worked out, under plain gradient descent."""
    rest = {"objective": wasserstein(), "latent_dim": 2, "n_critic": 1}
    rest |= {"generator_optimizer": optax.sgd(0.1), "critic_optimizer": optax.sgd(0.1)}
    return Recipe(
        generator=Shift(), critic=Linear(), constraint=constraint, **(rest | parts)
    )
