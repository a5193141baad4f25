"""The engine: where a run reads its samples, and what a launch moves."""

import jax
import numpy as np
import pytest

from tests.runs import as_session, points, tiny_run
from wgan_jax.data import batch_indices
from wgan_jax.loop.engine import Engine


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("engine") / "run"
    return as_session(tiny_run(run_dir, "gp", steps_per_dispatch=3), points())


@pytest.mark.parametrize("start", [0, 4, 11])
def test_work_reads_the_stream_where_the_step_stands(session, start):
    engine, plan = Engine(session.plan, session.state, session.program), session.plan
    work = engine.work_at(start, 2)
    # n_critic 5 updates of 8 samples a step, from one endless stream.
    expected = batch_indices(plan.config.seed, 50, start * 5 * 8, (2, 5, 8))
    np.testing.assert_array_equal(work.indices[:2], expected)
    assert work.indices.shape == (3, 5, 8)
    assert not work.indices[2:].any()  # no step is made there
    assert (work.counts, int(work.length)) == (None, 2)


def test_two_launches_are_one_of_both(session):
    ends = []
    for lengths in ((3,), (1, 2)):
        engine = Engine(session.plan, session.state, session.program)
        starts = [engine.launch(length).start for length in lengths]
        assert starts == [0, 1][: len(lengths)]
        assert engine.step == 3
        ends.append(engine.host_state())
    jax.tree.map(np.testing.assert_array_equal, *ends)


def test_a_launch_gives_the_old_state_away(session):
    """Donated: what went in is gone, so that two states never lie in memory."""
    engine = Engine(session.plan, session.state, session.program)
    before = jax.tree.leaves(engine._state)
    engine.launch(1)
    assert all(leaf.is_deleted() for leaf in before)
    assert not any(leaf.is_deleted() for leaf in jax.tree.leaves(engine._state))
