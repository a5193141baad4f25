"""The only room that knows about devices and hosts.

Data parallelism is `jax.pmap` over one axis: every device holds the whole state,
receives the same key and the same indices, takes its own share of the global batch and
averages gradients with the others. So a host needs nothing but its place in the row,
and the loop is the same for one device, a workstation and a pod.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from wgan_jax.collective import Collective
from wgan_jax.errors import LostHostError, UserError

AXIS = "devices"
HEARTBEAT_SECONDS = 20
_LONGEST_REASON = 2000


def join_hosts(
    coordinator: str | None, num_processes: int | None, process_id: int | None
) -> None:
    """Connects this process with the others, before any device is used.

    Args:
        coordinator: HOST:PORT of process 0; None to take all three from the cluster
            (SLURM, Open MPI, TPU pods, GKE) where there is one, or to stay alone.
        num_processes: how many processes there are.
        process_id: which one this is, from 0.

    Raises:
        UserError: when only some of the three are given, or process 0 does not answer.
    """
    given = (coordinator, num_processes, process_id)
    if any(g is None for g in given) and any(g is not None for g in given):
        raise UserError(
            "several hosts need all of coordinator, num_processes and process_id "
            f"(got {coordinator}, {num_processes}, {process_id}); where the cluster "
            "tells them, leave all three out."
        )
    if process_id is not None and process_id >= (num_processes or 0):
        raise UserError(
            f"process_id is {process_id}, but has to be less than num_processes "
            f"({num_processes})."
        )
    if jax.distributed.is_initialized():
        return
    if coordinator is None and not in_cluster(os.environ):
        return
    try:
        jax.distributed.initialize(
            coordinator,
            num_processes,
            process_id,
            heartbeat_timeout_seconds=HEARTBEAT_SECONDS,
            initialization_timeout=120,
            shutdown_timeout_seconds=HEARTBEAT_SECONDS,
        )
    except (RuntimeError, ValueError) as error:
        first_line = str(error).splitlines()[0]
        raise UserError(
            f"could not join the hosts at {coordinator or 'the cluster'}: {first_line}. "
            "Start all processes with the same coordinator and num_processes, each with "
            "its own process_id."
        ) from error


def in_cluster(environment: Mapping[str, str]) -> bool:
    """Whether the environment is that of one process among several.

    Args:
        environment: `os.environ`.

    Returns:
        True under `srun` with several tasks, `mpirun` with several ranks, on a worker
        of a TPU pod, and in a GKE job with several indices.
    """

    def several(name: str) -> bool:
        value = environment.get(name, "")
        return value.isdigit() and int(value) > 1

    if "SLURM_STEP_ID" in environment and several("SLURM_STEP_NUM_TASKS"):
        return True
    if several("OMPI_COMM_WORLD_SIZE"):
        return True
    return "," in environment.get("TPU_WORKER_HOSTNAMES", "") or several(
        "MEGASCALE_NUM_SLICES"
    )


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Lets all hosts stop when the block fails on one of them, each with the reason.

    Raises:
        UserError: this host's own, or that of the first host that has one.
    """
    reason, own = "", None
    try:
        yield
    except UserError as error:
        reason, own = str(error), error
    if jax.process_count() > 1:
        for host, theirs in enumerate(_exchange(reason)):
            if theirs and own is None:
                raise UserError(f"host {host} stopped: {theirs}")
    if own is not None:
        raise own


def refuse_different(text: str, what: str) -> None:
    """Refuses to go on when hosts were told different things.

    Args:
        text: what this host was told.
        what: how the error calls it.

    Raises:
        UserError: on every host, unless all texts are the same.
    """
    if jax.process_count() == 1:
        return
    digest = hashlib.sha256(text.encode()).hexdigest()
    for host, theirs in enumerate(_exchange(digest)):
        if theirs != digest:
            raise UserError(
                f"host {host} was started with another {what} than host "
                f"{jax.process_index()}. Give all processes the same options."
            )


def _exchange(text: str) -> list[str]:
    from jax.experimental import multihost_utils

    padded = text.encode()[:_LONGEST_REASON].ljust(_LONGEST_REASON, b"\0")
    everyone = multihost_utils.process_allgather(np.frombuffer(padded, np.uint8))
    return [bytes(row).rstrip(b"\0").decode(errors="replace") for row in everyone]


