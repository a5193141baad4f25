"""What is due at which step, against counting one by one."""

import pytest

from wgan_jax.loop.cadence import Cadence, Due


@pytest.mark.parametrize("total", [1, 7, 30])
@pytest.mark.parametrize("sample_every", [0, 1, 3, 100])
@pytest.mark.parametrize("checkpoint_every", [0, 4, 100])
def test_the_next_stop_is_the_first_step_with_something_due(
    total, sample_every, checkpoint_every
):
    cadence = Cadence(total, sample_every, checkpoint_every)
    for step in range(total):
        stop = cadence.next_stop(step)
        assert step < stop <= total
        assert not any(any(cadence.due(between)) for between in range(step + 1, stop))
        assert any(cadence.due(stop))


def test_pictures_and_checkpoints_have_rhythms_of_their_own():
    cadence = Cadence(total=13, sample_every=3, checkpoint_every=4)
    due = {step: cadence.due(step) for step in range(1, 14)}
    assert [s for s, d in due.items() if d.sample] == [3, 6, 9, 12, 13]
    assert [s for s, d in due.items() if d.checkpoint] == [4, 8, 12, 13]


def test_the_last_step_is_saved_always_and_drawn_where_pictures_are_wanted():
    assert Cadence(5, 0, 0).due(5) == Due(sample=False, checkpoint=True)
    assert Cadence(5, 100, 0).due(5) == Due(sample=True, checkpoint=True)
