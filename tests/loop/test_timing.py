"""How long dispatches become: towards half a second, never by a leap."""

import pytest

from wgan_jax.loop import timing as pace
from wgan_jax.loop.timing import LONGEST_DISPATCH, Pace


class Clock:
    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(pace, "time", clock)
    return clock


def finish(pace, clock, seconds_per_step, agreed=None):
    length = pace.length
    clock.now += seconds_per_step * length
    pace.finished(length, pace.wish if agreed is None else agreed)


def test_it_settles_at_half_a_second_and_never_more_than_doubles(clock):
    pace = Pace(None)
    lengths = []
    for _ in range(12):
        lengths.append(pace.length)
        finish(pace, clock, 0.02)
    assert lengths[0] == 1
    assert all(b <= 2 * a + 1 for a, b in zip(lengths, lengths[1:], strict=False))
    assert pace.length == 25


@pytest.mark.parametrize(("seconds", "length"), [(3.0, 1), (1e-9, LONGEST_DISPATCH)])
def test_it_stays_between_one_step_and_the_longest(clock, seconds, length):
    pace = Pace(None)
    for _ in range(20):
        finish(pace, clock, seconds)
    assert pace.length == length


def test_a_fixed_length_stays(clock):
    pace = Pace(7)
    for _ in range(3):
        finish(pace, clock, 5.0)
    assert pace.length == 7


def test_compilation_and_pauses_do_not_count_as_speed(clock):
    pace = Pace(10)
    finish(pace, clock, 2.0)
    assert pace.first_step_seconds == 20
    assert pace.steps_per_second is None
    clock.now += 100
    pace.pause()
    finish(pace, clock, 0.1)
    assert pace.steps_per_second == pytest.approx(10)
    assert pace.wall_seconds == pytest.approx(121)


def test_the_length_is_what_the_hosts_agreed_on_and_not_ones_own_wish(clock):
    pace = Pace(None)
    finish(pace, clock, 0.02)
    finish(pace, clock, 0.02, agreed=4)
    assert pace.length == 4
