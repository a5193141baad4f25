"""The page of a run that is under way: written often, and never at the run's cost.

A page is made from the other artifacts and can be made again, so a page that cannot be
written stops no training. How it looks is up to `artifacts.report`.
"""

import time
from collections.abc import Callable

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.artifacts.report import write_report
from wgan_jax.errors import warn
from wgan_jax.loop.timing import Elapsed

CHEAP_SECONDS = 0.25  # a page that took less is written whenever it is asked for
SHARE = 20  # any other at most for one part in so many of the time


class Reporter:
    """Writes the page of one run again and again."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Starts without a page.

        Args:
            clock: seconds that never decrease.
        """
        self._clock = clock
        self._finished_at, self._took = 0.0, 0.0
        self._warned = False

    def write(
        self,
        folder: RunFolder,
        elapsed: Elapsed | None = None,
        *,
        last: bool = False,
    ) -> None:
        """Writes report.html, unless pages would take too much of the run's time.

        The page is made from all rows so far: of a long run with many pictures it takes
        seconds.

        Args:
            folder: the run.
            elapsed: what the run has taken so far, where no summary says it.
            last: whether the run ends here, so that the page is written in any case.
        """
        began = self._clock()
        waited = began - self._finished_at
        if self._took > CHEAP_SECONDS and waited < SHARE * self._took and not last:
            return
        try:
            write_report(folder, _as_json(elapsed))
        except Exception as error:
            # Whatever it is, what was learned is worth more than its page.
            self._warn(folder, error)
        self._finished_at = self._clock()
        self._took = self._finished_at - began

    def _warn(self, folder: RunFolder, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            warn(
                f"{folder.report} was not written ({error}). The run goes on; "
                f"python -m wgan_jax.compare {folder.path} writes it later."
            )


def _as_json(elapsed: Elapsed | None) -> dict | None:
    if elapsed is None:
        return None
    return elapsed._asdict() | {"steps_per_second": elapsed.steps_per_second}
