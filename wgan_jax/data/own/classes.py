"""The classes of data of the user's own: subfolders of a folder of images.

They are numbered from 0 in the order of their names, as torchvision's `ImageFolder`
does. Labels of array files are read in `arrays`. This module knows paths as text.
"""

from collections.abc import Sequence

import numpy as np

from wgan_jax.errors import UserError

SPLITS = {"train", "test"}  # folders that are no classes where there are no others
# What parts of data are called elsewhere: never classes to train on by mistake.
_PARTS = {"train", "training", "val", "valid", "validation", "dev", "test", "testing"}


def are_splits(names: Sequence[str]) -> bool:
    """Whether relative paths lie in `train/` and `test/`, and nowhere else."""
    return {name.split("/")[0] for name in names} == SPLITS


def labels_of(names: Sequence[str], split: bool) -> np.ndarray | None:
    """Numbers the classes of images by the first folder on their way.

    Args:
        names: relative paths, at least one; those of both splits if there are two.
        split: whether they lie in `train/` and `test/`.

    Returns:
        int32 [N]; None where an image lies in no folder of a class.
    """
    classes = _classes(names, split)
    if None in classes:
        return None
    numbers = np.unique(np.asarray(classes), return_inverse=True)[1]
    return numbers.astype(np.int32)


def require_folders(folder: str, names: Sequence[str]) -> int:
    """Counts the classes of a folder.

    Args:
        folder: of images, for the message.
        names: relative paths of its images.

    Raises:
        UserError: an image lies in no folder of a class, or the folders are called as
            parts of data are.
    """
    split = are_splits(names)
    if not split and {name.split("/")[0].lower() for name in names} <= _PARTS:
        tops = sorted({name.split("/")[0] for name in names})
        raise UserError(
            f"conditional needs the class of every image, and {folder} is divided into "
            f"{', '.join(tops)}, which are no classes: name two parts train/ and "
            "test/, with the folders of the classes in them, or give the path of one "
            "part."
        )
    classes = _classes(names, split)
    if None in classes:
        outside = names[classes.index(None)]
        raise UserError(
            f"conditional needs the class of every image, and {outside!r} in {folder} "
            "lies in no folder of a class: put the images of each class into a "
            "subfolder of its own (of train/ and test/, where there are both), or "
            "leave conditional out."
        )
    return len(set(classes))


def _classes(names: Sequence[str], split: bool) -> list[str | None]:
    """The folder of each image's class; None where there is none."""
    level = int(split)
    ways = [name.split("/")[level:] for name in names]
    return [way[0] if len(way) > 1 else None for way in ways]
