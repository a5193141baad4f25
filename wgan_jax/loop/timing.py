"""How long dispatches should be: about half a second, so that a run reacts.

The length changes no number (see `dispatch.py`); it is free to follow the clock. With
several hosts all follow the wish of the slowest decision: see `Drive`.
"""

import time

SECONDS_PER_DISPATCH = 0.5
LONGEST_DISPATCH = 100


def capacity(steps_per_dispatch: int | None) -> int:
    """The most steps of one dispatch; None for a length that follows the clock."""
    return steps_per_dispatch or LONGEST_DISPATCH


class Pace:
    """Measures finished dispatches and suggests the next length.

    Attributes:
        length: steps of the next dispatch, as all hosts agreed.
        wish: steps that this host would like.
        first_step_seconds: from the first launch to its end, with what is left of
            compiling.
        steps: steps finished after the first dispatch.
        seconds: the time that they took.
    """

    def __init__(self, fixed: int | None) -> None:
        """Starts with a single step, unless the length is fixed."""
        self.length = self.wish = fixed or 1
        self.steps, self.seconds = 0, 0.0
        self.first_step_seconds: float | None = None
        self._fixed = fixed is not None
        self._began = self._last = time.perf_counter()

    @property
    def wall_seconds(self) -> float:
        """Seconds since this pace was made, everything included."""
        return time.perf_counter() - self._began

    @property
    def steps_per_second(self) -> float | None:
        """Steps per second after the first dispatch; None before there are any."""
        return self.steps / self.seconds if self.seconds else None

    def finished(self, length: int, agreed: int) -> None:
        """Learns from a dispatch that has just been waited for.

        Args:
            length: the steps that it made.
            agreed: the length that the hosts agreed on in it.
        """
        now = time.perf_counter()
        seconds, self._last = now - self._last, now
        if self.first_step_seconds is None:
            self.first_step_seconds = seconds
            return
        self.steps += length
        self.seconds += seconds
        if self._fixed:
            return
        self.length = agreed
        wanted = round(SECONDS_PER_DISPATCH * length / max(seconds, 1e-6))
        self.wish = max(1, min(wanted, 2 * length + 1, LONGEST_DISPATCH))

    def pause(self) -> None:
        """Leaves out of the measure what was not training, such as a checkpoint."""
        self._last = time.perf_counter()
