"""Compiled programs are kept where the user asks, and read back."""

import os
from importlib.metadata import version

import jax
import pytest

import wgan_jax
from tests.runs import command, points, sha, tiny_run
from wgan_jax.errors import UserError
from wgan_jax.loop.compilation_cache import use_compilation_cache

EVENTS: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def listening():
    jax.monitoring.register_event_listener(lambda event, **_: EVENTS.append(event))


def where_programs_are() -> str | None:
    name = "jax_compilation_cache_dir"
    return getattr(jax.config, name)


def happened(event: str) -> int:
    return sum(seen.endswith(f"compilation_cache/{event}") for seen in EVENTS)


def test_a_second_run_reads_the_programs_of_the_first(tmp_path):
    folder, before = tmp_path / "programs", where_programs_are()
    hits = []
    for name in ("first", "second"):
        EVENTS.clear()
        jax.clear_caches()
        config = tiny_run(tmp_path / name, compilation_cache=str(folder))
        wgan_jax.train(config, points())
        hits.append((happened("cache_hits"), happened("cache_misses")))
    assert hits[0][1] > 0
    assert hits[1][0] > 0
    assert hits[1][1] == 0
    # Another jaxlib's programs may not fit: each version has a folder of its own.
    assert [path.name for path in folder.iterdir()] == [f"jaxlib-{version('jaxlib')}"]
    assert where_programs_are() == before


def test_settings_are_put_back_after_an_error(tmp_path):
    before = where_programs_are()

    def fail():
        with use_compilation_cache(str(tmp_path), devices=1):
            assert where_programs_are() != before
            raise KeyError

    pytest.raises(KeyError, fail)
    assert where_programs_are() == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(UserError, match=r"cannot keep compiled programs in .*file"),
        use_compilation_cache(str(tmp_path / "file"), devices=1),
    ):
        pass


def test_without_a_folder_nothing_is_kept():
    before = where_programs_are()
    with use_compilation_cache(None, devices=1):
        assert where_programs_are() == before


def test_programs_for_several_cpus_are_not_kept_and_the_user_hears_of_it(
    tmp_path, capsys
):
    folder = tmp_path / "programs"
    config = tiny_run(tmp_path / "run", devices=2, compilation_cache=str(folder))
    EVENTS.clear()
    wgan_jax.train(config, points())
    assert not happened("cache_hits") + happened("cache_misses")
    assert not folder.exists()
    assert "compiled programs are not kept" in capsys.readouterr().err


def test_a_run_on_several_cpus_can_be_made_again(tmp_path):
    """Read back, its reductions of batch norm and gradients met at one rendezvous."""
    words = ("--variant", "nsgan", "--dataset", "digits", "--network", "dcgan")
    small = ("--width", 2, "--batch-size", 8, "--steps", 2, "--sample-every", 0)
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4"}
    for name in ("first", "second"):
        done = command(
            *words,
            *small,
            *("--quiet", "--run-dir", name, "--compilation-cache", "programs"),
            cwd=tmp_path,
            env=os.environ | flags,
        )
        assert done.returncode == 0, done.stderr
    assert sha(tmp_path / "first") == sha(tmp_path / "second")
