"""Which classes the samples of a conditional run are of, where and how they are asked.

Labels are asked for one by one, or in turn through some classes; pictures have one row
a class. This module knows numbers and no network.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from wgan_jax.data import Dataset
from wgan_jax.errors import UserError
from wgan_jax.given import as_array
from wgan_jax.loop.memory import require_memory

COLUMNS = 8  # images of a class in a picture
MOST_ROWS = 16  # classes in a picture that nobody asked for by class


def as_labels(labels: Any, count: int, num_classes: int | None) -> np.ndarray | None:
    """Returns the class of each of `count` samples.

    Args:
        labels: a class for all, whole numbers [count], or None for all classes in turn.
        count: how many samples.
        num_classes: those of the run; None where it is not conditional.

    Returns:
        int32 [count]; None where the run is not conditional.

    Raises:
        UserError: labels of another type, length or range, or of a run without classes.
    """
    if num_classes is None:
        if labels is not None:
            raise UserError(
                "labels would have no effect: this run is not conditional. Leave them "
                "out, or train with --conditional."
            )
        return None
    if labels is None:
        return in_turn(range(num_classes), count)
    wanted = f"Give one class from 0 to {num_classes - 1}, or [{count}] of them."
    found = as_array("labels", labels, wanted)
    if found.dtype.kind not in "iu" or found.shape not in ((), (count,)):
        raise UserError(f"labels are {found.dtype} {list(found.shape)}. {wanted}")
    if found.size and not 0 <= found.min() <= found.max() < num_classes:
        raise UserError(f"labels go from {found.min()} to {found.max()}. {wanted}")
    return np.broadcast_to(found, (count,)).astype(np.int32)


def as_classes(
    classes: Sequence[int] | None, num_classes: int | None
) -> Sequence[int] | None:
    """Returns the classes to make; all of them where none were asked for.

    Raises:
        UserError: for classes out of range, or of a run that has none.
    """
    if num_classes is None:
        if classes is not None:
            raise UserError(
                "classes would have no effect: this run is not conditional. Leave them "
                "out, or train with --conditional."
            )
        return None
    if classes is None:
        return range(num_classes)
    wrong = [c for c in classes if not 0 <= c < num_classes]
    if wrong or not classes:
        raise UserError(
            f"classes is {', '.join(map(str, classes)) or 'empty'}, but this run has "
            f"the classes 0 to {num_classes - 1}."
        )
    return classes


def in_turn(classes: Sequence[int], count: int) -> np.ndarray:
    """One class after the other: sample i is of classes[i mod n]; int32 [count].

    Raises:
        UserError: for more than the free memory holds.
    """
    require_memory(4 * count, f"{count:,} labels", "Ask for fewer.")
    return np.resize(np.asarray(classes, np.int32), count)


def class_rows(classes: Sequence[int], columns: int = COLUMNS) -> np.ndarray:
    """Labels for a picture with one row a class: int32 [rows * columns]."""
    return np.repeat(np.asarray(classes, np.int32), columns)


def shown_classes(num_classes: int) -> list[int]:
    """The classes of a picture: all, or `MOST_ROWS` of many from end to end."""
    rows = min(num_classes, MOST_ROWS)
    return np.linspace(0, num_classes - 1, rows).round().astype(int).tolist()


def mean_over_classes(
    score: Callable[..., Any], num_classes: int | None
) -> Callable[[Any], Any]:
    """The scores of a critic as one surface, which pictures of points have room for.

    Args:
        score: samples [N, ...] -> scores [N]; of a conditional critic with the class of
            all of them as a second argument.
        num_classes: those of the run; None where it is not conditional.

    Returns:
        samples -> scores [N]; with classes their mean over those that a picture shows.
    """
    if num_classes is None:
        return score
    shown = [np.int32(label) for label in shown_classes(num_classes)]
    return lambda samples: sum(score(samples, label) for label in shown) / len(shown)


def real_rows(dataset: Dataset, labels: np.ndarray) -> np.ndarray:
    """Training samples of given classes, in the order of the set.

    Args:
        dataset: with labels, of which each class has samples.
        labels: [N], sorted.

    Returns:
        [N, ...]; a class with too few samples shows some of them again.
    """
    classes, counts = np.unique(labels, return_counts=True)
    train_labels = dataset.train_labels
    assert train_labels is not None  # checked when the run was planned
    chosen = [
        np.resize(np.flatnonzero(train_labels == c), count)
        for c, count in zip(classes, counts, strict=True)
    ]
    return dataset.train[np.concatenate(chosen)]
