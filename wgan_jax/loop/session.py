"""From a config to all that a run needs: data, recipe, devices, folder, state, program.

It decides nothing that the config or the presets decide, and it makes no step. Whatever
can be wrong with a run is found here, before anything is compiled (`start`).
"""

import dataclasses
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from wgan_jax import parallel
from wgan_jax.artifacts import checkpoints
from wgan_jax.artifacts.folder import RunFolder, default_run_dir
from wgan_jax.config import FIELDS, Config, resolve
from wgan_jax.config.config import from_stored
from wgan_jax.config.presets import Samples, known_samples
from wgan_jax.data import DATASETS, Dataset, from_arrays, load
from wgan_jax.errors import UserError
from wgan_jax.loop.program import Plan, Program, begin, resume, warn
from wgan_jax.parallel import hosts
from wgan_jax.training.recipe import Recipe, make_recipe
from wgan_jax.training.schedule import Schedule
from wgan_jax.training.state import TrainState, init_state


class Keys(NamedTuple):
    """The keys of a run, all from its seed."""

    init: jax.Array
    train: jax.Array
    sample: jax.Array


class Session(NamedTuple):
    """A run that is ready to start.

    Attributes:
        config: without blanks.
        dataset: what it learns.
        recipe: the parts of the game.
        schedule: critic updates of each step.
        devices: of all hosts, in the order of their shares.
        keys: all from the seed.
        folder: where the first host writes; None on the others.
        state: the state to start from, on the host.
        program: makes up to `pace.capacity` steps, as `parallel.parallelize` returns
            it.
        resumed: whether it continues an earlier run.
    """

    config: Config
    dataset: Dataset
    recipe: Recipe
    schedule: Schedule
    devices: list
    keys: Keys
    folder: RunFolder | None
    state: TrainState
    program: Program
    resumed: bool

    @property
    def start(self) -> int:
        """The step to start from."""
        return int(self.state.step)


def make_keys(seed: int) -> Keys:
    """Splits the seed's key, once, into the keys of a run."""
    # One small program instead of one for each part of it.
    return Keys(*jax.jit(lambda: tuple(jax.random.split(jax.random.key(seed), 3)))())


def prepare(
    config: Config,
    data: Dataset | np.ndarray | None = None,
    recipe: Recipe | None = None,
) -> Session:
    """Makes everything ready, or says what is wrong.

    Args:
        config: the run; blanks are filled in.
        data: samples to use instead of the dataset that the config names.
        recipe: parts to use instead of those that the config names.

    Returns:
        The session; its run folder exists and holds config.json.

    Raises:
        UserError: for whatever the user can mend.
    """
    hosts.join_hosts(config.coordinator, config.num_processes, config.process_id)
    hosts.refuse_different({"resume": config.resume})
    with hosts.together():
        session = _prepare(config, data, recipe)
    hosts.refuse_different(_shared(session))
    return session._replace(state=hosts.from_first_host(session.state))


# What each host may have of its own: where it reads and writes, and what it says.
_OWN = (
    *("run_dir", "data_dir", "log_every", "keep", "quiet"),
    *("compilation_cache", "coordinator"),
)


def _shared(session: Session) -> dict[str, Any]:
    """What all hosts have to agree on, or one would wait for the others forever."""
    if jax.process_count() == 1:
        return {}
    told = dataclasses.asdict(session.config)
    for name in (*_OWN, "process_id"):
        del told[name]
    data = zlib.crc32(np.ascontiguousarray(session.dataset.train).data)
    return told | {"the training data": hex(data), "jax": jax.__version__}


def _deciding(config: Config) -> list[tuple[str, object]]:
    names = ("steps", *(n for n, field in FIELDS.items() if field.metadata["decides"]))
    return [(name, getattr(config, name)) for name in names]


def _prepare(
    config: Config, data: Dataset | np.ndarray | None, recipe: Recipe | None
) -> Session:
    if data is not None and not isinstance(data, Dataset):
        data = from_arrays(data)
    if data is not None:
        config = dataclasses.replace(config, dataset=data.name)
    samples = None if data is None else Samples(data.sample_shape, len(data.train))
    config = resolve(config, samples)
    if config.resume and config.run_dir is None:
        raise UserError("resume needs to know which run: give its folder as --run-dir.")
    devices = parallel.choose_devices(config.devices, config.batch_size or 0)
    dataset = data or load(config.dataset, config.data_dir)
    recipe = recipe or make_recipe(config, dataset.sample_shape)
    schedule = Schedule(recipe.n_critic, config.critic_schedule == "wgan2017")
    plan = Plan(config, recipe, dataset, schedule, devices)
    keys = make_keys(config.seed)
    folder = _folder(config) if hosts.is_first_host() else None
    if folder is not None and config.resume:
        state, program = resume(plan, keys.init, folder)
        folder.write_json("config.json", _stored(config))
    else:
        state, program = begin(plan, keys.init)
    return Session(
        **plan._asdict(),
        keys=keys,
        folder=folder,
        state=state,
        program=program,
        resumed=config.resume,
    )


def _stored(config: Config) -> dict[str, Any]:
    # Where a process stood and how it was started is not part of the run.
    here = {"resume": False, "quiet": False}
    here |= dict.fromkeys(("coordinator", "num_processes", "process_id"))
    return dataclasses.asdict(config) | here


def _folder(config: Config) -> RunFolder:
    if config.resume:
        folder = RunFolder.open(config.run_dir or "")
        from_stored(folder.config(), dict(_deciding(config)))
        folder.clean()
        return folder
    run_dir = config.run_dir or default_run_dir(
        config.variant, config.dataset, config.seed
    )
    return RunFolder.create(run_dir, _stored(config) | {"run_dir": str(run_dir)})


def restore(
    run_dir: str | Path,
    *,
    recipe: Recipe | None = None,
    sample_shape: tuple[int, ...] | None = None,
) -> tuple[Config, TrainState]:
    """Reads a run's config and its newest whole checkpoint.

    Args:
        run_dir: the run folder.
        recipe: the parts that the run was trained with, if they were your own.
        sample_shape: the shape of one sample, if the data were your own.

    Returns:
        The config as it ran, and the train state with numpy leaves.

    Raises:
        UserError: when there is no run, or no checkpoint that is whole and fits.
    """
    folder = RunFolder.open(run_dir)
    config = from_stored(folder.config(), {})
    if sample_shape is None and config.dataset not in DATASETS:
        raise UserError(
            f"the run in {str(run_dir)!r} was trained on data of your own "
            f"({config.dataset!r}): give restore their sample_shape."
        )
    shape = sample_shape or known_samples(config.dataset).shape
    recipe = recipe or make_recipe(config, shape)
    template = jax.eval_shape(
        lambda key: init_state(recipe, key, shape), jax.random.key(0)
    )
    _, state = checkpoints.restore(folder.checkpoints, template, warn)
    return config, state
