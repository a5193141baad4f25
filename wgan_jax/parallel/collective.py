"""How one device shares a batch with others and averages over them, inside a step.

Through this module a step takes its share of global noise and averages gradients. It
knows the name of the mapped axis and nothing else: `devices` knows which devices and
hosts there are.
"""

from typing import NamedTuple, TypeVar

import jax
from jax import lax

Tree = TypeVar("Tree")


class Collective(NamedTuple):
    """The mapped device axis that a step runs under, or none.

    Attributes:
        axis_name: the name given to `jax.pmap`; None when the step runs on one device.
        size: how many devices share the global batch; >= 1. At 1 nothing is reduced,
            so that the mapped program is the plain one and as fast.
    """

    axis_name: str | None = None
    size: int = 1

    @property
    def reduced_axis(self) -> str | None:
        """The axis that batch norm has to reduce over; None on a single device."""
        return None if self.size == 1 else self.axis_name

    def mean(self, tree: Tree) -> Tree:
        """Averages every leaf over the devices."""
        # The shares are equal, so the mean of their means is that of the global batch.
        return tree if self.size == 1 else lax.pmean(tree, self.axis_name)

    def max(self, tree: Tree) -> Tree:
        """Takes the elementwise maximum of every leaf over the devices."""
        return tree if self.size == 1 else lax.pmax(tree, self.axis_name)

    def shard(self, array: jax.Array, axis: int = 0) -> jax.Array:
        """Takes this device's slice, 1 / size of a global array, along `axis`."""
        if self.size == 1:
            return array
        length = array.shape[axis] // self.size  # exact: see `devices.refuse_uneven`
        start = lax.axis_index(self.axis_name) * length
        return lax.dynamic_slice_in_dim(array, start, length, axis)

    def gather(self, array: jax.Array) -> jax.Array:
        """Joins the shares [B / size, ...] of all devices to the global [B, ...]."""
        if self.size == 1:
            return array
        # Tiled: without it the result would be [size, B / size, ...].
        return lax.all_gather(array, self.axis_name, tiled=True)


SINGLE_DEVICE = Collective()
