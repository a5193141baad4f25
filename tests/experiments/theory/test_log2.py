"""What a critic's loss says of the divergence: scores by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.theory.lab import Interval, Segment, jsd_estimate
from experiments.theory.log2 import interval_histograms
from wgan_jax.objectives import minimax
from wgan_jax.transport import jensen_shannon


def test_the_jsd_estimate_of_critics_by_hand():
    nothing, sure = jnp.zeros(8), jnp.full(8, 40.0)
    assert jsd_estimate(minimax(), nothing, nothing) == pytest.approx(0, abs=1e-6)
    perfect = jsd_estimate(minimax(), sure, -sure)
    assert perfect == pytest.approx(math.log(2), abs=1e-6)
    assert jsd_estimate(minimax(), -sure, sure) < -10


def test_the_optimal_critic_of_overlapping_intervals_gives_their_jsd():
    # Scores log p/q: sure where one density is alone, 0 where both are.
    real = jnp.array([40.0, 0, 0, 0])
    found = jsd_estimate(minimax(), real, -real)
    assert found == pytest.approx(0.25 * math.log(2), abs=1e-6)
    exact = jensen_shannon(*interval_histograms(0.25))
    assert exact == pytest.approx(found, abs=1e-6)


def test_samplers_lie_where_they_say():
    key = jax.random.key(0)
    lines, numbers = Segment(0.5)(key, 4000), Interval(2.0)(key, 4000)
    np.testing.assert_array_equal(lines[:, 0], 0.5)
    for values, middle in ((lines[:, 1], 0.5), (numbers[:, 0], 2.5)):
        assert float(values.mean()) == pytest.approx(middle, abs=0.02)
        assert float(values.max() - values.min()) == pytest.approx(1, abs=0.01)
