"""The growing logs of a run: JSON lines for programs, TensorBoard for people.

metrics.jsonl has the steps, evaluations.jsonl those whose samples were measured. A
resumed log continues at the checkpoint's step: what the killed run wrote beyond it is
cut off, so that every step occurs exactly once. JSON has no NaN, so a value that is not
finite is written as null. This module does not know what the metrics mean.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wgan_jax.artifacts.events import Events, scalars
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.errors import UserError
from wgan_jax.files import disk_errors, to_jsonable, write_atomic

_ADVICE = "Free some space or mend the permissions, then continue with --resume."


class MetricsLog(contextlib.AbstractContextManager):
    """Appends metrics and pictures to the logs of one run.

    Rows of a step must be written before the checkpoint of that step, otherwise a kill
    between the two loses them.

    Every method raises `ArtifactError` when the logs cannot be written.
    """

    def __init__(self, folder: RunFolder, resume_step: int | None = None):
        """Opens the logs.

        Args:
            folder: the run.
            resume_step: None for a new run, else the step after which rows are removed.

        Raises:
            UserError: one of the files is damaged before its last line.
            ArtifactError: the logs cannot be written.
        """
        self._folder = folder
        self._evaluations: Any = None  # opened when there is something to write
        if resume_step is not None:
            truncate_metrics(folder.metrics, resume_step)
            truncate_metrics(folder.evaluations, resume_step)
        with self._disk_errors():
            # Unbuffered: once `write` returns, rows survive a kill of the process. The
            # file's size is where `_write_all` goes back to.
            self._file = folder.metrics.open("ab", buffering=0)
            self._events = Events(folder.tensorboard, resume_step)

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Writes one line a row, all together, and the same metrics as scalars.

        Args:
            rows: each with `step` and metrics; TensorBoard shows them as `train/NAME`.
        """
        with self._disk_errors():
            _write_all(self._file, _lines(rows))
            for row in rows:
                self._events.add_scalars(row, "train")
            self._events.flush()

    def write_evaluation(self, row: dict[str, Any]) -> None:
        """Writes what was measured of the samples of a step.

        Args:
            row: `step`, `weights`, `count` and metrics, which TensorBoard shows as
                `eval/NAME`.
        """
        metrics = {name: value for name, value in row.items() if name != "count"}
        with self._disk_errors():
            if self._evaluations is None:
                path = self._folder.evaluations
                self._evaluations = path.open("ab", buffering=0)
            _write_all(self._evaluations, _lines([row]))
            self._events.add_scalars(metrics, "eval")
            self._events.flush()

    def write_options(
        self, options: Mapping[str, Any], row: dict[str, Any], evaluation: dict
    ) -> None:
        """Enters a finished run in TensorBoard's table of runs.

        Args:
            options: the fields of its config.
            row: the last row that was given to `write`.
            evaluation: the last row that was given to `write_evaluation`, or {}.
        """
        evaluation = {n: v for n, v in evaluation.items() if n != "count"}
        tags = scalars(evaluation, "eval") | scalars(row, "train")
        with self._disk_errors():
            self._events.add_run(options, tags, int(row["step"]))
            self._events.flush()

    def add_image(self, tag: str, image: np.ndarray, step: int) -> None:
        """Shows a picture in TensorBoard.

        Args:
            tag: its name there.
            image: uint8 [H, W, 3].
            step: the step that it belongs to.
        """
        with self._disk_errors():
            self._events.add_image(tag, image, step)
            self._events.flush()

    def sync(self) -> None:
        """Flushes the rows to the device, before a checkpoint counts on them."""
        with self._disk_errors():
            for file in (self._file, self._evaluations):
                if file is not None:
                    os.fsync(file.fileno())

    def close(self) -> None:
        """Closes the logs, files of rows flushed to the device."""
        with contextlib.ExitStack() as files:
            files.enter_context(self._disk_errors())
            opened = [f for f in (self._file, self._evaluations) if f is not None]
            for file in opened:
                files.enter_context(file)
            self._events.close()
            for file in opened:
                os.fsync(file.fileno())

    def __exit__(self, *_: object) -> None:
        """Closes the logs."""
        self.close()

    def _disk_errors(self) -> contextlib.AbstractContextManager:
        where = self._folder.metrics.parent
        return disk_errors(f"write the logs in {where}", _ADVICE)


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Reads metrics.jsonl or evaluations.jsonl.

    A last line that a kill left incomplete is left out.

    Args:
        path: the file; when there is none the run has logged nothing.

    Returns:
        One dict a logged step, in the order of the file; null reads as None.

    Raises:
        UserError: a line before the last is damaged.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    if (whole := _all_rows(lines[:-1])) is not None:
        return whole
    # What follows the last newline is empty, or a line that was not finished.
    rows = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            rows.append(_row(line))
        except ValueError:
            # A damaged last line is left out also where it ends in a newline.
            if not any(lines[number:]):
                break
            raise UserError(
                f"{path} is damaged in line {number}: {line[:60]!r}. "
                "Remove that line, or restore the file from a copy."
            ) from None
    return rows


def truncate_metrics(path: Path, step: int) -> None:
    """Keeps the lines up to and including a step, atomically.

    Raises:
        UserError: a line before the last is damaged.
        ArtifactError: it cannot be written; the file is as it was.
    """
    rows = [row for row in read_metrics(path) if row["step"] <= step]
    data = _lines(rows)
    with disk_errors(f"write the log {path}", _ADVICE):
        # Also removes an incomplete last line, to which the next row would be joined.
        if path.exists() and path.read_bytes() != data:
            write_atomic(path, data)


def _lines(rows: list[dict[str, Any]]) -> bytes:
    lines = [json.dumps(to_jsonable(row), allow_nan=False) + "\n" for row in rows]
    return "".join(lines).encode()


def _all_rows(lines: list[bytes]) -> list[dict[str, Any]] | None:
    """Parses undamaged lines in one call, twice as fast; None where one is damaged."""
    try:
        rows = json.loads(b"[" + b",".join(lines) + b"]")
    except ValueError:
        return None
    # A line may hold two objects with a comma between them.
    good = len(rows) == len(lines) and all(map(_is_row, rows))
    return rows if good else None


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("step"), int)


def _row(line: bytes) -> dict[str, Any]:
    row = json.loads(line)
    if not _is_row(row):
        raise ValueError("no step")
    return row


def _write_all(file: Any, data: bytes) -> None:
    """Writes every byte or none: half a line would make the file unreadable."""
    start = os.fstat(file.fileno()).st_size
    try:
        while data:  # an unbuffered write may take only a part
            data = data[file.write(data) :]
    except OSError:
        file.truncate(start)
        raise
