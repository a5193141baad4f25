"""What a person sees while a run trains: a bar, plain lines, or nothing.

`progress` chooses by where the output goes. This module knows steps, seconds and named
metrics, and not what is being trained.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TextIO

_Clock = Callable[[], float]
_LINE_SECONDS = 5.0  # at least, between lines: a log of hours stays readable
_SHORT = {
    "critic_loss": "critic",
    "generator_loss": "generator",
    "wasserstein_estimate": "estimate",
}


class Progress(Protocol):
    """A context manager that shows how far the run is."""

    def __enter__(self) -> "Progress":
        """Starts the clock."""
        ...

    def __exit__(self, *exc: object) -> None:
        """Leaves the terminal as it was, also after Ctrl-C."""
        ...

    def update(self, step: int, metrics: Mapping[str, float | None]) -> None:
        """Reports a finished step.

        Args:
            step: the step, counted from the start of the run and not of the resume.
            metrics: the current losses and estimates; {} where none are known yet.
        """
        ...


def progress(
    total: int,
    start: int = 0,
    *,
    quiet: bool = False,
    stream: TextIO | None = None,
    clock: _Clock = time.monotonic,
) -> Progress:
    """Chooses how a run is shown.

    Args:
        total: the last step of the run.
        start: the step it continues from; it does not count for the speed.
        quiet: show nothing.
        stream: where to write, stderr by default.
        clock: seconds that never decrease.

    Returns:
        A bar on a terminal, otherwise a self-contained line every five seconds.
    """
    # Without a console, as under pythonw, sys.stderr is None.
    output = stream or sys.stderr
    if quiet or output is None:
        return _Silent()
    if output.isatty():
        return _Bar(output, total, start, clock)
    return _Lines(output, total, start, clock)


class _Silent:
    """Shows nothing."""

    def __enter__(self) -> "_Silent":
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def update(self, step: int, metrics: Mapping[str, float | None]) -> None:
        pass


class _Lines:
    """The first step, the last, and at most one line every five seconds between."""

    def __init__(self, stream: TextIO, total: int, start: int, clock: _Clock):
        self._stream, self._total, self._clock = stream, total, clock
        self._speed = _Speed(total, start, clock)
        self._printed_at: float | None = None

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *exc: object) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()

    def update(self, step: int, metrics: Mapping[str, float | None]) -> None:
        """Writes a line, unless the last one is younger than five seconds."""
        self._speed.update(step)
        now = self._clock()
        last = self._printed_at
        if last is None or step >= self._total or now - last >= _LINE_SECONDS:
            self._printed_at = now
            # A closed pipe, as after `| head`, does not end a run.
            with contextlib.suppress(OSError):
                print(self._line(step, metrics), file=self._stream, flush=True)

    def _line(self, step: int, metrics: Mapping[str, float | None]) -> str:
        head = f"step {step:,}/{self._total:,}"
        return "  ".join(filter(None, [head, self._speed.words(), words(metrics)]))


class _Bar:
    """A bar over the width of a terminal, with the speed and the metrics."""

    def __init__(self, stream: TextIO, total: int, start: int, clock: _Clock):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress
        from rich.table import Column

        cut = Column(ratio=4, no_wrap=True, overflow="ellipsis")
        self._speed = _Speed(total, start, clock)
        self._bar = RichProgress(
            TextColumn("step"),
            MofNCompleteColumn(),
            BarColumn(None, table_column=Column(ratio=1)),
            TextColumn("{task.fields[speed]}", style="cyan"),
            # A narrow terminal cuts the metrics and never the steps.
            TextColumn("{task.fields[metrics]}", table_column=cut),
            console=Console(file=stream),
            expand=True,
        )
        self._task = self._bar.add_task(
            "", total=total, completed=start, speed="", metrics="compiling"
        )

    def __enter__(self) -> "_Bar":
        with contextlib.suppress(OSError):
            self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        # The terminal may be gone, and the run is done all the same.
        with contextlib.suppress(OSError):
            self._bar.stop()

    def update(self, step: int, metrics: Mapping[str, float | None]) -> None:
        """Moves the bar, and shows speed and metrics beside it."""
        self._speed.update(step)
        shown: dict[str, Any] = {"speed": self._speed.words()}
        with contextlib.suppress(OSError):
            self._bar.update(
                self._task, completed=step, metrics=words(metrics), **shown
            )


class _Speed:
    """Steps a second since the first report, so without compilation."""

    def __init__(self, total: int, start: int, clock: _Clock):
        self._total, self._clock = total, clock
        self._step = start
        self._origin: tuple[int, float] | None = None

    def update(self, step: int) -> None:
        """Notes a finished step; the first one starts the clock."""
        self._step = step
        # The first report comes after compilation; its steps do not count either.
        if self._origin is None:
            self._origin = (step, self._clock())

    def words(self) -> str:
        """Returns `12.3 steps/s  eta 5m12s`, or nothing before there is a speed."""
        if self._origin is None:
            return ""
        step, since = self._origin
        seconds = self._clock() - since
        if self._step == step or seconds <= 0:
            return ""
        rate = (self._step - step) / seconds
        left = max(0, self._total - self._step) / rate
        eta = f"  eta {duration(left)}" if self._step < self._total else ""
        return f"{rate:,.1f} steps/s{eta}"


def duration(seconds: float) -> str:
    """Formats a time.

    Args:
        seconds: >= 0; rounded to whole seconds.

    Example:
        >>> duration(9), duration(312), duration(3 * 3600 + 300)
        ('9s', '5m12s', '3h05m')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes:02d}m"
    return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"


def words(metrics: Mapping[str, float | None]) -> str:
    """Formats metrics, None left out: `critic -0.312  estimate 0.298`."""
    return "  ".join(
        f"{_SHORT.get(name, name.replace('_', ' '))} {value:.3g}"
        for name, value in metrics.items()
        if name != "step" and value is not None
    )
