"""What a row of the registry of metrics says.

This file must stay free of JAX and scipy: it is read before anything is trained.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from wgan_jax.metrics.comparison import Comparison
from wgan_jax.metrics.intervals import Ends
from wgan_jax.metrics.measures import Compute, Values

Direction = Literal["lower", "higher", "none"]
Interval = Callable[[Compute, Comparison, Values], Ends]


class Quantity(NamedTuple):
    """One number of a metric.

    Attributes:
        name: in evaluation.json, in the logs and for `--best`.
        title: for people; `{net}` stands for the title of the feature net.
        better: which direction is better; `none` where neither is.
        unit: for people; empty for a pure number.
        least: the smallest value that it can take; None where there is none.
        most: the largest one.
        whole: whether it counts something.
    """

    name: str
    title: str
    better: Direction
    unit: str = ""
    least: float | None = 0.0
    most: float | None = None
    whole: bool = False


class MetricRow(NamedTuple):
    """A row of `METRICS`: one computation, which may give several numbers.

    Attributes:
        name: of the row.
        quantities: the numbers that it gives, the most important one first.
        needs: what has to be known, keys of `NEEDS`.
        compute: comparison -> name -> number, for every quantity that can be told (at a
            floor some cannot). ValueError where its
            assumptions fail, in words that can be printed.
        interval: how the interval is made, see `intervals`; None for none.
        floor: which real samples take the place of the generated ones where the floor
            is measured: training samples, held-out ones, or None where there is none.
        while_training: whether it is cheap enough to be computed while a run trains.
        headline: whether its first number is shown beside the progress of a run.
    """

    name: str
    quantities: tuple[Quantity, ...]
    needs: frozenset[str]
    compute: Compute
    interval: Interval | None = None
    floor: Literal["train", "held_out"] | None = "train"
    while_training: bool = True
    headline: bool = False
