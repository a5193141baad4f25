"""What a run consists of before it has a state: data, parts, devices and keys.

Everything that can be wrong with a run is found here, before anything is compiled or
written. It decides nothing that the config, the presets or a recipe decide.
"""

import dataclasses
import functools
from typing import Any, NamedTuple

import jax
import numpy as np

from wgan_jax import parallel
from wgan_jax.config import Config, resolve
from wgan_jax.config.combinations import refuse_new
from wgan_jax.config.own_parts import resolve_own_parts
from wgan_jax.config.samples import SampleSpec, refuse_large_batch, samples_of
from wgan_jax.data import Dataset
from wgan_jax.data.labels import require_classes
from wgan_jax.errors import UserError
from wgan_jax.loop.evaluation.measurements import tracked_config
from wgan_jax.loop.memory import bytes_of, require_memory
from wgan_jax.loop.own_data import load_dataset
from wgan_jax.loop.precision import choose_precision
from wgan_jax.parallel import backend
from wgan_jax.training.check import check_device_axis, check_recipe
from wgan_jax.training.influence import check_lone_latents
from wgan_jax.training.labelled import Labelled, classes_of
from wgan_jax.training.recipe import Recipe, describe_recipe, make_recipe
from wgan_jax.training.schedule import Schedule
from wgan_jax.training.state import TrainState, init_state


class Keys(NamedTuple):
    """The keys of a run, all from its seed."""

    init: jax.Array
    train: jax.Array
    sample: jax.Array


class Plan(NamedTuple):
    """What a run consists of.

    Attributes:
        config: as it runs; without blanks unless the parts are the user's own.
        batch_size: samples a batch, all devices.
        recipe: the parts of the game.
        own_parts: what a recipe of the user's own consists of; None for one by name.
        own_data: whether the samples were given in memory.
        dataset: what it learns.
        schedule: critic updates of each step.
        devices: of all hosts, in the order of their shares.
        keys: all from the seed.
        init: key -> the first state; jitted, and traced already.
        shapes: the shapes and dtypes of the state.
    """

    config: Config
    batch_size: int
    recipe: Recipe
    own_parts: dict[str, Any] | None
    own_data: bool
    dataset: Dataset
    schedule: Schedule
    devices: list
    keys: Keys
    init: Any
    shapes: TrainState

    @property
    def num_classes(self) -> int | None:
        """The classes that it is conditional on; None where it is not."""
        return classes_of(self.recipe)

    @property
    def train_data(self) -> np.ndarray | Labelled:
        """What lies on the devices: samples, and labels where they are read."""
        labels = self.dataset.train_labels
        if self.num_classes is None or labels is None:
            return self.dataset.train
        return Labelled(self.dataset.train, labels)

    @property
    def max_steps(self) -> int:
        """The most steps of one dispatch."""
        samples = self.schedule.max_updates * self.batch_size
        given = self.config.steps_per_dispatch
        return given or backend.max_steps_per_dispatch(samples)


def make_keys(seed: int) -> Keys:
    """Splits the seed's key, once, into the keys of a run."""
    # One small program instead of one for each part of it.
    return Keys(*jax.jit(lambda: tuple(jax.random.split(jax.random.key(seed), 3)))())


