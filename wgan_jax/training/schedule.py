"""How many critic updates each step makes, and so where in the sample stream it reads.

Both are closed forms of the step, so that a resumed run needs no counter: it asks for
the position of its step. This module knows numbers only.
"""

from typing import NamedTuple

import numpy as np

BURST = 100
WARM_UP = 25
EVERY = 500


class Schedule(NamedTuple):
    """Critic updates per step.

    Attributes:
        n_critic: the usual number, >= 1.
        bursts: whether the first 25 steps and every 500th make 100 updates, as the code
            published with Arjovsky et al. 2017 (arXiv 1701.07875) does.
    """

    n_critic: int
    bursts: bool = False

    @property
    def max_updates(self) -> int:
        """The largest number of updates in any step."""
        return max(self.n_critic, BURST) if self.bursts else self.n_critic

    def updates_per_step(self, start: int, length: int) -> np.ndarray | None:
        """Updates in steps from `start`: int32 [length], or None when constant."""
        if not self.bursts:
            return None
        # Counted from 0, as the published code counts generator iterations.
        steps = np.arange(start, start + length)
        burst = (steps < WARM_UP) | (steps % EVERY == 0)
        return np.where(burst, BURST, self.n_critic).astype(np.int32)

    def updates_before(self, step: int) -> int:
        """Updates in all steps before `step`."""
        if not self.bursts:
            return step * self.n_critic
        later = max((step - 1) // EVERY, 0)  # multiples of 500 in [500, step)
        bursts = min(step, WARM_UP) + later
        return step * self.n_critic + bursts * (BURST - self.n_critic)
