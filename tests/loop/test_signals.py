"""The first signal is recorded, the second exits, and handlers are given back."""

import dataclasses
import os
import signal
import threading

import jax
import pytest

import wgan_jax
from wgan_jax import Config
from wgan_jax.errors import InterruptedRunError
from wgan_jax.loop import program, signals
from wgan_jax.loop.signals import SignalHandler, StoppedAtOnceError


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_recorded_and_the_second_stops(number, capfd, monkeypatch):
    monkeypatch.setattr(signals, "TOGETHER", 0.0)
    with SignalHandler() as handler:
        assert handler.received == 0
        os.kill(os.getpid(), number)
        assert handler.received == number
        assert "Once more to stop at once" in capfd.readouterr().err
        with pytest.raises(StoppedAtOnceError) as stop:
            signal.raise_signal(number)
    assert stop.value.exit_code == 128 + number
    # Code that catches Ctrl-C anywhere else has to see this one too.
    assert isinstance(stop.value, KeyboardInterrupt)


@pytest.mark.parametrize("other", [signal.SIGINT, signal.SIGTERM])
def test_two_signals_at_once_are_one(other, monkeypatch):
    monkeypatch.setattr(signals, "TOGETHER", 60.0)
    with SignalHandler(quiet=True) as handler:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(other)
        assert handler.received == signal.SIGINT


def test_quiet_says_nothing(capfd):
    with SignalHandler(quiet=True):
        signal.raise_signal(signal.SIGTERM)
    assert capfd.readouterr() == ("", "")


def test_handlers_are_given_back_also_after_an_error():
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(RuntimeError), SignalHandler():
        raise RuntimeError
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before


def test_outside_the_main_thread_nothing_is_taken_over():
    before = signal.getsignal(signal.SIGINT)
    found = []

    def work():
        with SignalHandler() as handler:
            found.append((handler.received, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(0, before)]


def test_the_exit_code_travels_with_the_error():
    assert InterruptedRunError("stopped", 143).exit_code == 143


@pytest.mark.parametrize("stopped", [True, False])
def test_a_compiler_that_ctrl_c_ended_is_no_error(stopped, tmp_path, monkeypatch):
    def compile_dispatch(plan, needed=True):
        def launch(*arguments):
            if stopped:
                signal.raise_signal(signal.SIGINT)
            raise jax.errors.JaxRuntimeError("INTERNAL: ptxas exited with code 2")

        return launch

    monkeypatch.setattr(program, "compile_dispatch", compile_dispatch)
    config = Config("gan", "ring8", width=8, steps=3, run_dir=str(tmp_path / "run"))
    expected = InterruptedRunError if stopped else jax.errors.JaxRuntimeError
    with pytest.raises(expected):
        wgan_jax.train(config)
    monkeypatch.undo()
    if stopped:
        continued = wgan_jax.resume(tmp_path / "run").summary["params_sha256"]
        whole = wgan_jax.train(
            dataclasses.replace(config, run_dir=str(tmp_path / "whole"))
        )
        assert continued == whole.summary["params_sha256"]
