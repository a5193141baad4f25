"""What is due at which step: the one place for pictures, checkpoints, measurements.

It knows numbers only. A new kind of regular work is one field of `Cadence` and one of
`Due`.
"""

from typing import NamedTuple


class Due(NamedTuple):
    """What has to be done after a step.

    Attributes:
        sample: whether a picture is due.
        checkpoint: whether a checkpoint is due.
        evaluation: whether the samples are to be measured.
    """

    sample: bool
    checkpoint: bool
    evaluation: bool


class Cadence(NamedTuple):
    """How often a run does what is not training.

    Attributes:
        total: the last step, after which everything that is wanted at all is due.
        sample_every: steps between pictures; 0 for none.
        checkpoint_every: steps between checkpoints; 0 for the last alone.
        evaluate_every: steps between measurements; 0 for none.
    """

    total: int
    sample_every: int
    checkpoint_every: int
    evaluate_every: int

    def next_stop(self, step: int) -> int:
        """The first step after `step` at which something is due."""
        every = [e for e in self[1:] if e]
        return min([self.total, *(step - step % e + e for e in every)])

    def due(self, step: int) -> Due:
        """What is due at a step."""
        last = step == self.total

        def regular(every: int) -> bool:
            return every > 0 and step % every == 0

        return Due(
            sample=regular(self.sample_every) or (last and self.sample_every > 0),
            checkpoint=regular(self.checkpoint_every) or last,
            evaluation=regular(self.evaluate_every)
            or (last and self.evaluate_every > 0),
        )
