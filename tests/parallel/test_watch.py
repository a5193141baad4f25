"""What a host makes of the signs of the others, with a store of our own."""

import sys
import time
import types

import pytest

from wgan_jax.errors import DivergedError, InterruptedRunError
from wgan_jax.parallel import watch
from wgan_jax.parallel.watch import Watch


class Store(dict):
    """As the coordinator's, for hosts that are one process."""

    def key_value_set(self, key, value, allow_overwrite=False):
        assert allow_overwrite or key not in self
        self[key] = value

    def key_value_dir_get(self, prefix):
        return [item for item in self.items() if item[0].startswith(prefix)]


@pytest.fixture
def stopped(monkeypatch):
    """The reasons for which this process would have ended."""
    reasons = []
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(watch, "SILENT_SECONDS", 0.25)
    monkeypatch.setattr(watch, "_stop", reasons.append)
    return reasons


def wait_for(happened, seconds=20):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_host_that_falls_silent_is_named_and_one_that_lives_is_not(stopped):
    store = Store()
    hosts = [Watch(host, 3, 0, store) for host in range(3)]
    for host in hosts[:2]:
        host.start()
    wait_for(lambda: stopped)
    for host in hosts[:2]:
        host.leave()
    assert set(stopped) == {
        "host 2 has given no sign of life for 0.25 seconds. "
        "Start all processes again with --resume."
    }


def test_the_reason_of_a_host_that_fails_is_that_of_the_others(stopped):
    store = Store()
    first, second = (Watch(host, 2, 0, store) for host in range(2))
    second.start()
    first.report("the disk is full")
    wait_for(lambda: stopped)
    second.leave()
    assert stopped[0] == "host 0 stopped: the disk is full"


def test_who_has_left_is_not_missed_and_the_first_is_waited_for(stopped):
    store = Store()
    first, second = (Watch(host, 2, 0, store) for host in range(2))
    second.start()
    first.leave()
    second.leave(wait=True)  # returns, for the first one is done
    time.sleep(0.3)
    assert not stopped


class Changed(Store):
    """Of a version in which values cannot be replaced."""

    def key_value_set(self, key, value):  # pyright: ignore
        self[key] = value


@pytest.mark.parametrize("store", [None, object(), Changed()])
def test_without_a_store_the_hosts_are_not_watched_and_it_is_said(
    store, stopped, capsys
):
    host = Watch(1, 2, 0, store)
    host.start()
    assert "is noticed by the runtime alone" in capsys.readouterr().err
    time.sleep(0.3)
    host.report("anything")
    host.leave(wait=True)
    assert not stopped


def test_a_private_name_that_is_gone_is_no_store(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax._src.distributed", None)
    assert watch._store() is None
    gone = types.ModuleType("jax._src.distributed")
    monkeypatch.setitem(sys.modules, "jax._src.distributed", gone)
    assert watch._store() is None


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (InterruptedRunError("stopped", exit_code=143), True),
        (DivergedError("step 3"), True),
        (MemoryError("no room"), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_all_raise_alike_waits_for_the_first_host(error, waits, monkeypatch):
    left = []

    class Seen(Watch):
        def start(self):
            pass

        def report(self, reason):
            pass

        def leave(self, *, wait=False):
            left.append(wait)

    monkeypatch.setattr(watch, "Watch", Seen)
    monkeypatch.setattr(watch, "_store", Store)
    monkeypatch.setattr(watch.jax, "process_count", lambda: 2)
    monkeypatch.setattr(watch.atexit, "register", lambda *_: None)
    with pytest.raises(type(error)), watch.fail_together():
        raise error
    assert left == [waits]