def make_plan(
    config: Config, data: Dataset | None = None, recipe: Recipe | None = None
) -> Plan:
    """Works out what a run consists of, or says what is wrong with it.

    Args:
        config: the run; blanks are filled in.
        data: samples to use instead of the dataset that the config names.
        recipe: parts to use instead of those that the config names.

    Returns:
        The plan.

    Raises:
        UserError: for whatever the user can mend.
    """
    # In the order of cost: words, then devices, then reading data, then tracing.
    config, batch_size = _resolve(config, data, recipe)
    devices = parallel.choose_devices(config.devices, batch_size)
    dataset = data or load_dataset(config)
    # Only now is the number of the user's own images known.
    refuse_large_batch(batch_size, config.dataset, len(dataset.train))
    config = tracked_config(config, dataset)
    own_parts = None if recipe is None else describe_recipe(recipe)
    shape, keys = dataset.sample_shape, make_keys(config.seed)
    if not config.resume:  # what was begun may go on
        refuse_new(dataclasses.asdict(config), batch_size, shape)
    recipe = _parts(config, dataset, recipe)
    config, recipe = choose_precision(config, recipe, shape)
    init = jax.jit(functools.partial(init_state, recipe, sample_shape=shape))
    # The one trace of the initialisation: checking costs no other.
    shapes = jax.eval_shape(init, keys.init)
    _require_memory(shapes, dataset, devices)
    _check_parts(recipe, own_parts is not None, batch_size, shape, devices, shapes)
    return Plan(
        config=config,
        batch_size=batch_size,
        recipe=recipe,
        own_parts=own_parts,
        own_data=data is not None,
        dataset=dataset,
        schedule=Schedule(recipe.n_critic, config.critic_schedule == "wgan2017"),
        devices=devices,
        keys=keys,
        init=init,
        shapes=shapes,
    )


def _check_parts(
    recipe: Recipe,
    own: bool,
    batch_size: int,
    shape: tuple,
    devices: list,
    shapes: TrainState,
) -> None:
    if own:
        check_recipe(recipe, shape, len(devices), shapes=shapes)
        if batch_size == 1 and shapes.generator.stats:
            check_lone_latents(recipe.generator, recipe.latent_dim)
    else:
        # The test suite tries these parts; tracing a step for it takes half a second.
        check_device_axis(recipe, shapes, len(devices))


def _require_memory(shapes: TrainState, dataset: Dataset, devices: list) -> None:
    """Refuses what cannot be held: a failed allocation may end in the runtime.

    There it can be an abort without a message, or a wait that no signal ends.
    """
    # On the host the first state, the one fetched for a checkpoint, and the bytes of
    # its file; one more, and the data, on each device. Measured on CPU: 4.0 to 4.5
    # copies with one device, 7.3 with four. With 4.1 a run ended at its checkpoint.
    on_host = parallel.count_in_host_memory(devices)
    copies = 3.5 + on_host
    require_memory(
        int(copies * bytes_of(shapes)) + on_host * dataset.train.nbytes,
        f"{copies:g} copies of the networks and the state of their optimisers, and "
        f"{on_host} of the data,",
        "Choose a smaller width or latent_dim, fewer devices, or fewer samples.",
    )


def _parts(config: Config, dataset: Dataset, recipe: Recipe | None) -> Recipe:
    """Takes or builds the parts; refuses labels that they cannot be trained on."""
    if config.conditional:
        require_classes(dataset)
    classes = dataset.num_classes
    if recipe is None:
        return make_recipe(config, dataset.sample_shape, classes)
    if classes_of(recipe) not in (None, classes):
        raise UserError(
            f"the recipe is conditional on {classes_of(recipe)} classes, the labels of "
            f"{dataset.name!r} have {classes}: give networks of num_classes={classes}."
        )
    return recipe


def _resolve(
    config: Config, data: Dataset | None, recipe: Recipe | None
) -> tuple[Config, int]:
    """Fills in the config; returns the batch size besides, which is never blank."""
    samples = None
    if data is not None:
        config = dataclasses.replace(config, dataset=data.name)
        samples = SampleSpec(data.sample_shape, len(data.train), data.num_classes)
    if recipe is None:
        resolved = resolve(config, samples)
        return resolved, resolved.batch_size
    decided = {
        "n_critic": recipe.n_critic,
        "generator_batch": recipe.generator_batch,
        "latent_dim": recipe.latent_dim,
        "pulling_away": recipe.pulling_away or None,
        "ema_decay": recipe.ema_decay,
        "conditional": classes_of(recipe) is not None,
        "precision": config.precision or recipe.precision,
    }
    if samples is None:
        samples = samples_of(config)
    own = resolve_own_parts(config, samples, decided)
    assert own.batch_size is not None  # filled in by resolve_own_parts
    return own, own.batch_size
