"""From what was given to a run that is ready to start: plan, folder, state, program.

Hosts are joined here, and what each was given is compared. What a run consists of is
worked out by `plan`, how one continues by `resume`, its first state and its program by
`program`. No step is made.
"""

import contextlib
import dataclasses
import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from wgan_jax.artifacts.checkpoints import Restored
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.naming import default_run_dir
from wgan_jax.artifacts.withdrawal import Withdrawal
from wgan_jax.config import Config
from wgan_jax.config.own_parts import refuse_decided
from wgan_jax.config.samples import SampleSpec
from wgan_jax.config.sources import sources_of
from wgan_jax.data import Dataset, as_dataset, full_name, is_own, short_name
from wgan_jax.errors import UserError
from wgan_jax.files import ArtifactError
from wgan_jax.loop import messages, own_data, program, resume
from wgan_jax.loop.environment import describe_environment
from wgan_jax.loop.plan import Plan, make_plan
from wgan_jax.loop.timing import Elapsed
from wgan_jax.parallel import hosts
from wgan_jax.parallel.backend import require_backend, require_compiler
from wgan_jax.places import expand
from wgan_jax.text import print_error
from wgan_jax.training.parts import check_parts
from wgan_jax.training.recipe import Recipe
from wgan_jax.training.state import TrainState


class Session(NamedTuple):
    """A run that is ready to start.

    Attributes:
        plan: what it consists of.
        folder: where the first host writes; None on the others.
        state: the state to start from, on the host.
        program: makes up to `plan.max_steps` steps, see `program.compile_dispatch`.
        resumed: whether it continues an earlier run.
        elapsed: what earlier starts of the run took.
        logged: how many rows of metrics.jsonl they wrote; None where nobody knows.
        withdrawal: takes a new run back if it fails before a step; None of others.
    """

    plan: Plan
    folder: RunFolder | None
    state: TrainState
    program: program.Program
    resumed: bool
    elapsed: Elapsed
    logged: int | None = None
    withdrawal: Withdrawal | None = None

    @property
    def start(self) -> int:
        """The step to start from."""
        return int(self.state.step)


def open_config(
    given: Mapping[str, Any], data: Any, recipe: Recipe | None
) -> tuple[Config, Dataset | None]:
    """Joins the hosts, and finds out what is to be trained or continued.

    Args:
        given: the fields of `Config` that were given a value.
        data: samples of the user's own, as `as_dataset` takes them; or None.
        recipe: parts of the user's own, or None.

    Returns:
        The config, with blanks unless it continues a run, and the samples.

    Raises:
        UserError: for whatever the user can mend.
    """
    name = given.get("dataset")
    # Paths are recorded in full, so that the run goes on from any folder.
    if data is None and isinstance(name, str) and is_own(name):
        given = {**given, "dataset": full_name(name)}
    if given.get("data_dir") is not None:
        place = expand(given["data_dir"], "data_dir")
        given = {**given, "data_dir": os.path.abspath(place)}
    if given.get("run_dir") is not None:
        given = {**given, "run_dir": str(expand(given["run_dir"], "run_dir"))}
    config = Config(**given)
    hosts.join_hosts(config.coordinator, config.num_processes, config.process_id)
    require_backend()
    require_compiler()
    hosts.require_same({"resume": config.resume})
    with hosts.raise_on_every_host():
        if data is not None:
            data = as_dataset(data)
            own_data.refuse_unread(given, data)
        if recipe is not None:
            check_parts(recipe)
            refuse_decided(given)
    if config.resume:
        config = resume.continue_config(given, data, recipe)
    return config, data


