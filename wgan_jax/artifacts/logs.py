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
from wgan_jax.artifacts.log_reading import read_lines
from wgan_jax.files import atomic_path, disk_errors, sync, to_jsonable

_ADVICE = "Free some space or mend the permissions, then continue with --resume."


class MetricsLog(contextlib.AbstractContextManager):
    """Appends metrics and pictures to the logs of one run.

    Rows of a step must be written before the checkpoint of that step, otherwise a kill
    between the two loses them.

    Every method raises `ArtifactError` when the logs cannot be written.
    """

    def __init__(
        self,
        folder: RunFolder,
        resume_step: int | None = None,
        words: Mapping[str, str] | None = None,
    ):
        """Opens the logs.

        Args:
            folder: the run.
            resume_step: None for a new run, else the step after which rows are removed.
            words: metric of `write` -> how it is to be read, for TensorBoard.

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
            described = {f"train/{name}": text for name, text in (words or {}).items()}
            self._events = Events(folder.tensorboard, resume_step, described)

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


def truncate_metrics(path: Path, step: int) -> None:
    """Keeps the lines up to and including a step, whole whenever it is killed.

    Raises:
        UserError: a line before the last is damaged.
        ArtifactError: it cannot be written; the file is as it was.
    """
    end, beyond, strange = 0, False, False
    for line in read_lines(path):
        if line.row["step"] > step:
            beyond = True
            continue
        # What follows a later step was written by two processes at once.
        strange = strange or beyond or not line.clean
        end = line.end
    with disk_errors(f"write the log {path}", _ADVICE):
        if strange:
            _rewrite(path, step)
        # An incomplete last line too, to which the next row would be joined.
        elif path.exists() and path.stat().st_size != end:
            os.truncate(path, end)
            sync(path)


def _rewrite(path: Path, step: int) -> None:
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        for line in read_lines(path):
            if line.row["step"] <= step:
                file.write(_lines([line.row]))


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
