"""Compiled programs kept on disk, so that a second run waits less for its first step.

JAX's persistent compilation cache is switched on for the length of a run. This module
knows nothing of what is compiled.
"""

import contextlib
import hashlib
import os
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache

from wgan_jax.config import FIELDS
from wgan_jax.errors import warn
from wgan_jax.files import disk_errors
from wgan_jax.loop.environment import cpu_name
from wgan_jax.places import expand
from wgan_jax.version import __version__

OFF = FIELDS["compilation_cache"].off
MOST_BYTES = 256 * 2**20  # in the user's cache folder, before a run adds its own
_SETTINGS = {
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}
_DISABLED = {"jax_enable_compilation_cache": False}
_ENTRIES = "*-cache"  # as jax names its files


@contextlib.contextmanager
def use_compilation_cache(
    folder: str | None, devices: int | None = None
) -> Iterator[None]:
    """Reads and writes compiled programs in a folder while the block runs.

    Programs for several CPU devices are compiled anew each time, whatever was asked:
    jaxlib reads them back with their reductions mixed up, and the process aborts.

    Args:
        folder: where programs are kept, one folder inside for each version and
            processor, since another's programs may not fit; `off` to keep none. None
            leaves it to JAX's own settings where they name a folder; otherwise it is
            one in the user's cache folder, on the CPU with jaxlib 0.12 or later.
        devices: local devices that the run will use; None for all.

    Raises:
        UserError: when nothing can be written in a folder that was named.
    """
    settings: dict[str, Any] = {}
    if _on_several_cpus(devices):
        if folder is not None and folder != OFF:
            warn(
                "compiled programs are not kept: on several CPU devices jaxlib cannot "
                "read them back"
            )
        # Also where the environment has switched the cache on.
        settings = _DISABLED
    elif folder == OFF:
        settings = _DISABLED
    elif place := _users_place() if folder is None else _open(folder):
        settings = _SETTINGS | {"jax_compilation_cache_dir": str(place)}
    with _applied(settings):
        yield


@contextlib.contextmanager
def _applied(settings: dict[str, Any]) -> Iterator[None]:
    if not settings:
        yield
        return
    # Process-wide settings of jax, so they are put back for whoever called.
    before = {name: getattr(jax.config, name) for name in settings}
    with warnings.catch_warnings():
        # Another run may be writing the same program: it is then compiled once more.
        warnings.filterwarnings(
            "ignore", "Error (reading|writing) persistent compilation cache entry"
        )
        try:
            _apply(settings)
            yield
        finally:
            _apply(before)


def _on_several_cpus(devices: int | None) -> bool:
    # Measured with jaxlib 0.10.1 and 0.12.0: all-reduces of one program that is read
    # back share one rendezvous. One device in each of several processes is right.
    several = (devices or jax.local_device_count()) > 1
    return several and jax.default_backend() == "cpu"


def _users_place() -> Path | None:
    """Opens the folder of programs that nobody named; None where there is none.

    It is used where a second run was seen to start sooner and to end in the same bits.
    jaxlib before 0.12 complains of every program that it reads back.
    """
    chosen = jax.config.jax_compilation_cache_dir  # pyright: ignore[reportAttributeAccessIssue]
    enabled = jax.config.jax_enable_compilation_cache  # pyright: ignore[reportAttributeAccessIssue]
    proven = jax.default_backend() == "cpu" and _jaxlib() >= (0, 12)
    if chosen or not enabled or not proven:
        return None
    root = users_folder()
    if root is None:
        return None
    try:
        # Programs are code: nobody else may write here.
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_oldest(root, MOST_BYTES)
        return _make(root)
    except OSError:  # a home that cannot be written is no reason not to train
        return None


def users_folder() -> Path | None:
    """Names the folder of compiled programs in the user's cache folder.

    Returns:
        `$XDG_CACHE_HOME/wgan_jax/programs`, or in `~/.cache`; None without a home.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    try:
        # By that variable's standard a relative path is to be ignored.
        caches = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    except RuntimeError:  # no home
        return None
    return caches / "wgan_jax" / "programs"


def remove_oldest(root: Path, most_bytes: int) -> None:
    """Removes the programs that were not used for longest, all versions together.

    JAX's own bound needs a package more, and knows one version's folder alone.

    Args:
        root: the folder of all versions.
        most_bytes: how much may stay.
    """
    entries = []
    for path in root.glob(f"*/{_ENTRIES}"):
        with contextlib.suppress(FileNotFoundError):  # another run removed it
            status = path.stat()
            used = max(status.st_atime, status.st_mtime)
            entries.append((used, status.st_size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= most_bytes:
            return
        path.unlink(missing_ok=True)
        total -= size


def _open(folder: str) -> Path:
    """Makes a place in a folder that was named, or says why nothing can be kept."""
    with disk_errors(
        f"keep compiled programs in {folder!r}",
        "Name a folder that can be written, or give --no-compilation-cache.",
        existing=False,
    ):
        return _make(expand(folder, "compilation_cache"))


def _make(root: Path) -> Path:
    path = root / place_name()
    path.mkdir(parents=True, exist_ok=True)
    # Probed before the run: jax itself only warns, at every single program.
    probe = path / f".probe-{os.getpid()}"
    probe.touch()
    probe.unlink(missing_ok=True)
    return path


def place_name(information: Path = Path("/proc/cpuinfo")) -> str:
    """Names the folder of the programs that this version and processor can run.

    Args:
        information: where Linux describes the processor.
    """
    # Machines of one model may differ in what they allow, as in containers.
    text = cpu_name(information)
    with contextlib.suppress(OSError):
        lines = information.read_text().splitlines()
        text += next((line for line in lines if line.startswith("flags")), "")
    cpu = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"wgan_jax-{__version__}-jaxlib-{version('jaxlib')}-cpu-{cpu}"


def _jaxlib() -> tuple[int, ...]:
    return tuple(map(int, version("jaxlib").split(".")[:2]))


def _apply(settings: dict) -> None:
    for name, value in settings.items():
        jax.config.update(name, value)
    # Jax opens the folder once; it has to look again.
    compilation_cache.reset_cache()
