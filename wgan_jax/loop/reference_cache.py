"""What was computed of real samples, kept on disk: features and floors.

An entry is named by the content that it was computed from, so that it never has to be
held against anything. It lies beside the decoded data. Keeping is optional: where it
fails, a warning says why, and a damaged entry is computed again.
"""

import hashlib
import logging
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from wgan_jax.data.published.store import root
from wgan_jax.files import atomic_path
from wgan_jax.version import __version__

_log = logging.getLogger(__name__)

Arrays = dict[str, np.ndarray]


def cached(parts: Iterable[np.ndarray | str], make: Callable[[], Arrays]) -> Arrays:
    """Reads arrays that were computed before, or computes and keeps them.

    Args:
        parts: everything that they depend on besides this version of the package.
        make: computes them.

    Returns:
        Name -> array.
    """
    path = _folder() / f"{_digest(parts)}.npz"
    found = _read(path)
    if found is None:
        found = make()
        _keep(path, found)
    return found


def _folder() -> Path:
    return root() / "wgan_jax_cache" / "references"


def _digest(parts: Iterable[np.ndarray | str]) -> str:
    digest = hashlib.sha256(__version__.encode())
    for part in parts:
        if isinstance(part, str):
            digest.update(f"|{part}".encode())
        else:
            digest.update(f"|{part.dtype}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


def _read(path: Path) -> Arrays | None:
    # Without pickle: an array of objects is one, and a pickle can run code. The zip
    # format's CRC-32 finds damage.
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        _log.warning("computing the damaged %s again: %s", path, error)
        return None


def _keep(path: Path, arrays: Arrays) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
    except OSError as error:  # a full disk must not stop a measurement
        _log.warning("cannot keep %s, so it is computed each time: %s", path, error)
