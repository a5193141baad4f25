"""Compiled programs kept on disk, so that a second run waits less for its first step.

JAX's persistent compilation cache is switched on for the length of a run. This module
knows nothing of what is compiled.
"""

import contextlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import jax
from jax.experimental.compilation_cache import compilation_cache

from wgan_jax.files import disk_errors

_SETTINGS = {
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}


@contextlib.contextmanager
def use_compilation_cache(folder: str | None) -> Iterator[None]:
    """Reads and writes compiled programs in a folder while the block runs.

    Args:
        folder: where programs are kept, one folder inside for each version of jaxlib,
            since another version's programs may not fit; None to keep none.

    Raises:
        UserError: when nothing can be written there.
    """
    if folder is None:
        yield
        return
    # Probed before the run: jax itself only warns, at every single program.
    path = Path(folder) / f"jaxlib-{version('jaxlib')}"
    with disk_errors(
        f"keep compiled programs in {folder!r}",
        "Name a folder that can be written, or leave out --compilation-cache.",
    ):
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".probe"
        probe.touch()
        probe.unlink(missing_ok=True)
    # Process-wide settings of jax, so they are put back for whoever called.
    settings = _SETTINGS | {"jax_compilation_cache_dir": str(path)}
    before = {name: getattr(jax.config, name) for name in settings}
    try:
        _apply(settings)
        yield
    finally:
        _apply(before)


def _apply(settings: dict) -> None:
    for name, value in settings.items():
        jax.config.update(name, value)
    # Jax opens the folder once; it has to look again.
    compilation_cache.reset_cache()
