"""The program that is compiled aside is the one that a first call would compile."""

import jax
import numpy as np
import pytest

from tests.runs import points, tiny, train
from wgan_jax import parallel
from wgan_jax.loop import compilation_cache as compilation
from wgan_jax.loop import program as start
from wgan_jax.loop.session import prepare
from wgan_jax.training.dispatch import make_dispatch


def arguments(session):
    indices = np.arange(2 * 5 * 8, dtype=np.int32).reshape(2, 5, 8) % 50
    return (
        parallel.replicate(session.state, session.devices),
        session.keys.train,
        parallel.replicate(session.dataset.train, session.devices),
        indices,
        session.schedule.counts(0, 2),
        np.int32(2),
        parallel.notes([0, 1], session.devices),
    )


@pytest.mark.parametrize("devices", [1, 2])
def test_it_makes_the_same_steps(devices, tmp_path):
    session = prepare(tiny(tmp_path / "run", "gp", devices=devices), points())
    row = session.devices
    dispatch = make_dispatch(session.recipe, parallel.collective_of(row))
    lazy = parallel.parallelize(dispatch, row)(*arguments(session))
    ours = session.program(*arguments(session))
    jax.tree.map(np.testing.assert_array_equal, ours, lazy)


def test_a_run_that_is_over_compiles_nothing(tmp_path, monkeypatch):
    train(tiny(tmp_path / "run", steps=4), points())
    compiled = []
    monkeypatch.setattr(start, "compile_aside", lambda *_: compiled.append(1))
    for steps, programs in ((4, 0), (6, 1)):
        compiled.clear()
        prepare(tiny(tmp_path / "run", steps=steps, resume=True), points())
        assert len(compiled) == programs


def test_an_error_of_the_compiler_reaches_who_waits():
    lowered = jax.jit(lambda x: x + 1).lower(0.0)
    waiting = compilation.compile_aside(lowered, {"no_such_option": 1})
    with pytest.raises(Exception, match="no_such_option"):
        waiting.result()
    assert compilation.compile_aside(lowered).result()(1.0) == 2.0
