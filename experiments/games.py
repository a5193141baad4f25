"""Plays a member's game on points, as the steps of the package's public API make it.

What is observed here is the game alone: no run folder, no clock, no file. Batches are
drawn on the device, with replacement, from the training set. The same seed gives the
same game; the updates are those of `wgan_jax.make_train_step`.
"""

import functools
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from wgan_jax import (
    Config,
    Recipe,
    ResolvedConfig,
    TrainState,
    init_state,
    make_recipe,
    make_train_step,
    resolve,
)
from wgan_jax.data import load
from wgan_jax.training.inference import sample
from wgan_jax.training.schedule import Schedule


class Game(NamedTuple):
    """A member on a data set of points.

    Attributes:
        config: every number of it.
        recipe: its parts.
    """

    config: ResolvedConfig
    recipe: Recipe


class Seen(NamedTuple):
    """A game at one moment.

    Attributes:
        step: generator updates made.
        state: the train state then.
        metrics: name -> mean over the steps since the moment before.
    """

    step: int
    state: TrainState
    metrics: dict[str, float]


def make_game(variant: str, dataset: str, **fields: Any) -> Game:
    """A member with its paper's preset: what is tuned later changes no figure here.

    Args:
        variant: a name in `wgan_jax.variants.VARIANTS`.
        dataset: a data set of points.
        **fields: of `Config`, where they are not to be the preset's.
    """
    given: dict[str, Any] = {"preset": "paper"} | fields
    config = resolve(Config(variant=variant, dataset=dataset, **given))
    return Game(config, make_recipe(config, load(dataset).sample_shape))


def play(game: Game, seed: int, steps: int, every: int) -> list[Seen]:
    """Plays a game.

    Args:
        game: of `make_game`.
        seed: of weights and batches.
        steps: generator updates, a multiple of `every`.
        every: steps between two looks.

    Returns:
        What was seen after each `every` steps.
    """
    train = load(game.config.dataset).train
    init_key, run_key = jax.random.split(jax.random.key(seed))
    state = init_state(game.recipe, init_key, train.shape[1:])
    schedule = critic_schedule(game)
    shape = (schedule.max_updates, game.config.batch_size)
    seen = []
    for done in range(every, steps + 1, every):
        updates = schedule.updates_per_step(done - every, every)
        state, metrics = _steps(
            game.recipe, shape, every, state, run_key, train, updates
        )
        means = {name: float(np.mean(v)) for name, v in metrics.items()}
        seen.append(Seen(done, state, means))
    return seen


def critic_schedule(game: Game) -> Schedule:
    """How many critic updates each of the game's steps makes."""
    bursts = game.config.critic_schedule == "wgan2017"
    return Schedule(game.recipe.n_critic, bursts)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _steps(
    recipe: Recipe,
    shape: tuple[int, int],
    count: int,
    state: TrainState,
    key: jax.Array,
    train: jax.Array,
    updates: jax.Array | None,
) -> tuple[TrainState, dict[str, jax.Array]]:
    step = make_train_step(recipe)

    def one(state: TrainState, n_critic: jax.Array | None):
        data_key, step_key = jax.random.split(key)
        drawn = jax.random.fold_in(data_key, state.step)
        places = jax.random.randint(drawn, shape, 0, len(train))
        return step(state, step_key, train[places], n_critic)

    return jax.lax.scan(one, state, updates, length=count)


def generate(game: Game, state: TrainState, seed: int, count: int) -> np.ndarray:
    """Generated points, [count, d], by the raw weights.

    Args:
        game: of `make_game`.
        state: what it was played to.
        seed: of the latents.
        count: how many points.
    """
    latents = jax.random.normal(jax.random.key(seed), (count, game.recipe.latent_dim))
    return np.asarray(sample(game.recipe, state, jnp.asarray(latents), weights="raw"))


def side_by_side(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Maps over items two at a time: one small game does not fill two cores.

    Args:
        work: plays what belongs together, so that its games share what is compiled.
        items: such as names of members.

    Returns:
        What `work` returned for each item, in their order.
    """
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, items))
