"""What config and rows of a run say is wrong, while there is time to stop it.

A diagnosis reads the metrics that are logged anyway and changes nothing. It knows no
file and no device; a number that is not finite is `rows`' business.
"""

import collections
from collections.abc import Iterable

from wgan_jax.config import Config
from wgan_jax.errors import warn
from wgan_jax.loop.rows import Row

WINDOW = 500  # steps in a row, the last ones
AT_MARGIN = 0.98  # of the margin
_ROUNDING = 1e-4  # of the margin: float32 sums of energies


def warn_of_idle_steps(config: Config) -> None:
    """Says so where a run goes on after its step sizes have reached 0."""
    decay, steps = config.decay_steps, config.steps
    if decay and steps > decay:
        warn(
            f"the step sizes have fallen to 0 by step {decay:,} (decay_steps): what "
            f"comes after it, up to step {steps:,}, changes no parameter. A new run "
            f"takes --decay-steps {steps}, or 0 for step sizes that stay."
        )


class HingeWatch:
    """Warns once where the hinge of energies is open for every generated sample.

    The critic's loss is E e(x) + E max(0, m - e(G(z))), the estimate the difference
    E e(x) - E e(G(z)), so that loss - m - estimate = E max(0, e(G(z)) - m): 0 says that
    not one generated sample of the batch has an energy of m. A margin that energies
    never come near bounds nothing: the critic lowers the energies of real samples no
    further than those of generated ones, and its loss stays at the margin.
    """

    def __init__(self, margin: float | None) -> None:
        """Watches a run.

        Args:
            margin: of the run; None where it has none, and nothing is to be said.
        """
        self._margin = margin
        self._losses: collections.deque[float] = collections.deque(maxlen=WINDOW)

    def look(self, rows: Iterable[Row]) -> None:
        """Takes the rows of a dispatch, each of them once and in order.

        Args:
            rows: with `step`, `critic_loss` and `wasserstein_estimate`.
        """
        for row in rows:
            if self._margin is None:
                return
            self._add(row, self._margin)

    def _add(self, row: Row, margin: float) -> None:
        loss, estimate = row["critic_loss"], row["wasserstein_estimate"]
        if loss - margin - estimate > _ROUNDING * margin:
            self._losses.clear()  # the hinge closed for some sample
            return
        self._losses.append(loss)
        mean = sum(self._losses) / len(self._losses)
        if len(self._losses) < WINDOW or mean < AT_MARGIN * margin:
            return
        self._margin = None  # said once
        warn(
            f"step {row['step']}: critic_loss stays at the margin ({mean:.3g} in the "
            f"mean over {WINDOW} steps, of {margin:g}), and no generated sample's "
            "energy came up to it: the hinge never closes, so that samples may "
            "collapse. Start again with a smaller --margin, such as "
            f"{margin / 5:g}."
        )