def prepare(
    config: Config,
    data: Dataset | None = None,
    recipe: Recipe | None = None,
    given: Iterable[str] | None = None,
    until: contextlib.ExitStack | None = None,
) -> Session:
    """Makes everything ready, or says what is wrong.

    Args:
        config: the run, see `open_config`.
        data: samples to use instead of the dataset that the config names.
        recipe: parts to use instead of those that the config names.
        given: the fields that the user gave a value, for the record; None for those
            that differ from their defaults.
        until: gives the run folder back to other processes when it closes; None keeps
            it for as long as the session exists.

    Returns:
        The session; its run folder exists and holds config.json and environment.json.

    Raises:
        UserError: for whatever the user can mend.
    """
    # A host that fails here tells the others, or they would wait at the first dispatch.
    given = resume.given_fields(config) if given is None else given
    with hosts.raise_on_every_host():
        until = until or contextlib.ExitStack()
        session = _prepare(make_plan(config, data, recipe), given, until)
    hosts.require_same(_must_agree(session.plan))
    # Only the first host may have the folder, so its state is everybody's.
    return session._replace(state=hosts.from_first_host(session.state))


def _prepare(plan: Plan, given: Iterable[str], until: contextlib.ExitStack) -> Session:
    config, folder, restored = plan.config, None, None
    withdrawal = None
    if hosts.is_first_host():
        if config.resume:
            folder = resume.open_to_continue(config)
            until.callback(folder.release)
            restored = _continue(plan, folder)
        else:
            folder = _create(plan, given)
            until.callback(folder.release)
            withdrawal = Withdrawal(folder)
            until.push(withdrawal)
        environment = describe_environment(plan)
        folder.write_json(folder.environment.name, environment)
        if not config.quiet:
            # Here, so that something is read while the programs compile.
            print_error(messages.opening(plan, folder, environment))
    if restored is None:
        state, compiled = program.init_state_and_program(plan)
        elapsed = Elapsed()
        return Session(
            plan, folder, state, compiled, config.resume, elapsed, withdrawal=withdrawal
        )
    needed = restored.step < config.steps
    compiled = program.compile_dispatch(plan, needed)
    elapsed = Elapsed.read(restored.extra.get("elapsed"))
    # Versions before 0.3 did not keep it.
    rows = restored.extra.get("rows")
    logged = rows if type(rows) is int else None
    return Session(plan, folder, restored.tree, compiled, True, elapsed, logged)


def _create(plan: Plan, given: Iterable[str]) -> RunFolder:
    config, data = plan.config, plan.dataset
    samples = SampleSpec(data.sample_shape, len(data.train))
    # Reads all samples of one's own: before a name is chosen, and not once for each.
    stored = resume.config_to_store(plan, sources_of(config, given, samples))
    if config.run_dir is not None:
        return RunFolder.create(config.run_dir, stored)
    while True:
        run_dir = _free_name(plan)
        try:
            return RunFolder.create(run_dir, stored | {"run_dir": str(run_dir)})
        except ArtifactError:  # the disk, and not another run
            raise
        except UserError:
            if _free_name(plan) == run_dir:  # no other run was faster
                raise


def _free_name(plan: Plan) -> Path:
    name = short_name(plan.dataset.name)
    return default_run_dir(plan.config.variant, name, plan.config.seed)


def _continue(plan: Plan, folder: RunFolder) -> Restored | None:
    own_data.check_same_data(plan.dataset, folder, given=plan.own_data)
    restored = resume.read_checkpoint(plan, folder)
    # After everything that can refuse: a refusal leaves config.json as it was.
    sources = resume.sources_to_go_on(plan, folder)
    folder.write_json("config.json", resume.config_to_store(plan, sources))
    return restored


# What each host may have of its own: where it reads and writes, and what it says.
PER_HOST_FIELDS = (
    *("run_dir", "data_dir", "log_every", "keep", "quiet"),
    *("compilation_cache", "coordinator", "process_id"),
)


def _must_agree(plan: Plan) -> dict[str, Any]:
    """What all hosts have to be given alike, or one would wait for the others."""
    if jax.process_count() == 1:
        return {}
    values = dataclasses.asdict(plan.config)
    shared = {n: v for n, v in values.items() if n not in PER_HOST_FIELDS}
    # A cheap checksum: it has to tell data sets apart and not to stop an attacker.
    data = 0
    for array in jax.tree.leaves(plan.train_data):  # samples, and labels if any
        data = zlib.crc32(np.ascontiguousarray(array).data, data)
    return shared | {"the training data": hex(data), "jax": jax.__version__}
