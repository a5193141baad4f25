"""What has to be known of a dataset before it is read, and the options of one's own.

Registered data sets are described by their rows, the user's own by a look at their
files. This module knows `Config` fields as plain values.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from wgan_jax.config.names import unknown_part
from wgan_jax.data import DATASETS, count_classes, describe_own, is_own
from wgan_jax.errors import UserError

if TYPE_CHECKING:
    from wgan_jax.config.config import Config

CHANNELS = (1, 3)  # grey and colour


class SampleSpec(NamedTuple):
    """What has to be known of a dataset before it is read.

    Attributes:
        shape: of one sample, (H, W, C) or (d,).
        count: how many there are to train on; None where only reading would tell.
        num_classes: of their labels; None where they have none.
    """

    shape: tuple[int, ...]
    count: int | None
    num_classes: int | None = None


def samples_of(config: "Config") -> SampleSpec:
    """Looks up what the dataset of a config holds, see `known_samples`."""
    given = (config.dataset, config.image_size, config.channels, config.data_dir)
    return known_samples(*given, classes=config.conditional)


def known_samples(
    dataset: str,
    image_size: int | None = None,
    channels: int | None = None,
    data_dir: str | None = None,
    classes: bool = False,
) -> SampleSpec:
    """Looks up what a dataset holds, without reading its samples.

    Args:
        dataset: a name in `DATASETS`, or the user's own data.
        image_size: what the user's own images are made into, as in `data.load`.
        channels: the same.
        data_dir: where to look.
        classes: whether the classes of the user's own data are wanted, too: to count
            them, folders are listed and labels are read.

    Returns:
        Its sample shape, training size and classes.

    Raises:
        UserError: for an unknown name, a path where no data are, or classes wanted of
            data of the user's own that have none.
    """
    if is_own(dataset):
        own = SampleSpec(*describe_own(dataset, image_size, channels, data_dir))
        return own._replace(num_classes=count_classes(dataset)) if classes else own
    if dataset not in DATASETS:
        known = unknown_part("dataset", dataset)
        raise UserError(f"{known} Or give the path of your own data, as ./{dataset}.")
    row = DATASETS[dataset]
    return SampleSpec(row.sample_shape, row.train_size, row.num_classes)


def own_settings(dataset: str, shape: tuple[int, ...]) -> dict[str, Any]:
    """Records what the user's own images are made into."""
    square = len(shape) == 3 and shape[0] == shape[1] and shape[2] in CHANNELS
    if not square or not is_own(dataset):
        return {}
    return {"image_size": shape[0], "channels": shape[2]}


def refuse_other_images(given: dict[str, Any]) -> None:
    """Refuses a size or channels that are impossible, or not for images of one's own.

    Args:
        given: the fields with a value, the dataset among them.

    Raises:
        UserError: naming the option.
    """
    if given.get("channels", 1) not in CHANNELS:
        raise UserError(
            f"channels is {given['channels']}, but has to be 1 (grey) or 3 (colour)."
        )
    for name in ("image_size", "channels"):
        if name in given and not is_own(given["dataset"]):
            raise UserError(
                f"{name} has no effect: {given['dataset']} has samples of a shape of "
                "its own, and only images of yours are made into another. Leave it out."
            )


def refuse_unlabelled(filled: dict[str, Any], samples: SampleSpec) -> None:
    """Refuses a conditional run on samples without classes.

    Args:
        filled: the fields of the run.
        samples: what the dataset holds.

    Raises:
        UserError: naming the data sets that have classes.
    """
    if filled["conditional"] and samples.num_classes is None:
        labelled = ", ".join(n for n, row in DATASETS.items() if row.num_classes)
        raise UserError(
            f"conditional needs the class of every sample, and {filled['dataset']} has "
            f"no labels. Data sets with labels: {labelled}. Data of your own have them "
            "as a folder with one subfolder a class, an .npz file with an array "
            "'labels', or from Python as a Dataset with train_labels; or leave "
            "conditional out."
        )


def refuse_large_batch(batch_size: int, dataset: str, count: int | None) -> None:
    """Refuses a batch larger than a data set, unless its size is not known yet."""
    if count is not None and batch_size > count:
        raise UserError(
            f"batch_size is {batch_size}, but {dataset} has {count} training samples. "
            "Choose a smaller batch."
        )
