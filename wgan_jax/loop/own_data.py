"""What config.json records of data of the user's own, and whether they are the same.

Data that the command line named by their path are read again when a run goes on; a
checksum tells whether they are those of the run.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config import Config
from wgan_jax.data import DATASETS, Dataset, load
from wgan_jax.errors import UserError
from wgan_jax.loop.stored_config import (
    CLASSES,
    SIZES,
    merge_resumed,
    read_record,
    read_stored,
)
from wgan_jax.places import expand

if TYPE_CHECKING:
    from wgan_jax.loop.plan import Plan


_LABELS = "labels_sha256"  # in the record of the data of a conditional run


def record_of(plan: "Plan") -> dict[str, Any]:
    """Returns what is recorded of a run's data; {} if they are registered."""
    row, data = DATASETS.get(plan.config.dataset), plan.dataset
    # Given under a registered name they may hold other samples.
    if row is not None and row.exact and not plan.own_data:
        return {}
    record = {
        "name": data.name,
        "source": data.source,
        SIZES: [len(data.train), *data.sample_shape],
        "sha256": data.sha256,
    }
    if plan.num_classes is not None:
        record |= {CLASSES: plan.num_classes, _LABELS: data.labels_sha256}
    return record if plan.own_data else record | {"path": plan.config.dataset}


def refuse_unread(given: Mapping[str, Any], data: Dataset) -> None:
    """Refuses options about reading data that were handed over in memory.

    Args:
        given: the fields of `Config` that were given a value.
        data: the data.

    Raises:
        UserError: naming the options.
    """
    options = ("data_dir", "image_size", "channels")
    unread = [name for name in options if given.get(name) is not None]
    if given.get("dataset", data.name) != data.name:
        unread.append("dataset")
    if unread:
        raise UserError(
            f"{', '.join(unread)} would have no effect: the data {data.name!r} were "
            "given as arrays, and nothing is read. Leave it out, or leave the data out."
        )


def load_dataset(config: Config) -> Dataset:
    """Loads what a config names, the user's own images in the size that it says."""
    options = {"image_size": config.image_size, "channels": config.channels}
    return load(config.dataset, config.data_dir, **options)


def dataset_of(
    folder: RunFolder, advice: str, data_dir: str | Path | None = None
) -> Dataset:
    """Loads the data of a run again.

    Args:
        folder: the run's.
        advice: what to do where the data were given from Python, a clause.
        data_dir: where to look instead of where the run looked, or None.

    Raises:
        UserError: they were given from Python, are gone, or have changed.
    """
    stored, _ = read_stored(folder)
    config = merge_resumed(stored, {})
    if config.dataset not in DATASETS and "path" not in read_record(folder):
        raise UserError(
            f"the run in {str(folder.path)!r} was trained on data of your own, and "
            f"{config.dataset!r} was given from Python: {advice}"
        )
    if data_dir is not None:
        config = dataclasses.replace(config, data_dir=str(expand(data_dir, "data_dir")))
    data = load_dataset(config)
    check_same_data(data, folder)
    return data


def check_same_data(data: Dataset, folder: RunFolder, given: bool = False) -> None:
    """Refuses data that are not those of a run.

    Args:
        data: as they are now.
        folder: the run's.
        given: whether they were given in memory, so that a run on a registered set,
            which records no checksum, is held against that set.

    Raises:
        UserError: their checksum is not the recorded one.
    """
    recorded = read_record(folder)
    if given and not recorded:
        recorded = _registered(folder)
    # Runs of before version 0.3 have recorded none.
    same = not recorded.get("sha256") or recorded["sha256"] == data.sha256
    # Recorded where they were read.
    same_labels = recorded.get(_LABELS) in (None, data.labels_sha256)
    if same and same_labels:
        return
    then, now = recorded.get("source"), data.source
    other = "labels" if same else "values"
    difference = f"then {then}, now {now}" if then != now else f"{now}, other {other}"
    raise UserError(
        f"the data are not those that the run in {str(folder.path)!r} was trained on: "
        f"{difference}. Put them back as they were, or start a new run in another "
        "--run-dir."
    )


def _registered(folder: RunFolder) -> dict[str, Any]:
    """What the record of a run on a registered set would say; {} for any other run."""
    config = merge_resumed(read_stored(folder)[0], {})
    if config.dataset not in DATASETS:
        return {}
    data = load_dataset(config)
    labels = {_LABELS: data.labels_sha256} if config.conditional else {}
    return {"sha256": data.sha256, "source": data.source} | labels
