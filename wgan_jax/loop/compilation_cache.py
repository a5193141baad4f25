"""Compiling aside, and compiled programs kept on disk: the wait before the first step.

Programs are kept by Jax's persistent compilation cache, switched on for the length of a
run. This room knows nothing of what is compiled.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache

from wgan_jax.files import disk_errors

_SETTINGS = {
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}

_aside = ThreadPoolExecutor(1, "compile")


def compile_aside(
    lowered: jax.stages.Lowered, options: dict[str, Any] | None = None
) -> Future[jax.stages.Compiled]:
    """Compiles on another thread, after what it was given before.

    Args:
        lowered: the program, traced and lowered.
        options: for XLA's compiler.

    Returns:
        The compiled program to be, or the error.
    """
    return _aside.submit(lowered.compile, compiler_options=options)


@contextlib.contextmanager
def kept_programs(folder: str | None) -> Iterator[None]:
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
    path = Path(folder) / f"jaxlib-{version('jaxlib')}"
    with disk_errors(
        f"keep compiled programs in {folder!r}",
        "Name a folder that can be written, or leave out --compilation-cache.",
    ):
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".probe"
        probe.touch()
        probe.unlink(missing_ok=True)
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
