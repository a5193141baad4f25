"""What config.json records of data of the user's own, and whether they are the same.

Data that the command line named by their path are read again when a run goes on; a
checksum tells whether they are those of the run.
"""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.config import Config
from wgan_jax.data import DATASETS, Dataset, load
from wgan_jax.errors import UserError
from wgan_jax.loop.stored_config import SIZES, merge_resumed, read_record, read_stored

if TYPE_CHECKING:
    from wgan_jax.loop.plan import Plan


def record_of(plan: "Plan") -> dict[str, Any]:
    """Returns what is recorded of a run's data; {} if they are registered."""
    row, data = DATASETS.get(plan.config.dataset), plan.dataset
    if row is not None and row.exact:
        return {}
    record = {
        "name": data.name,
        "source": data.source,
        SIZES: [len(data.train), *data.sample_shape],
        "sha256": data.sha256,
    }
    return record if plan.own_data else record | {"path": plan.config.dataset}


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
        config = dataclasses.replace(config, data_dir=str(data_dir))
    data = load_dataset(config)
    check_same_data(data, folder)
    return data


def check_same_data(data: Dataset, folder: RunFolder) -> None:
    """Refuses data of the user's own that are not those of a run any more.

    Args:
        data: as they are now.
        folder: the run's.

    Raises:
        UserError: their checksum is not the recorded one.
    """
    recorded = read_record(folder)
    # Runs of before version 0.3 have recorded none.
    if not recorded.get("sha256") or recorded["sha256"] == data.sha256:
        return
    then, now = recorded.get("source"), data.source
    difference = f"then {then}, now {now}" if then != now else f"{now}, other values"
    raise UserError(
        f"the data are not those that the run in {str(folder.path)!r} was trained on: "
        f"{difference}. Put them back as they were, or start a new run in another "
        "--run-dir."
    )
