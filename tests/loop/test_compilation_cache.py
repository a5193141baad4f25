"""Compiled programs are kept where the user asks, and read back."""

import os
from importlib.metadata import version

import jax
import pytest

import wgan_jax
from tests.runs import command, points, sha, tiny_run
from wgan_jax.errors import UserError
from wgan_jax.loop import compilation_cache
from wgan_jax.loop.compilation_cache import (
    place_name,
    remove_oldest,
    use_compilation_cache,
    users_folder,
)

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
    assert [path.name for path in folder.iterdir()] == [place_name()]
    assert f"jaxlib-{version('jaxlib')}" in place_name()
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
    four = "--xla_force_host_platform_device_count=4"
    flags = {"XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} {four}"}
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


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A user who has named no folder; returns where the package would keep programs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setattr(compilation_cache, "_jaxlib", lambda: (0, 12))
    before = where_programs_are()
    jax.config.update("jax_compilation_cache_dir", None)
    yield tmp_path / "caches" / "wgan_jax" / "programs"
    jax.config.update("jax_compilation_cache_dir", before)


def trained(run_dir, **fields):
    """Trains anew, without what this process remembers; returns the hash."""
    EVENTS.clear()
    jax.clear_caches()
    wgan_jax.train(tiny_run(run_dir, **fields), points())
    return sha(run_dir)


def test_programs_are_kept_by_default_and_give_the_same_bits(own_cache, tmp_path):
    without = trained(tmp_path / "off", compilation_cache="off")
    assert not own_cache.exists()
    assert happened("cache_hits") + happened("cache_misses") == 0
    first = trained(tmp_path / "first")
    assert [path.name for path in own_cache.iterdir()] == [place_name()]
    assert own_cache.stat().st_mode & 0o077 == 0
    second = trained(tmp_path / "second")
    assert happened("cache_hits") > 0
    assert happened("cache_misses") == 0
    assert without == first == second
    assert where_programs_are() is None


def places(folder=None, devices=1):
    with use_compilation_cache(folder, devices):
        return where_programs_are()


def test_nothing_is_kept_by_default_where_that_is_not_proven(own_cache, monkeypatch):
    monkeypatch.setattr(compilation_cache, "_jaxlib", lambda: (0, 10))
    assert places() is None
    monkeypatch.setattr(compilation_cache, "_jaxlib", lambda: (0, 12))
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert places() is None
    assert not own_cache.exists()


def test_the_users_own_settings_win(own_cache, tmp_path, monkeypatch):
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "mine"))
    assert places() == str(tmp_path / "mine")
    jax.config.update("jax_compilation_cache_dir", None)
    jax.config.update("jax_enable_compilation_cache", False)
    try:
        assert places() is None
    finally:
        jax.config.update("jax_enable_compilation_cache", True)
    assert not own_cache.exists()
    assert places(str(tmp_path / "named")) == str(tmp_path / "named" / place_name())


def test_off_is_off_also_where_the_users_settings_name_a_folder(own_cache, tmp_path):
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "mine"))
    assert trained(tmp_path / "run", compilation_cache="off")
    assert happened("cache_hits") + happened("cache_misses") == 0
    assert not (tmp_path / "mine").exists()


def test_a_home_that_cannot_be_written_is_no_reason_not_to_train(
    own_cache, tmp_path, monkeypatch, capsys
):
    (tmp_path / "caches").touch()
    assert places() is None
    monkeypatch.delenv("XDG_CACHE_HOME")

    def no_home():
        raise RuntimeError

    monkeypatch.setattr("pathlib.Path.home", no_home)
    assert places() is None
    assert capsys.readouterr().err == ""


def test_the_users_folder_follows_the_standard(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert users_folder() == tmp_path / ".cache" / "wgan_jax" / "programs"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert users_folder() == tmp_path / "x" / "wgan_jax" / "programs"


def test_the_programs_used_last_stay(tmp_path):
    for age, name in enumerate(("new", "middle", "old")):
        path = tmp_path / f"version-{name}" / f"{name}-cache"
        path.parent.mkdir()
        path.write_bytes(bytes(100))
        os.utime(path, (1e9 - age, 1e9 - age))
    (tmp_path / "version-old" / "other").write_bytes(bytes(1000))

    def left():
        return {path.name for path in tmp_path.glob("*/*")}

    remove_oldest(tmp_path, 300)
    assert left() == {"new-cache", "middle-cache", "old-cache", "other"}
    remove_oldest(tmp_path, 299)
    assert left() == {"new-cache", "middle-cache", "other"}
    remove_oldest(tmp_path, 0)
    assert left() == {"other"}


def test_the_default_folder_is_kept_small(own_cache, monkeypatch):
    old = own_cache / "another version" / "old-cache"
    old.parent.mkdir(parents=True)
    old.write_bytes(bytes(100))
    monkeypatch.setattr(compilation_cache, "MOST_BYTES", 99)
    assert places() == str(own_cache / place_name())
    assert not old.exists()


def test_another_processor_has_a_folder_of_its_own(tmp_path):
    flags = {"a": "fpu avx2", "b": "fpu avx2 avx512f"}
    for name, words in flags.items():
        text = f"model name\t: Fast CPU 3\nflags\t\t: {words}\n"
        (tmp_path / name).write_text(text)
    first, second = (place_name(tmp_path / name) for name in flags)
    assert first != second
    assert first.rpartition("-")[0] == second.rpartition("-")[0]
    assert wgan_jax.__version__ in first
