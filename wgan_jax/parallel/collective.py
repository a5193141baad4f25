"""How one device's share of a step agrees with the others, seen from inside the step.

A step draws noise for the global batch and takes its share, and averages gradients,
through this module. It knows the name of the mapped axis and nothing else: which
devices and hosts there are is the business of `devices`.
"""

from typing import NamedTuple, TypeVar

import jax
from jax import lax

Tree = TypeVar("Tree")


class Collective(NamedTuple):
    """The mapped device axis that a step runs under, or none.

    Attributes:
        axis_name: the name given to `jax.pmap`; None when the step runs on one device.
        size: how many devices share the global batch; >= 1. Where it is 1 nothing is
            reduced, so that the mapped program is the plain one.
    """

    axis_name: str | None = None
    size: int = 1

    @property
    def reduced_axis(self) -> str | None:
        """The axis that batch norm has to reduce over; None where one device is all."""
        return None if self.size == 1 else self.axis_name

    def mean(self, tree: Tree) -> Tree:
        """Averages every leaf over the devices."""
        return tree if self.size == 1 else lax.pmean(tree, self.axis_name)

    def max(self, tree: Tree) -> Tree:
        """Takes the elementwise maximum of every leaf over the devices."""
        return tree if self.size == 1 else lax.pmax(tree, self.axis_name)

    def shard(self, array: jax.Array, axis: int = 0) -> jax.Array:
        """Takes this device's slice of a global array along `axis`."""
        if self.size == 1:
            return array
        length = array.shape[axis] // self.size
        start = lax.axis_index(self.axis_name) * length
        return lax.dynamic_slice_in_dim(array, start, length, axis)

    def gather(self, array: jax.Array) -> jax.Array:
        """Joins the shares [B / size, ...] of all devices to the global [B, ...]."""
        if self.size == 1:
            return array
        return lax.all_gather(array, self.axis_name, tiled=True)


SINGLE_DEVICE = Collective()
