"""What is free, by what the system says, and what is refused."""

import pytest

from tests.runs import points, tiny_run
from wgan_jax import load_trained, train
from wgan_jax.data import as_dataset
from wgan_jax.errors import UserError
from wgan_jax.loop import memory
from wgan_jax.loop.plan import make_plan


def test_the_least_of_machine_and_container_counts(tmp_path, monkeypatch):
    information = tmp_path / "meminfo"
    information.write_text("MemTotal: 9 kB\nMemAvailable:   4000 kB\n")
    monkeypatch.setattr(memory, "_INFORMATION", information)
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    assert memory.free_memory() == 4000 * 1024
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("2500000\n")
    (tmp_path / "memory.stat").write_text("anon 9\ninactive_file 1500000\n")
    assert memory.free_memory() == 2_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.free_memory() == 4000 * 1024
    information.unlink()
    assert (memory.free_memory() or 0) > 10**9  # all that the machine has


def test_what_does_not_fit_is_refused_with_both_numbers(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 2 * 10**9)
    memory.require_memory(2 * 10**9, "this", "Ask for less.")
    with pytest.raises(UserError, match="this would take 3 GB .* 2 GB are free. Ask"):
        memory.require_memory(3 * 10**9, "this", "Ask for less.")
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    memory.require_memory(10**15, "this", "Ask for less.")


def test_the_limit_of_the_process_counts(monkeypatch):
    limits = (10**12, 10**12)
    monkeypatch.setattr(memory.resource, "getrlimit", lambda _: limits)
    own = memory._free_in_process()
    assert own is not None
    assert 0 < own < 10**12
    monkeypatch.setattr(memory.resource, "getrlimit", lambda _: (10, 10))
    assert memory.free_memory() == 0


def test_a_run_asks_for_all_copies_of_its_state(monkeypatch, tmp_path):
    config, data = tiny_run(tmp_path / "run"), as_dataset(points())
    size = memory.bytes_of(make_plan(config, data).shapes)
    free = int(4.5 * size) + data.train.nbytes
    monkeypatch.setattr(memory, "free_memory", lambda: free)
    make_plan(config, data)
    free -= 1
    with pytest.raises(UserError, match="4.5 copies of the networks .* 1 of the data"):
        make_plan(config, data)


def test_reading_a_run_asks_for_its_copies(monkeypatch, tmp_path):
    train(tiny_run(tmp_path / "run", dataset="ring8"))
    monkeypatch.setattr(memory, "free_memory", lambda: 0)
    with pytest.raises(UserError, match="reading the networks .* Free some memory"):
        load_trained(tmp_path / "run")
