"""How many critic updates a step makes: the closed form against counting."""

import numpy as np
import pytest

from wgan_jax.training.schedule import Schedule


def published(step: int, n_critic: int) -> int:
    """The rule of the first WGAN code, in its own words."""
    return 100 if step < 25 or step % 500 == 0 else n_critic


@pytest.mark.parametrize("n_critic", [1, 5])
def test_the_published_schedule_makes_100_updates_where_it_should(n_critic):
    counts = Schedule(n_critic, bursts=True).updates_per_step(0, 1600)
    assert counts is not None
    assert counts.dtype == np.int32
    expected = [published(step, n_critic) for step in range(1600)]
    np.testing.assert_array_equal(counts, expected)


@pytest.mark.parametrize("n_critic", [1, 5, 120])
@pytest.mark.parametrize("bursts", [False, True])
def test_the_position_in_the_stream_is_the_sum_of_all_updates(n_critic, bursts):
    schedule = Schedule(n_critic, bursts)
    total = 0
    for step in range(1600):
        assert schedule.updates_before(step) == total
        total += published(step, n_critic) if bursts else n_critic


@pytest.mark.parametrize("start", [0, 3, 24, 25, 498, 500, 501])
def test_counts_do_not_depend_on_where_they_are_asked_from(start):
    schedule = Schedule(5, bursts=True)
    whole, part = (
        schedule.updates_per_step(0, 600),
        schedule.updates_per_step(start, 50),
    )
    assert whole is not None
    np.testing.assert_array_equal(part, whole[start : start + 50])


def test_a_constant_schedule_counts_nothing():
    assert Schedule(5).updates_per_step(0, 10) is None
    assert Schedule(5).max_updates == 5
    assert Schedule(5, bursts=True).max_updates == 100
