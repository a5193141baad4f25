"""Decoded data of the user's own, kept beside the caches of the published sets.

Decoding a folder takes minutes, reading its cache a second. The cache may vanish, be
damaged or be full of another version's files at any time: then the data are decoded
again. It holds at most `MAX_BYTES`; what was used longest ago goes first.
"""

import contextlib
import hashlib
import json
import logging
import os
import re
import zipfile
from pathlib import Path

import numpy as np

from wgan_jax.data.own.samples import OwnSamples
from wgan_jax.data.published.store import refuse_packed, root
from wgan_jax.files import atomic_path, make_room

MAX_BYTES = 8 << 30
_FORMAT = 2  # counted up when the same file would be decoded to other pixels
_LABELS = ("train_labels", "test_labels")  # kept where there are any
_KEPT = re.compile(r"[\w.-]+-[0-9a-f]{16}\.npz")  # as `cache_path` names its files

_log = logging.getLogger(__name__)


def cache_path(short: str, full: str) -> Path:
    """Returns where a data set is kept: one file for each path, the options aside."""
    digest = hashlib.sha256(full.encode(errors="replace")).hexdigest()[:16]
    return root() / "wgan_jax_cache" / "own" / f"{short}-{digest}.npz"


def make_stamp(*parts: object) -> str:
    """Identifies files and options: differs when any of them does."""
    return hashlib.sha256(json.dumps([_FORMAT, *parts]).encode()).hexdigest()


def read(path: Path, stamp: str) -> OwnSamples | None:
    """Reads what is kept; the zip format's CRC-32 finds damage.

    Args:
        path: as `cache_path` returns it.
        stamp: of the files and options as they are now.

    Returns:
        The samples; None if there are none, they are of other files or options, or
        damaged, which is logged.
    """
    try:
        if not path.is_file():
            return None
        with zipfile.ZipFile(path) as kept:
            refuse_packed(path, kept)
            if str(_member(kept, "stamp")) != stamp:
                return None
            train, test = _member(kept, "train"), _member(kept, "test")
            warnings = json.loads(str(_member(kept, "warnings")))
            names = [name for name in _LABELS if f"{name}.npy" in kept.namelist()]
            labels = {name: _member(kept, name) for name in names}
            source = str(_member(kept, "source"))
            result = OwnSamples(train, test, source, list(warnings), **labels)
        with contextlib.suppress(OSError):
            os.utime(path)  # used now, so that others are removed first
    except Exception as error:  # a damaged zip file can raise nearly anything
        _log.warning("ignoring the damaged cache %s: %s", path, error)
        return None
    return result


def _member(kept: zipfile.ZipFile, name: str) -> np.ndarray:
    with kept.open(f"{name}.npy") as file:
        # Without pickle: an array of objects is one, and a pickle can run code.
        return np.lib.format.read_array(file, allow_pickle=False)


def write(path: Path, stamp: str, own: OwnSamples) -> None:
    """Keeps a data set if there is room; a failure is logged and costs nothing else."""
    labels = {name: own._asdict()[name] for name in _LABELS}
    size = own.train.nbytes + own.test.nbytes
    if size > MAX_BYTES:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make_room(path, size, _KEPT, MAX_BYTES)
        with atomic_path(path) as temporary, temporary.open("wb") as output:
            np.savez(
                output,
                allow_pickle=False,
                train=own.train,
                test=own.test,
                source=np.str_(own.source),
                warnings=np.str_(json.dumps(own.warnings)),
                **{name: array for name, array in labels.items() if array is not None},
                stamp=np.str_(stamp),
            )
    except OSError as error:  # a full disk must not stop a load that has succeeded
        _log.warning("cannot keep the decoded data in %s: %s", path, error)
