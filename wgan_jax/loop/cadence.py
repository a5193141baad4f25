"""What is due at which step: the one place for pictures and checkpoints.

It knows numbers only. A new kind of regular work is one field of `Cadence` and one of
`Due`.
"""

from typing import NamedTuple


class Due(NamedTuple):
    """What has to be done after a step.

    Attributes:
        sample: whether a picture is due.
        checkpoint: whether a checkpoint is due.
    """

    sample: bool
    checkpoint: bool


class Cadence(NamedTuple):
    """How often a run does what is not training.

    Attributes:
        total: the last step, after which everything that is wanted at all is due.
        sample_every: steps between pictures; 0 for none.
        checkpoint_every: steps between checkpoints; 0 for the last alone.
    """

    total: int
    sample_every: int
    checkpoint_every: int

    def next_stop(self, step: int) -> int:
        """The first step after `step` at which something is due."""
        every = [e for e in (self.sample_every, self.checkpoint_every) if e]
        return min([self.total, *(step - step % e + e for e in every)])

    def due(self, step: int) -> Due:
        """What is due at a step."""
        last = step == self.total
        return Due(
            sample=self.sample_every > 0 and (last or step % self.sample_every == 0),
            checkpoint=last
            or (self.checkpoint_every > 0 and step % self.checkpoint_every == 0),
        )
