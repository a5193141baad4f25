"""How long dispatches should be, and how fast the run is.

A dispatch takes about half a second, so that a run reacts to signals. The length
changes no number (see `training.dispatch`); it is free to follow the clock. Hosts agree
on the largest proposed length (a pmax inside the dispatch).
"""

import time
from typing import Any, NamedTuple

SECONDS_PER_DISPATCH = 0.5


class Elapsed(NamedTuple):
    """Time that a run has taken, over all its starts up to a checkpoint.

    Attributes:
        wall_seconds: from the calls of `train`, everything after them included.
        timed_steps: steps that `timed_seconds` were measured for: all but the first
            dispatch of each start, which may wait for compilation.
        timed_seconds: the time of those steps, without checkpoints and pictures.
        starts: how many times the run was started.
    """

    wall_seconds: float = 0.0
    timed_steps: int = 0
    timed_seconds: float = 0.0
    starts: int = 0

    @classmethod
    def read(cls, stored: Any) -> "Elapsed":
        """Reads what a checkpoint holds; nothing where it holds something else."""
        try:
            return cls(**{name: kind(stored[name]) for name, kind in _KINDS.items()})
        except (TypeError, KeyError, ValueError):
            return cls()

    @property
    def steps_per_second(self) -> float | None:
        """Steps per second after compilation; None before there are any."""
        return self.timed_steps / self.timed_seconds if self.timed_seconds else None


_KINDS = Elapsed.__annotations__


class DispatchTimer:
    """Measures finished dispatches and proposes the next length.

    Attributes:
        length: steps of the next dispatch, as all hosts agreed.
        proposed_length: steps that this host proposes for the next one.
        first_step_seconds: from the first launch to its end, with what is left of
            compiling.
    """

    def __init__(
        self,
        fixed: int | None,
        before: Elapsed | None = None,
        began: float | None = None,
        most: int = 100,
    ) -> None:
        """Starts with a single step, unless the length is fixed.

        Args:
            fixed: the length of every dispatch; None to follow the clock.
            before: what earlier starts of the run took; None for a new run.
            began: when this start began, as `time.perf_counter` tells; now if None.
            most: steps that the program can make in one dispatch.
        """
        self.length = self.proposed_length = fixed or 1
        self.first_step_seconds: float | None = None
        self._fixed, self._most = fixed is not None, most
        self._before = before or Elapsed()
        self._steps, self._seconds = 0, 0.0
        self._last = time.perf_counter()
        self._began = self._last if began is None else began

    def elapsed(self) -> Elapsed:
        """What the run has taken so far, this start included."""
        before = self._before
        return Elapsed(
            before.wall_seconds + time.perf_counter() - self._began,
            before.timed_steps + self._steps,
            before.timed_seconds + self._seconds,
            before.starts + 1,
        )

    def finished(self, length: int, agreed: int) -> None:
        """Learns from a dispatch that has just been waited for.

        Args:
            length: the steps that it made.
            agreed: the length that the hosts agreed on in it.
        """
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        # The first dispatch waits for the compiler: it is no measure of speed.
        if self.first_step_seconds is None:
            self.first_step_seconds = seconds
            return
        self._steps += length
        self._seconds += seconds
        if self._fixed:
            return
        self.length = agreed
        wanted = round(SECONDS_PER_DISPATCH * length / max(seconds, 1e-6))
        # At most doubled, so that one fast dispatch does not make the next so long that
        # a signal waits for it.
        most = min(2 * length + 1, self._most)
        self.proposed_length = max(1, min(wanted, most))

    def pause(self) -> None:
        """Leaves out of the measure what was not training, such as a checkpoint."""
        self._last = time.perf_counter()
