"""The manifest of a checkpoint: a checksum of every file, and of the manifest itself.

A JSON file with the sha256 of each file in its content, and the sha256 of that content
beside it. So a change of the manifest is found as well as one of a file. This module
knows bytes, not what they mean.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from wgan_jax.files import describe_error, open_regular, sync

MANIFEST = "manifest.json"


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Flushes every file of `folder` and records them, the manifest last.

    Args:
        folder: the unfinished checkpoint.
        content: what else the manifest holds, anything that JSON can.

    Raises:
        OSError: a file cannot be read, written or flushed.
    """
    files = {}
    for path in sorted(folder.iterdir()):
        files[path.name] = _sha256(path)
        sync(path)
    path = folder / MANIFEST
    path.write_bytes(_encode(content | {"files": files}))
    sync(path)
    sync(folder)  # the files' names, before the folder is renamed to its final name


def _encode(content: dict[str, Any]) -> bytes:
    body = json.dumps(content, indent=1)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return json.dumps({"sha256": digest, "content": content}, indent=1).encode()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Reads a manifest: `files`, and the content it was written with.

    Raises:
        OSError: there is none, or it cannot be read.
        ValueError: it is not what was written.
    """
    with open_regular(folder / MANIFEST) as file:
        data = file.read()
    try:
        content = json.loads(data)["content"]
        # To the byte: a checksum of the parsed content would miss changes that parse to
        # the same values, such as white space or a key given twice.
        unchanged = _encode(content) == data
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError("it is no manifest") from error
    if not unchanged:
        raise ValueError("its checksum is wrong")
    # The checksum tells of accidents; whoever writes a manifest can sign it as well.
    if not isinstance(content, dict) or not _names_files(content.get("files")):
        raise ValueError("it does not list the files of its folder")
    return content


def _names_files(files: Any) -> bool:
    """Whether names are those of files in the folder itself, each with a checksum."""
    return isinstance(files, dict) and all(
        isinstance(digest, str) and name == Path(name).name and "\0" not in name
        for name, digest in files.items()
    )


def verify(folder: Path) -> str | None:
    """Checks every byte of a checkpoint against its manifest.

    Files that the manifest does not list are ignored.

    Args:
        folder: the checkpoint.

    Returns:
        What is wrong, in one phrase, or None when it is whole.
    """
    try:
        manifest = read_manifest(folder)
    except OSError as error:
        return f"{MANIFEST} cannot be read: {describe_error(error)}"
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
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
