"""The manifest of a checkpoint: what every file of it was when it was written.

The first line is the sha256 of all that follows, so the manifest vouches for itself as
it does for the files. This file knows bytes, not what they mean.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from wgan_jax.files import sync

MANIFEST = "MANIFEST"


def write_manifest(folder: Path, step: int, leaves: dict[str, Any]) -> None:
    """Flushes every file and folder below `folder` and records them, the manifest last.

    Args:
        folder: the unfinished checkpoint.
        step: the step it belongs to.
        leaves: name -> array; type and shape of each are recorded.
    """
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = _sha256(path)
        sync(path)
    arrays = {name: [str(a.dtype), list(a.shape)] for name, a in leaves.items()}
    content = {"step": step, "files": files, "leaves": arrays}
    body = json.dumps(content, indent=1).encode()
    path = folder / MANIFEST
    path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
    sync(path)
    sync(folder)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Reads a manifest: `step`, `files` and `leaves`.

    Raises:
        OSError: there is none, or it cannot be read.
        ValueError: it is not what was written.
    """
    digest, _, body = (folder / MANIFEST).read_bytes().partition(b"\n")
    if digest != hashlib.sha256(body).hexdigest().encode():
        raise ValueError("its checksum is wrong")
    return json.loads(body)


def damage(folder: Path) -> str | None:
    """Says what is wrong with a checkpoint: one phrase, or None when it is whole.

    It reads every byte. Files the manifest does not know are nobody's damage.
    """
    try:
        manifest = read_manifest(folder)
    except OSError as error:
        return f"{MANIFEST} cannot be read: {error.strerror}"
    except ValueError as error:
        return f"{MANIFEST}: {error}"
    for name, digest in manifest["files"].items():
        try:
            if _sha256(folder / name) != digest:
                return f"{name} has changed since it was written"
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}"
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
