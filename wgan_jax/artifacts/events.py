"""TensorBoard events, written synchronously: scalars, pictures, the table of runs.

tensorboardX's usual SummaryWriter writes from a thread, where a full disk ends in a
traceback on stderr that no caller can catch; so its event writer is used alone.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wgan_jax.errors import warn


class NoEvents:
    """Writes nothing, where tensorboardX is not installed."""

    def add_scalars(self, row: Mapping[str, Any], group: str) -> None:
        """As `Events.add_scalars`."""

    def add_image(self, tag: str, image: np.ndarray, step: int) -> None:
        """As `Events.add_image`."""

    def add_run(
        self, options: Mapping[str, Any], tags: Mapping[str, float], step: int
    ) -> None:
        """As `Events.add_run`."""

    def flush(self) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""


def open_events(
    directory: Path, resume_step: int | None, descriptions: Mapping[str, str]
) -> "Events | NoEvents":
    """Opens the events of one start of a run, see `Events`; warns where it cannot."""
    try:
        return Events(directory, resume_step, descriptions)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        warn(f"no TensorBoard events: the package {package!r} is not installed.")
        return NoEvents()


def import_tensorboardx() -> None:
    """Imports tensorboardX, and not PyTorch with it where that is installed.

    It wants PyTorch's tensors for an annotation alone, and two seconds for them.
    """
    if "torch" in sys.modules:
        import tensorboardX  # noqa: F401

        return
    hidden: Any = None
    sys.modules["torch"] = hidden
    try:
        import tensorboardX  # noqa: F401
    finally:
        del sys.modules["torch"]


class Events:
    """The TensorBoard events of one start of a run. Its methods may raise OSError."""

    def __init__(
        self,
        directory: Path,
        resume_step: int | None,
        descriptions: Mapping[str, str] | None = None,
    ):
        """Opens a file of its own.

        Args:
            directory: the folder of events, made where it does not exist.
            resume_step: None for a new run, else the step after which TensorBoard is
                to drop what earlier starts wrote.
            descriptions: tag of a scalar -> what TensorBoard says beside its curve.
        """
        import_tensorboardx()
        from tensorboardX.event_file_writer import EventsWriter
        from tensorboardX.proto import event_pb2

        # By vars: type checkers do not see the classes that protobuf makes at import.
        self._make_event: Any = vars(event_pb2)["Event"]
        self._descriptions = dict(descriptions or {})
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

    def add_scalars(self, row: Mapping[str, Any], group: str) -> None:
        """Shows the numbers of a row with a `step` as `GROUP/NAME`."""
        # Not by tensorboardX's own `scalar`, which prints a line for every NaN.
        values: list[dict[str, Any]] = [
            {"tag": tag, "simple_value": float(value)}
            for tag, value in scalars(row, group).items()
        ]
        for value in values:
            # TensorBoard takes the description from a tag's first value alone.
            if words := self._descriptions.pop(value["tag"], None):
                value["metadata"] = {"summary_description": words}
        self._add(int(row["step"]), summary={"value": values})

    def add_image(self, tag: str, image: np.ndarray, step: int) -> None:
        """Shows a picture, uint8 [H, W, 3]."""
        from tensorboardX.summary import image as make_summary

        self._add(step, summary=make_summary(tag, image, dataformats="HWC"))

    def add_run(
        self, options: Mapping[str, Any], tags: Mapping[str, float], step: int
    ) -> None:
        """Enters the run in TensorBoard's table of runs (its page HPARAMS).

        Args:
            options: name -> text, number, bool or None, which is left out.
            tags: the scalars to show beside them, as `scalars` names them.
            step: the step that it was made at.
        """
        from tensorboardX.summary import hparams

        # The table takes the values from the scalars of that name: only tags count.
        for summary in hparams(dict(options), dict(tags)):
            self._add(step, summary=summary)

    def flush(self) -> None:
        """Hands everything to the operating system."""
        self._writer.flush()

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()

    def _add(self, step: int, **content: Any) -> None:
        event = self._make_event(wall_time=time.time(), step=step, **content)
        self._writer.write_event(event)


def scalars(row: Mapping[str, Any], group: str) -> dict[str, Any]:
    """Returns tag -> number for what TensorBoard shows of a row: `train/critic_loss`.

    Texts, None and the step are left out.
    """
    return {
        f"{group}/{name}": value
        for name, value in row.items()
        if name != "step" and isinstance(value, (int, float, np.generic))
    }
