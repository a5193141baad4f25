"""A log of rows, one JSON object a line, that one process appends to.

Opened at a step, it drops the rows beyond that step, so that every step occurs exactly
once. A log that others changed meanwhile is used as far as it goes, with a warning that
names what is missing or was repeated. It does not know what a row means.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.artifacts.log_reading import Line, read_lines
from wgan_jax.errors import warn
from wgan_jax.files import atomic_path, disk_errors, sync, to_jsonable

ADVICE = "Free some space or mend the permissions, then continue with --resume."


class RowFile:
    """One log, whole lines at any moment.

    Its methods raise `ArtifactError` when it cannot be written.

    Attributes:
        rows: how many it has.
    """

    def __init__(self, path: Path, step: int | None = None, logged: int | None = None):
        """Prepares it; the file is made by the first row, or by `open`.

        Args:
            path: the file.
            step: the step after which rows are removed; None for a new log.
            logged: how many rows up to it were written; None where nobody knows.

        Raises:
            UserError: the file is damaged before its last line, or cannot be read.
        """
        self._path, self._last = path, step or 0
        self._file: Any = None
        self._comparable = False
        self.rows = 0 if step is None else truncate(path, step, logged)

    def open(self) -> None:
        """Opens the file, and makes it where there is none."""
        with self._disk_errors():
            made = not self._path.exists()
            # Unbuffered: once `write` returns, rows survive a kill of the process. The
            # file's size is where `_write_all` goes back to.
            self._file = self._path.open("ab", buffering=0)
            if made:
                sync(self._path.parent)  # or a power cut may take its name
        # False on network file systems that give a file another inode number each time.
        self._comparable = self._is_there()

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Appends one line a row, all together.

        Args:
            rows: each with `step`, beyond those of the rows before.
        """
        if not rows:
            return
        if self._file is None:
            self.open()
        elif self._comparable and not self._is_there():
            self._file.close()
            self._open_anew()
        with self._disk_errors():
            _write_all(self._file, _lines(rows))
        self.rows, self._last = self.rows + len(rows), int(rows[-1]["step"])

    def sync(self) -> None:
        """Flushes the rows to the device."""
        if self._file is not None:
            with self._disk_errors():
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes the file, its rows flushed to the device."""
        if self._file is not None:
            with self._disk_errors(), self._file as file:
                os.fsync(file.fileno())

    def _is_there(self) -> bool:
        """Whether the file still has its name; costs microseconds a dispatch."""
        with self._disk_errors():
            opened = os.fstat(self._file.fileno())
            try:
                return os.path.samestat(opened, self._path.stat())
            except FileNotFoundError:
                return False

    def _open_anew(self) -> None:
        """Goes on in the file that has the name now, or in a new one."""
        before, self._file = self.rows, None
        self.open()  # first: it may be the folder that is gone
        self._file.close()
        self.rows = truncate(self._path, self._last)
        self.open()
        warn(
            f"{self._path} was moved, removed or replaced while the run wrote in it: "
            f"of {before:,} rows {self.rows:,} are there, and the run logs from step "
            f"{self._last + 1:,} on"
        )

    def _disk_errors(self) -> contextlib.AbstractContextManager:
        return disk_errors(f"write the logs in {self._path.parent}", ADVICE)


class _Kept(NamedTuple):
    """What a log holds up to a step.

    Attributes:
        rows: how many lines are kept.
        end: where the last of them ends in the file, in bytes.
        clean: whether they are the file's first lines, in JSON that every parser reads,
            so that cutting the file is enough.
        removed: how many lines between them are not kept.
        first_removed: the number of the first of these.
        gap: the largest distance between two steps: the number of the line before it,
            that line's step, the next step.
    """

    rows: int
    end: int
    clean: bool
    removed: int
    first_removed: int
    gap: tuple[int, int, int]


def truncate(path: Path, step: int, logged: int | None = None) -> int:
    """Keeps the lines up to and including a step, whole whenever it is killed.

    Lines whose step is not beyond that of the line before are removed too. A warning
    counts the lines that were removed from between others, and names a number of lines
    other than `logged`.

    Args:
        path: the log; it may be missing.
        step: the last to be kept.
        logged: how many rows up to it were written; None where nobody knows.

    Returns:
        How many lines there are.

    Raises:
        UserError: a line before the last is damaged.
        ArtifactError: it cannot be written; the file is as it was.
    """
    kept = _survey(path, step)
    with disk_errors(f"write the log {path}", ADVICE):
        if not kept.clean:
            with atomic_path(path) as temporary, temporary.open("wb") as file:
                for line, wanted in _mark_kept(path, step):
                    if wanted:
                        file.write(_lines([line.row]))
        # An incomplete last line too, to which the next row would be joined.
        elif path.exists() and path.stat().st_size != kept.end:
            os.truncate(path, kept.end)
            sync(path)
    _warn_of_changes(path, step, kept, logged)
    return kept.rows


def _mark_kept(path: Path, step: int) -> Iterator[tuple[Line, bool]]:
    """Yields every line, and whether it is kept."""
    last = -1
    for line in read_lines(path):
        wanted = last < line.row["step"] <= step
        last = line.row["step"] if wanted else last
        yield line, wanted


def _survey(path: Path, step: int) -> _Kept:
    rows, end, clean, last = 0, 0, True, 0
    dropped, first, between = 0, 0, 0  # lines; `between` those before a kept one
    gap = (0, 0, 0)
    for number, (line, wanted) in enumerate(_mark_kept(path, step), start=1):
        if not wanted:
            dropped, first = dropped + 1, first or number
            continue
        between = dropped
        clean = clean and line.clean and not between
        if line.row["step"] - last > gap[2] - gap[1]:
            gap = (number - 1, last, line.row["step"])
        last, rows, end = line.row["step"], rows + 1, line.end
    if step - last > gap[2] - gap[1]:
        gap = (rows + between, last, step)
    return _Kept(rows, end, clean, between, first, gap)


def _warn_of_changes(path: Path, step: int, kept: _Kept, logged: int | None) -> None:
    if kept.removed:
        warn(
            f"{path}: {kept.removed:,} rows out of order, or of a step that was there "
            f"already, were removed, the first in line {kept.first_removed:,}"
        )
    if logged is None or kept.rows == logged:
        return
    line, before, after = kept.gap
    gap = f"; the largest gap is after line {line:,}, step {before:,} to {after:,}"
    warn(
        f"{path} has {kept.rows:,} rows up to step {step:,}, but {logged:,} were "
        f"logged{gap if 0 < kept.rows < logged else ''}. The run goes on with these"
    )


def _lines(rows: list[dict[str, Any]]) -> bytes:
    lines = [json.dumps(to_jsonable(row), allow_nan=False) + "\n" for row in rows]
    return "".join(lines).encode()


def _write_all(file: Any, data: bytes) -> None:
    """Writes every byte or none: half a line would make the file unreadable."""
    start = os.fstat(file.fileno()).st_size
    try:
        while data:  # an unbuffered write may take only a part
            data = data[file.write(data) :]
    except OSError:
        file.truncate(start)
        raise
