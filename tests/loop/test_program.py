"""The program compiled in the background is the one that a first call would compile."""

import os
import signal
import threading

import jax
import numpy as np
import pytest

from tests.runs import as_session, points, tiny_run, train
from wgan_jax import parallel
from wgan_jax.loop import program
from wgan_jax.loop.engine import Engine
from wgan_jax.training.dispatch import make_dispatch

pytestmark = pytest.mark.usefixtures("several_devices")


@pytest.mark.parametrize("devices", [1, 2])
def test_it_makes_the_same_steps(devices, tmp_path):
    session = as_session(tiny_run(tmp_path / "run", "gp", devices=devices), points())
    plan, row = session.plan, session.plan.devices
    dispatch = make_dispatch(plan.recipe, parallel.collective_for(row))
    lazy = Engine(plan, session.state, parallel.compile_pmap(dispatch, row))
    ours = Engine(plan, session.state, session.program)
    results = [engine.launch(2, (0, 1)).results for engine in (ours, lazy)]
    jax.tree.map(np.testing.assert_array_equal, *results)


def test_a_run_that_is_over_compiles_nothing(tmp_path, monkeypatch):
    train(tiny_run(tmp_path / "run", steps=4), points())
    compiled = []
    monkeypatch.setattr(program, "compile_in_background", lambda *_: compiled.append(1))
    for steps, programs in ((4, 0), (6, 1)):
        compiled.clear()
        as_session(tiny_run(tmp_path / "run", steps=steps, resume=True), points())
        assert len(compiled) == programs


def test_an_error_of_the_compiler_reaches_who_waits():
    lowered = jax.jit(lambda x: x + 1).lower(0.0)
    waiting = program.compile_in_background(lowered, {"no_such_option": 1})
    with pytest.raises(Exception, match="no_such_option"):
        waiting.result()
    assert program.compile_in_background(lowered).result()(1.0) == 2.0


def test_ctrl_c_is_answered_where_the_first_state_never_comes():
    never, where = threading.Event(), []
    # A shell that starts the tests behind itself lets them ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def make():
        where.append(threading.current_thread())
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        never.wait(20)

    with pytest.raises(KeyboardInterrupt):
        program._wait(make)
    never.set()
    signal.signal(signal.SIGINT, before)
    # On the main thread a wait inside of JAX would have kept the signal.
    assert where[0] is not threading.main_thread()


def test_what_fails_while_the_first_state_is_made_is_raised():
    with pytest.raises(ZeroDivisionError):
        program._wait(lambda: 1 // 0)
    assert program._wait(lambda: 7) == 7
