"""Compiled programs kept on disk, so that a second run waits less for its first step.

JAX's persistent compilation cache is switched on for the length of a run. This module
knows nothing of what is compiled.
"""

import contextlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache

from wgan_jax.errors import warn
from wgan_jax.files import disk_errors

_SETTINGS = {
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}


@contextlib.contextmanager
def use_compilation_cache(
    folder: str | None, devices: int | None = None
) -> Iterator[None]:
    """Reads and writes compiled programs in a folder while the block runs.

    Programs for several CPU devices are compiled anew each time, whatever was asked:
    jaxlib reads them back with their reductions mixed up, and the process aborts.

    Args:
        folder: where programs are kept, one folder inside for each version of jaxlib,
            since another version's programs may not fit; None to keep none.
        devices: local devices that the run will use; None for all.

    Raises:
        UserError: when nothing can be written there.
    """
    if _on_several_cpus(devices):
        if folder is not None:
            warn(
                "compiled programs are not kept: on several CPU devices jaxlib cannot "
                "read them back"
            )
        # Also where the environment has switched the cache on.
        settings: dict[str, Any] = {"jax_enable_compilation_cache": False}
    elif folder is None:
        yield
        return
    else:
        settings = _SETTINGS | {"jax_compilation_cache_dir": str(_open(folder))}
    # Process-wide settings of jax, so they are put back for whoever called.
    before = {name: getattr(jax.config, name) for name in settings}
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


def _open(folder: str) -> Path:
    """Makes the folder of this jaxlib's programs, or says why nothing can be kept."""
    path = Path(folder) / f"jaxlib-{version('jaxlib')}"
    with disk_errors(
        f"keep compiled programs in {folder!r}",
        "Name a folder that can be written, or leave out --compilation-cache.",
    ):
        path.mkdir(parents=True, exist_ok=True)
        # Probed before the run: jax itself only warns, at every single program.
        probe = path / ".probe"
        probe.touch()
        probe.unlink(missing_ok=True)
    return path


def _apply(settings: dict) -> None:
    for name, value in settings.items():
        jax.config.update(name, value)
    # Jax opens the folder once; it has to look again.
    compilation_cache.reset_cache()
