"""Devices and hosts: how one step is shared, and how processes find each other.

`collective` is what a step sees of its devices, `devices` maps a program over them,
`hosts` lets several processes agree, `cluster` finds out whether there are several.
"""

from wgan_jax.parallel.devices import (
    AXIS,
    choose_devices,
    collective_for,
    compile_pmap,
    count_in_host_memory,
    describe,
    fetch,
    host_flags,
    local_count,
    refuse_uneven,
    replicate,
    replicated_shapes,
)

__all__ = [
    "AXIS",
    "choose_devices",
    "collective_for",
    "count_in_host_memory",
    "describe",
    "fetch",
    "local_count",
    "host_flags",
    "compile_pmap",
    "refuse_uneven",
    "replicate",
    "replicated_shapes",
]
