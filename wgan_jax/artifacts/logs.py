"""The growing logs of a run: JSON lines for programs, TensorBoard for people.

metrics.jsonl has the steps, evaluations.jsonl those whose samples were measured. A
resumed log continues at the checkpoint's step, see `row_file`. JSON has no NaN, so a
value that is not finite is written as null. This module does not know what the metrics
mean.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from wgan_jax.artifacts.events import open_events, scalars
from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.row_file import ADVICE, RowFile
from wgan_jax.files import disk_errors


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
        logged: int | None = None,
    ):
        """Opens the logs.

        Args:
            folder: the run.
            resume_step: None for a new run, else the step after which rows are removed.
            words: metric of `write` -> how it is to be read, for TensorBoard.
            logged: how many rows of metrics.jsonl there were at that step, as `rows`
                said; None where nobody knows.

        Raises:
            UserError: one of the files is damaged before its last line.
            ArtifactError: the logs cannot be written.
        """
        self._folder = folder
        self._metrics = RowFile(folder.metrics, resume_step, logged)
        self._evaluations = RowFile(folder.evaluations, resume_step)
        self._metrics.open()
        with self._disk_errors():
            described = {f"train/{name}": text for name, text in (words or {}).items()}
            self._events = open_events(folder.tensorboard, resume_step, described)

    @property
    def rows(self) -> int:
        """How many rows metrics.jsonl has."""
        return self._metrics.rows

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Writes one line a row, all together, and the same metrics as scalars.

        Args:
            rows: each with `step` and metrics; TensorBoard shows them as `train/NAME`.
        """
        self._metrics.write(rows)
        with self._disk_errors():
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
        self._evaluations.write([row])
        with self._disk_errors():
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
        self._metrics.sync()
        self._evaluations.sync()

    def close(self) -> None:
        """Closes the logs, files of rows flushed to the device."""
        with contextlib.ExitStack() as files:
            files.callback(self._metrics.close)
            files.callback(self._evaluations.close)
            with self._disk_errors():
                self._events.close()

    def __exit__(self, *_: object) -> None:
        """Closes the logs."""
        self.close()

    def _disk_errors(self) -> contextlib.AbstractContextManager:
        where = self._folder.metrics.parent
        return disk_errors(f"write the logs in {where}", ADVICE)
