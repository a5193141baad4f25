"""What a metric may look at: real samples, generated ones, and what is known of both.

Plain data. This module computes nothing.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Side(NamedTuple):
    """One of the two sets of samples that are compared.

    Attributes:
        samples: uint8 images [N, H, W, C] or float32 points [N, d].
        features: of images, float32 [N, D]; None for points.
        classes: of images, int32 [N] or [N, K], as the feature net sees them; None
            where it knows no classes.
        labels: the class that each sample was asked for or is labelled with, int32 [N];
            None where nobody asked.
    """

    samples: np.ndarray
    features: np.ndarray | None = None
    classes: np.ndarray | None = None
    labels: np.ndarray | None = None

    def take(self, indices: np.ndarray) -> "Side":
        """Returns some of the samples, in the order of the indices."""
        rest = (
            None if array is None else array[indices]
            for array in (self.features, self.classes, self.labels)
        )
        return Side(self.samples[indices], *rest)


class Probe(NamedTuple):
    """A critic and the samples that it is looked at with, as the critic reads them.

    Attributes:
        apply: (params, samples [B, ...]) -> scores [B], constrained as in training.
        params: the critic's parameters.
        real: real samples, float32 [n, ...]; images in [-1, 1].
        fake: generated samples, the same shape.
        seed: of the random numbers that a probe draws.
        labels: the classes of real[i] and fake[i], int32 [n], of a conditional critic.
    """

    apply: Callable[..., Any]
    params: Any
    real: np.ndarray
    fake: np.ndarray
    seed: int
    labels: np.ndarray | None = None


class Comparison(NamedTuple):
    """Everything that a metric may look at.

    Attributes:
        real: the reference.
        fake: what is measured; real training samples where a floor is measured.
        centers: the modes of the distribution, [K, d], where they are known.
        std: the standard deviation of each mode, where it is known.
        train: features of the training samples, [M, D], or the points themselves.
        probe: the critic, where it is known.
    """

    real: Side
    fake: Side
    centers: np.ndarray | None = None
    std: float | None = None
    train: np.ndarray | None = None
    probe: Probe | None = None
