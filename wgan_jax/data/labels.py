"""The classes of samples: how many there are, and whether a game can be built on them.

Labels ride along unread unless a run is conditional; only then are they checked here.
"""

import numpy as np

from wgan_jax.data.dataset import Dataset
from wgan_jax.errors import UserError

MOST_CLASSES = 2**16  # of each of which networks keep a row of numbers


def require_classes(data: Dataset) -> None:
    """Refuses data whose labels no conditional game can be trained on.

    Args:
        data: the data, checked by `given.as_dataset`.

    Raises:
        UserError: without labels, for labels that are not 0 to K - 1 with each of them
            among the training samples, or for held-out samples of other classes.
    """
    labels = data.train_labels
    if labels is None:
        raise UserError(
            f"conditional needs the class of every sample, and {data.name!r} has no "
            "labels: hand the data over from Python as a Dataset with train_labels, "
            "or leave conditional out."
        )
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= MOST_CLASSES:
        raise UserError(
            f"train_labels of {data.name!r} go from {low} to {high}, but a conditional "
            f"run takes classes from 0 to at most {MOST_CLASSES - 1}. {_RENUMBER}"
        )
    if missing := sorted(set(range(high)) - set(np.unique(labels).tolist())):
        shown = ", ".join(map(str, missing[:5])) + (", ..." if missing[5:] else "")
        raise UserError(
            f"train_labels of {data.name!r} go from {low} to {high}, but no sample is "
            f"of class {shown}: what is never shown is not learned. {_RENUMBER}"
        )
    if data.test_labels is None or not len(data.test_labels):
        return
    others = data.test_labels[(data.test_labels < 0) | (data.test_labels > high)]
    if len(others):
        raise UserError(
            f"test_labels of {data.name!r} hold class {int(others[0])}, but the "
            f"training samples have 0 to {high}: use the same classes in both."
        )


_RENUMBER = "Number them anew: np.unique(labels, return_inverse=True)[1]."
