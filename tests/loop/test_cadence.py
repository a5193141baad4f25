"""What is due at which step, against counting one by one."""

import pytest

from wgan_jax.loop.cadence import Cadence, Due


@pytest.mark.parametrize("total", [1, 7, 30])
@pytest.mark.parametrize("sample_every", [0, 1, 3, 100])
@pytest.mark.parametrize("checkpoint_every", [0, 4, 100])
@pytest.mark.parametrize("evaluate_every", [0, 5])
def test_the_next_stop_is_the_first_step_with_something_due(
    total, sample_every, checkpoint_every, evaluate_every
):
    cadence = Cadence(total, sample_every, checkpoint_every, evaluate_every)
    for step in range(total):
        stop = cadence.next_stop(step)
        assert step < stop <= total
        assert not any(any(cadence.due(between)) for between in range(step + 1, stop))
        assert any(cadence.due(stop))


def test_everything_has_a_rhythm_of_its_own():
    cadence = Cadence(13, sample_every=3, checkpoint_every=4, evaluate_every=5)
    due = {step: cadence.due(step) for step in range(1, 14)}
    assert [s for s, d in due.items() if d.sample] == [3, 6, 9, 12, 13]
    assert [s for s, d in due.items() if d.checkpoint] == [4, 8, 12, 13]
    assert [s for s, d in due.items() if d.evaluation] == [5, 10, 13]


def test_the_last_step_is_saved_always_and_the_rest_is_done_where_it_is_wanted():
    assert Cadence(5, 0, 0, 0).due(5) == Due(False, checkpoint=True, evaluation=False)
    assert Cadence(5, 100, 0, 0).due(5) == Due(True, checkpoint=True, evaluation=False)
    assert Cadence(5, 0, 0, 100).due(5) == Due(False, checkpoint=True, evaluation=True)
