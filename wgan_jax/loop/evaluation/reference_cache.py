"""What was computed of real samples, kept on disk: features and floors.

An entry is named by the content that it was computed from, so that it never has to be
held against anything. It lies beside the decoded data, in `MAX_BYTES` at most. Keeping
is optional: where it fails, a warning says why, and a damaged entry is computed again.
"""

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from wgan_jax.data.published.store import root
from wgan_jax.files import atomic_path, make_room, open_regular
from wgan_jax.version import __version__

MAX_BYTES = 4 << 30  # 25 references of 10,000 images under a net of 2,048 features
_KEPT = re.compile(r"[0-9a-f]{64}\.npz")

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
        with open_regular(path) as file, np.load(file, allow_pickle=False) as kept:
            found = {name: kept[name] for name in kept.files}
        with contextlib.suppress(OSError):
            os.utime(path)  # used now, so that others are removed first
        return found
    except FileNotFoundError:
        return None
    except Exception as error:  # a damaged zip file can raise nearly anything
        _log.warning("computing the damaged %s again: %s", path, error)
        return None


def _keep(path: Path, arrays: Arrays) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        size = sum(array.nbytes for array in arrays.values())
        make_room(path, size, _KEPT, MAX_BYTES)
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
    except OSError as error:  # a full disk must not stop a measurement
        _log.warning("cannot keep %s, so it is computed each time: %s", path, error)
