"""The growing logs of a run: metrics.jsonl for programs, TensorBoard for people.

A resumed log continues at the checkpoint's step: what the killed run wrote beyond it is
cut off, so that every step occurs exactly once. JSON has no NaN, so a value that is not
finite is written as null. This module does not know what the metrics mean.
"""

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

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
            UserError: metrics.jsonl is damaged before its last line.
            ArtifactError: the logs cannot be written.
        """
        self._path = folder.metrics
        if resume_step is not None:
            truncate_metrics(folder.metrics, resume_step)
        with self._disk_errors():
            # Unbuffered: once `write` returns, rows survive a kill of the process. The
            # file's size is where `_write_all` goes back to.
            self._file = folder.metrics.open("ab", buffering=0)
            self._events = _Events(folder.tensorboard, resume_step)

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Writes one line a row, all together, and the same metrics as scalars.

        Args:
            rows: each with `step` and metrics; TensorBoard shows them as `train/NAME`.
        """
        lines = [json.dumps(to_jsonable(row), allow_nan=False) + "\n" for row in rows]
        with self._disk_errors():
            _write_all(self._file, "".join(lines).encode())
            for row in rows:
                self._events.add_scalars(row)
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

    def close(self) -> None:
        """Closes both logs, metrics.jsonl flushed to the device."""
        with self._disk_errors(), self._file:
            self._events.close()
            os.fsync(self._file.fileno())

    def __exit__(self, *_: object) -> None:
        """Closes the logs."""
        self.close()

    def _disk_errors(self) -> contextlib.AbstractContextManager:
        return disk_errors(f"write the log {self._path}", _ADVICE)


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Reads metrics.jsonl; a last line that a kill left incomplete is left out.

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
    data = "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows).encode()
    with disk_errors(f"write the log {path}", _ADVICE):
        # Also removes an incomplete last line, to which the next row would be joined.
        if not path.exists() or path.read_bytes() != data:
            write_atomic(path, data)


def _row(line: bytes) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict) or not isinstance(row.get("step"), int):
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


class _Events:
    """TensorBoard events by tensorboardX's synchronous writer.

    Its usual SummaryWriter writes from a thread, where a full disk ends in a traceback
    on stderr that no caller can catch.
    """

    def __init__(self, directory: Path, resume_step: int | None):
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.proto import event_pb2

        # By vars: type checkers do not see the classes that protobuf makes at import.
        self._make_event: Any = vars(event_pb2)["Event"]
        directory.mkdir(exist_ok=True)
        # The file's name has whole seconds; the suffix separates two starts in one.
        suffix = f".{os.getpid()}.{time.monotonic_ns()}"
        self._writer = EventsWriter(str(directory / "events"), suffix)
        if resume_step is not None:
            # START makes TensorBoard drop what the killed run wrote from this step on.
            session = vars(event_pb2)["SessionLog"]
            start = session(status=session.START)
            self._add(resume_step + 1, session_log=start)
        self.flush()

    def add_scalars(self, row: dict[str, Any]) -> None:
        # Not by tensorboardX's own `scalar`, which prints a line for every NaN.
        values = [
            {"tag": f"train/{name}", "simple_value": float(value)}
            for name, value in row.items()
            if name != "step" and isinstance(value, (int, float, np.generic))
        ]
        self._add(int(row["step"]), summary={"value": values})

    def add_image(self, tag: str, image: np.ndarray, step: int) -> None:
        from tensorboardX.summary import image as make_summary

        self._add(step, summary=make_summary(tag, image, dataformats="HWC"))

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()

    def _add(self, step: int, **content: Any) -> None:
        event = self._make_event(wall_time=time.time(), step=step, **content)
        self._writer.write_event(event)
