"""Rules that every test runs under, and where the real data are.

Three bug classes of this field fail loudly: shapes that broadcast by rank, dtypes that
promote by themselves, and steps that are right on one device alone. Compiled programs
are shared by all workers and all processes that tests start: compiling is most of what
the suite does.
"""

import contextlib
import ctypes
import gc
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

# Read once, when jax is imported; workers and started commands inherit them.
_OWN_CACHE = "JAX_COMPILATION_CACHE_DIR" not in os.environ
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", tempfile.mkdtemp(prefix="wgan-jax-"))
# A program that compiles faster than that is not read back any sooner.
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.02"
os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
# An error that nobody foresaw is seen as it is, in started commands too.
os.environ["WGAN_JAX_TRACEBACK"] = "1"
# LAPACK's threads wait for each other where workers share the cores: a QR step of a
# small kernel takes ten times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# XLA speaks of machine features when it reads a compiled program back.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Programs here run a few steps, so that compiling them well would cost more; for tests
# of what the compiler makes there is the fixture `full_compiles`.
os.environ["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "true"
# The older emitters of elementwise code compile in half the time. Versions after 0.10
# have neither them nor the flag, and an unknown flag aborts.
_QUICK_EMITTERS = "--xla_cpu_use_fusion_emitters=false"
# One LLVM module for each program: the workers keep the cores busy already.
_ONE_MODULE = "--xla_cpu_parallel_codegen_split_count=1"
_FLAGS = os.environ.get("XLA_FLAGS", "")
if version("jaxlib").startswith("0.10.") and _QUICK_EMITTERS not in _FLAGS:
    os.environ["XLA_FLAGS"] = f"{_FLAGS} {_QUICK_EMITTERS} {_ONE_MODULE}".strip()

import jax  # noqa: E402
import pytest  # noqa: E402

from wgan_jax.loop.compilation_cache import use_compilation_cache  # noqa: E402

# How many bytes a worker may grow by before its programs are freed, and what it held
# the last time.
_GROWTH, _HELD = 200 * 2**20, [0]
# Tracing makes garbage collection expensive and leaves few cycles: growth collects.
gc.set_threshold(200_000, 50, 1000)
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_num_cpu_devices", 8)


def pytest_unconfigure() -> None:
    """Removes the compiled programs, in the process that chose their folder."""
    if _OWN_CACHE:
        shutil.rmtree(os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The data folder (as `--data-dir` takes it) that holds the real MNIST files."""
    folder = Path(os.environ.get("WGAN_JAX_DATA_DIR", "."))
    if not any((folder / "mnist").glob("train-images*")):
        pytest.skip("WGAN_JAX_DATA_DIR names no folder with the real MNIST files")
    return folder


@pytest.fixture(scope="module", autouse=True)
def forget_programs() -> Iterator[None]:
    """Frees the programs of modules: JAX and the games keep each one they made.

    Looking for garbage among all that was imported takes long, so it waits until the
    process has grown.
    """
    yield
    if _resident_bytes() - _HELD[-1] < _GROWTH:
        return
    from tests.games import solo, tiny_game

    solo.cache_clear()
    tiny_game.cache_clear()
    jax.clear_caches()
    gc.collect()
    # What is left stays for good, so it is not looked through again.
    gc.freeze()
    # glibc keeps what the compiler freed; a worker would grow from module to module.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    _HELD.append(_resident_bytes())


def _resident_bytes() -> int:
    """The memory of this process; its peak where there is no /proc."""
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.fixture(scope="module")
def several_devices() -> Iterator[None]:
    """For modules that map programs over devices, without the shared cache."""
    with use_compilation_cache(None, devices=2):
        yield


@pytest.fixture
def full_compiles() -> Iterator[None]:
    """For tests of what the compiler makes: programs as users get them."""
    jax.config.update("jax_disable_most_optimizations", False)
    yield
    jax.config.update("jax_disable_most_optimizations", True)
