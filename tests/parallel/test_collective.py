"""The device axis as a step sees it."""

import functools

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from wgan_jax.parallel.collective import SINGLE_DEVICE, Collective

pytestmark = pytest.mark.usefixtures("several_devices")

ROWS = np.arange(24, dtype=np.float32).reshape(8, 3)


def mapped(function, size):
    """Runs function(collective, rank) on every device."""
    collective = Collective("i", size)
    devices = jax.devices()[:size]
    run = functools.partial(function, collective)
    return jax.pmap(run, axis_name="i", devices=devices)(np.arange(size, dtype="f4"))


def test_alone_everything_is_the_identity():
    array = jnp.asarray(ROWS)
    for name in ("mean", "max", "shard", "gather"):
        assert getattr(SINGLE_DEVICE, name)(array) is array


def test_means_and_maxima_are_over_the_devices():
    means, maxima = mapped(
        lambda c, rank: (c.mean({"a": rank})["a"], c.max({"a": rank})["a"]), 4
    )
    chex.assert_trees_all_equal(np.asarray(means), np.full(4, 1.5, np.float32))
    chex.assert_trees_all_equal(np.asarray(maxima), np.full(4, 3, np.float32))


def test_shares_are_the_slices_in_order():
    for size in (1, 2, 8):
        shares = mapped(lambda c, rank: c.shard(jnp.asarray(ROWS)), size)
        chex.assert_trees_all_equal(np.asarray(shares).reshape(8, 3), ROWS)


def test_shares_can_be_taken_along_any_axis():
    columns = ROWS.T.copy()
    shares = mapped(lambda c, rank: c.shard(jnp.asarray(columns), axis=1), 4)
    chex.assert_trees_all_equal(np.concatenate(list(shares), axis=1), columns)


def test_gathering_undoes_sharing_on_every_device():
    whole = mapped(lambda c, rank: c.gather(c.shard(jnp.asarray(ROWS))), 4)
    for copy in np.asarray(whole):
        chex.assert_trees_all_equal(copy, ROWS)
