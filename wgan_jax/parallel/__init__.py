"""Devices and hosts: how one step is shared, and how processes find each other.

`collective` is what a step sees of its devices, `devices` maps a program over them,
`hosts` lets several processes agree, `cluster` tells whether there are several.
"""

from wgan_jax.parallel.devices import (
    AXIS,
    choose_devices,
    collective_of,
    describe,
    first,
    local_count,
    notes,
    parallelize,
    refuse_uneven,
    replicate,
    replicated_shapes,
)

__all__ = [
    "AXIS",
    "choose_devices",
    "collective_of",
    "describe",
    "first",
    "local_count",
    "notes",
    "parallelize",
    "refuse_uneven",
    "replicate",
    "replicated_shapes",
]
