"""Downloads published files from mirrors, and gives up soon on one that is silent.

A file is written under a temporary name, compared with its checksum and then renamed,
so that no incomplete file has the final name. This module knows addresses and
checksums. It must not know what the files mean.
"""

import contextlib
import logging
import os
import queue
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path

from wgan_jax.data.dataset import DatasetRow, RemoteFile
from wgan_jax.data.published.idx import md5, unpack
from wgan_jax.errors import UserError

# Without a network a load has to say so within 10 s: start-up and two silent mirrors.
SILENCE_SECONDS = 3.5
_SLOWEST = 10_000  # bytes per second; a slower mirror counts as silent
_CHUNK = 1 << 18  # bytes
_CHUNKS_AHEAD = 16  # that a slow disk leaves in memory, 4 MiB

_log = logging.getLogger(__name__)


class MirrorsFailedError(Exception):
    """No mirror has a file that matches; `reasons` has one line for each attempt."""

    def __init__(self, reasons: list[str]) -> None:
        """Keeps the reasons, one line each."""
        super().__init__("; ".join(reasons))
        self.reasons = reasons


MAX_BYTES = 256 << 20  # of a file whose size is not known


def fetch_files(row: DatasetRow, folder: Path) -> list[Path]:
    """Makes sure that a folder holds every file of a data set.

    Files that are there already and match are kept. A mirror that fails once is not
    asked again.

    Args:
        row: mirrors, file names, checksums.
        folder: an existing folder that can be written.

    Returns:
        One path for each of `row.files`, in order.

    Raises:
        MirrorsFailedError: if no mirror delivers some file.
        OSError: if the folder cannot be written.
    """
    mirrors, reasons = list(row.mirrors), []
    for file in row.files:
        target = folder / file.name
        if target.is_file() and is_published(file, target):
            continue
        while mirrors:
            problem = _fetch(mirrors[0] + file.name, file, target)
            if problem is None:
                break
            # Dropped for the other files too, or each would wait for it once more.
            reasons.append(f"{mirrors.pop(0)}{file.name}: {problem}")
        else:
            raise MirrorsFailedError(reasons)
    return [folder / file.name for file in row.files]


def is_published(file: RemoteFile, path: Path) -> bool:
    """Whether a file is the published one, by either of its checksums.

    Args:
        file: the checksums.
        path: the file on disk.

    Returns:
        True if the MD5 of the file, or of its unpacked content, is the published one.
    """
    # Before it is read whole.
    if path.stat().st_size > MAX_BYTES:
        return False
    content = path.read_bytes()
    if file.md5 is not None and md5(content) == file.md5:
        return True
    if file.unpacked_md5 is None:
        return False
    try:
        return md5(unpack(content, path)) == file.unpacked_md5
    except UserError:
        return False


def _fetch(url: str, file: RemoteFile, target: Path) -> str | None:
    """Returns what went wrong, or None once the target is in place."""
    _log.info("downloading %s", url)
    # Beside the target, as a rename is atomic only within one file system.
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as output:
            try:
                for chunk in _stream(url, file.size or MAX_BYTES):
                    output.write(chunk)
            except _NoAnswerError as error:
                return str(error)
        if not is_published(file, partial):
            size = partial.stat().st_size
            return f"wrong checksum ({size} bytes: altered or truncated)"
        partial.chmod(0o644)  # mkstemp makes it readable by its owner alone
        os.replace(partial, target)
    finally:
        # After the rename there is nothing left to remove.
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
    return None


class _NoAnswerError(Exception):
    """A mirror that does not deliver; the message says how."""


_Chunks = queue.Queue[bytes | Exception | None]


def _stream(url: str, most_bytes: int) -> Generator[bytes]:
    """Yields the body, read by a thread: no socket timeout bounds a name look-up."""
    chunks = _Chunks(_CHUNKS_AHEAD)
    abandoned = threading.Event()
    threading.Thread(
        target=_pump, args=(url, chunks, abandoned), daemon=True, name="download"
    ).start()
    start, received = time.monotonic(), 0
    try:
        while (chunk := chunks.get(timeout=SILENCE_SECONDS)) is not None:
            if isinstance(chunk, Exception):
                raise _NoAnswerError(_describe(chunk)) from chunk
            received += len(chunk)
            if received > most_bytes:
                raise _NoAnswerError(f"no end after the {most_bytes:,} bytes wanted")
            seconds = time.monotonic() - start
            # Not judged before that: a slow start is no slow mirror.
            if seconds > 2 * SILENCE_SECONDS and received < _SLOWEST * seconds:
                raise _NoAnswerError(f"too slow, {received} bytes in {seconds:.0f} s")
            yield chunk
    except queue.Empty:
        raise _NoAnswerError(_describe(TimeoutError())) from None
    finally:
        abandoned.set()  # ends the thread at its next chunk


def _pump(url: str, chunks: _Chunks, abandoned: threading.Event) -> None:
    import urllib.request  # 40 ms that only a download pays

    def offer(chunk: bytes | Exception | None) -> None:
        while not abandoned.is_set():
            try:
                chunks.put(chunk, timeout=0.1)
            except queue.Full:  # asks again whether anybody still waits for it
                continue
            return

    try:
        with urllib.request.urlopen(url, timeout=SILENCE_SECONDS) as response:
            expected = response.headers.get("Content-Length")
            received = 0
            while not abandoned.is_set() and (chunk := response.read1(_CHUNK)):
                received += len(chunk)
                offer(chunk)
        # The checksum would find this too, with a message that explains less.
        if expected is not None and received < int(expected):
            raise EOFError(f"truncated: {received} of {expected} bytes")
        offer(None)
    except Exception as error:  # of any kind: else the reader would wait in vain
        offer(error)


def _describe(error: Exception) -> str:
    code = getattr(error, "code", None)
    if isinstance(code, int):
        return f"HTTP status {code}"
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return f"no answer for {SILENCE_SECONDS:g} s"
    return str(reason) or type(error).__name__
