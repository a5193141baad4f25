"""How long dispatches become, and what counts as time."""

import pytest

from wgan_jax.loop import timing
from wgan_jax.loop.timing import DispatchTimer, Elapsed


class Clock:
    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timing, "time", clock)
    return clock


def finish(timer, clock, seconds_per_step, agreed=None):
    length = timer.length
    clock.now += seconds_per_step * length
    timer.finished(length, timer.proposed_length if agreed is None else agreed)


def test_it_settles_at_half_a_second_and_never_more_than_doubles(clock):
    timer = DispatchTimer(None)
    lengths = []
    for _ in range(12):
        lengths.append(timer.length)
        finish(timer, clock, 0.02)
    assert lengths[0] == 1
    assert all(b <= 2 * a + 1 for a, b in zip(lengths, lengths[1:], strict=False))
    assert timer.length == 25


@pytest.mark.parametrize(("seconds", "length"), [(3.0, 1), (1e-9, 1000)])
def test_it_stays_between_one_step_and_the_most(clock, seconds, length):
    timer = DispatchTimer(None, most=1000)
    for _ in range(20):
        finish(timer, clock, seconds)
    assert timer.length == length


def test_a_fixed_length_stays(clock):
    timer = DispatchTimer(7)
    for _ in range(3):
        finish(timer, clock, 5.0)
    assert timer.length == 7


def test_compilation_and_pauses_do_not_count_as_speed(clock):
    timer = DispatchTimer(10)
    finish(timer, clock, 2.0)
    assert timer.first_step_seconds == 20
    assert timer.elapsed().steps_per_second is None
    clock.now += 100
    timer.pause()
    finish(timer, clock, 0.1)
    assert timer.elapsed().steps_per_second == pytest.approx(10)
    assert timer.elapsed().wall_seconds == pytest.approx(121)


def test_the_length_is_what_the_hosts_agreed_on_and_not_what_one_proposed(clock):
    timer = DispatchTimer(None)
    finish(timer, clock, 0.02)
    finish(timer, clock, 0.02, agreed=4)
    assert timer.length == 4


def test_time_counts_from_where_the_run_began_over_all_its_starts(clock):
    clock.now = 5.0
    before = Elapsed(wall_seconds=60.0, timed_steps=30, timed_seconds=3.0, starts=2)
    timer = DispatchTimer(10, before, began=1.0)
    finish(timer, clock, 1.0)  # compiles: 10 steps that are not timed
    finish(timer, clock, 0.5)
    assert timer.elapsed() == Elapsed(60 + 4 + 10 + 5, 30 + 10, 3.0 + 5.0, 3)
    assert timer.elapsed().steps_per_second == pytest.approx(40 / 8)


def test_elapsed_time_survives_a_file_and_a_damaged_one_counts_as_none():
    elapsed = Elapsed(1.5, 7, 0.25, 2)
    assert Elapsed.read(elapsed._asdict()) == elapsed
    for damaged in (None, [], {}, {"wall_seconds": "long"}, {"wall_seconds": 1.0}):
        assert Elapsed.read(damaged) == Elapsed()