def from_first_host(tree: Any) -> Any:
    """Gives every host the first host's arrays; all hosts pass the same structure."""
    if jax.process_count() == 1:
        return tree
    from jax.experimental import multihost_utils

    return multihost_utils.broadcast_one_to_all(tree)


@contextlib.contextmanager
def host_errors() -> Iterator[None]:
    """Turns the runtime's error after another host was lost into one clear message.

    Raises:
        LostHostError: when there are several hosts and the runtime fails.
    """
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if jax.process_count() == 1:
            raise
        first_line = str(error).splitlines()[0]
        raise LostHostError(
            f"another host stopped answering ({first_line}). Start all processes again "
            "with --resume."
        ) from error


def choose_devices(count: int | None, batch_size: int) -> list[Any]:
    """Picks the devices that share a batch, on every host.

    Args:
        count: devices on each host; None for all.
        batch_size: the global batch.

    Returns:
        The devices of all hosts, in the order of their shares.

    Raises:
        UserError: when a host has fewer devices, or the batch does not divide.
    """
    available = jax.local_device_count()
    if count is not None and count > available:
        raise UserError(
            f"devices is {count}, but this host has {available} "
            f"({jax.devices()[0].platform}). Ask for at most {available}."
        )
    everywhere = jax.devices()
    chosen = [d for d in everywhere if _place(d, everywhere) < (count or available)]
    refuse_uneven(batch_size, len(chosen))
    return chosen


def _place(device: Any, everywhere: Sequence[Any]) -> int:
    same_host = [d for d in everywhere if d.process_index == device.process_index]
    return same_host.index(device)


def refuse_uneven(batch_size: int, size: int) -> None:
    """Refuses a batch that does not divide, naming the two nearest that do.

    Args:
        batch_size: the global batch.
        size: how many devices share it.

    Raises:
        UserError: unless size divides batch_size.
    """
    if batch_size % size:
        lower = batch_size - batch_size % size
        nearest = [b for b in (lower, lower + size) if b > 0]
        raise UserError(
            f"batch_size {batch_size} does not divide among {size} devices. "
            f"The nearest that do: {' and '.join(map(str, nearest))}."
        )


def collective_of(devices: Sequence[Any]) -> Collective:
    """Returns what a step has to know of the devices that it runs on."""
    return Collective(AXIS, len(devices))


def replicate(tree: Any, devices: Sequence[Any]) -> Any:
    """Puts a copy of every leaf on every device of this host.

    Args:
        tree: arrays of the host.
        devices: the devices of all hosts.

    Returns:
        The tree with a leading device axis on every leaf.
    """
    copy = jax.pmap(
        lambda rank, tree: tree, axis_name=AXIS, in_axes=(0, None), devices=devices
    )
    return copy(np.arange(local_count(devices)), tree)


def notes(values: Sequence[int], devices: Sequence[Any]) -> np.ndarray:
    """Lays out this host's notes for a dispatch: int32 [local devices, len(values)]."""
    return np.tile(np.asarray(values, np.int32), (local_count(devices), 1))


def local_count(devices: Sequence[Any]) -> int:
    """Counts the devices of this host."""
    return sum(d.process_index == jax.process_index() for d in devices)


def is_first_host() -> bool:
    """Whether this host is the one that writes."""
    return jax.process_index() == 0


def describe(devices: Sequence[Any]) -> str:
    """Says in a few words what the devices are: `2 x cpu`."""
    return f"{len(devices)} x {devices[0].device_kind}"


def first(tree: Any) -> Any:
    """Fetches the first local device's copy of every leaf, as numpy arrays.

    Waits until the arrays have been computed.
    """
    return jax.tree.map(lambda x: np.asarray(x.addressable_shards[0].data)[0], tree)


def parallelize(
    dispatch: Callable[..., Any], devices: Sequence[Any]
) -> Callable[..., Any]:
    """Compiles a dispatch for the devices; its state is donated.

    Args:
        dispatch: as `dispatch.make_dispatch` returns it.
        devices: the devices of all hosts.

    Returns:
        The same function of a state, a dataset and notes with a leading device axis
        (see `replicate`), and of a key, indices, counts and length that all devices
        share.
    """
    return jax.pmap(
        dispatch,
        axis_name=AXIS,
        in_axes=(0, None, 0, None, None, None, 0),
        devices=devices,
        donate_argnums=0,
    )
