"""The only module that knows about devices.

Data parallelism is `jax.pmap` over one axis: every device holds the whole state,
receives the same key and the same indices, takes its own share of the global batch and
averages gradients with the others. So a device needs nothing but its index on that
axis, and the loop is the same for one device, a workstation and a pod. `hosts` lets
processes find each other.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from wgan_jax.errors import UserError
from wgan_jax.parallel.collective import Collective

AXIS = "devices"


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
    # Of all hosts, in one order: pmap needs the same list on each of them.
    chosen = jax.devices()
    if count is not None:
        chosen = [d for d in chosen if _index_on_host(d, chosen) < count]
    refuse_uneven(batch_size, len(chosen))
    return chosen


def _index_on_host(device: Any, devices: Sequence[Any]) -> int:
    same_host = [d for d in devices if d.process_index == device.process_index]
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
        fewer = max(n for n in range(1, size) if batch_size % n == 0)
        nearest = [b for b in (lower, lower + size) if b > 0]
        raise UserError(
            f"batch_size {batch_size} does not divide among {size} devices. "
            f"The nearest that do: {' and '.join(map(str, nearest))}. Or take fewer "
            f"devices with --devices: it divides among {fewer}."
        )


def collective_for(devices: Sequence[Any]) -> Collective:
    """Makes what a step has to know of the devices that it runs on.

    Args:
        devices: the devices of all hosts.

    Returns:
        The mapped axis, of one entry a device.
    """
    return Collective(AXIS, len(devices))


def replicate(tree: Any, devices: Sequence[Any]) -> Any:
    """Puts a copy of every leaf on every device of this host.

    Args:
        tree: arrays of the host.
        devices: the devices of all hosts.

    Returns:
        The tree with a leading axis of the local devices on every leaf.
    """
    # pmap copies unmapped arguments to every device but needs a mapped one: the rank.
    copy = jax.pmap(
        lambda rank, tree: tree, axis_name=AXIS, in_axes=(0, None), devices=devices
    )
    return copy(np.arange(local_count(devices)), tree)


def replicated_shapes(tree: Any, devices: Sequence[Any]) -> Any:
    """Works out what `replicate` makes, without any copy.

    Args:
        tree: arrays, or their shapes and dtypes.
        devices: the devices of all hosts.

    Returns:
        The shapes and dtypes.
    """
    count = local_count(devices)
    return jax.tree.map(
        lambda x: jax.ShapeDtypeStruct((count, *x.shape), x.dtype), tree
    )


def host_flags(values: Sequence[int], devices: Sequence[Any]) -> np.ndarray:
    """Lays out this host's flags for a dispatch.

    Args:
        values: the flags.
        devices: the devices of all hosts.

    Returns:
        int32 [local devices, len(values)].
    """
    # Alike on all of its devices, because the dispatch takes the maximum over devices.
    return np.tile(np.asarray(values, np.int32), (local_count(devices), 1))


def local_count(devices: Sequence[Any]) -> int:
    """Counts the devices of this host.

    Args:
        devices: the devices of all hosts.

    Returns:
        How many of them are this host's.
    """
    return sum(d.process_index == jax.process_index() for d in devices)


def count_in_host_memory(devices: Sequence[Any]) -> int:
    """Counts the devices of this host whose memory is the host's.

    Args:
        devices: the devices of all hosts, of one platform.

    Returns:
        All devices of this host on CPU, otherwise 0.
    """
    return local_count(devices) if devices[0].platform == "cpu" else 0


def describe(devices: Sequence[Any]) -> str:
    """Describes the devices in a few words.

    Args:
        devices: the devices of all hosts.

    Returns:
        Number and kind: `2 x cpu`.
    """
    return f"{len(devices)} x {devices[0].device_kind}"


def fetch(tree: Any) -> Any:
    """Fetches the first local device's copy of every leaf, as numpy arrays.

    Waits until the arrays have been computed.

    Args:
        tree: as `replicate` or a mapped program returns it.

    Returns:
        The tree without its leading axis of devices.
    """
    # A shard is [1, ...]. Only local memory is read, which a host can do by itself.
    return jax.tree.map(lambda x: np.asarray(x.addressable_shards[0].data)[0], tree)


def compile_pmap(dispatch: Callable[..., Any], devices: Sequence[Any]) -> Any:
    """Maps a dispatch over the devices; it compiles at its first call or by `lower`.

    Args:
        dispatch: as `training.dispatch.make_dispatch` returns it.
        devices: the devices of all hosts.

    Returns:
        The same function of a state, a dataset and host flags with a leading device
        axis (see `replicate`), and of work that all devices share. The state is
        donated: after the call the arrays given are invalid, the ones returned live in
        the same memory.
    """
    return jax.pmap(
        dispatch,
        axis_name=AXIS,
        in_axes=(0, 0, 0, None),
        devices=devices,
        donate_argnums=0,  # the new state takes the old one's memory
    )
