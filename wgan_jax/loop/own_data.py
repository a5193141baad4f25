"""What config.json records of data of the user's own, and whether they are the same.

Data that the command line named by their path are read again when a run goes on; a
checksum tells whether they are those of the run.
"""

from typing import Any

from wgan_jax.artifacts.folder import RunFolder
from wgan_jax.data import DATASETS
from wgan_jax.errors import UserError
from wgan_jax.loop.plan import Plan
from wgan_jax.loop.stored_config import SIZES, read_record


def record_of(plan: Plan) -> dict[str, Any]:
    """Returns what is recorded of a run's data; {} if they are registered."""
    if plan.config.dataset in DATASETS:
        return {}
    data = plan.dataset
    record = {
        "name": data.name,
        "source": data.source,
        SIZES: [len(data.train), *data.sample_shape],
        "sha256": data.sha256,
    }
    return record if plan.own_data else record | {"path": plan.config.dataset}


def check_same_data(plan: Plan, folder: RunFolder) -> None:
    """Refuses to go on with data of the user's own that have changed.

    Raises:
        UserError: their checksum is not the recorded one.
    """
    recorded, data = read_record(folder), plan.dataset
    # Runs of before version 0.3 have recorded none.
    if not recorded.get("sha256") or recorded["sha256"] == data.sha256:
        return
    then, now = recorded.get(SIZES), list(data.train.shape)
    difference = f"{then} then, {now} now" if then != now else f"{now}, other values"
    raise UserError(
        f"the data ({data.source}) are not those that the run in {str(folder.path)!r} "
        f"was trained on: training samples {difference}. Put them back as they were, "
        "or start a new run in another --run-dir."
    )
