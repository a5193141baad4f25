"""The one file of the repository that holds every cell."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.leaderboard.cells import cell_of, read_results
from experiments.records import add_to_record

Result = Mapping[str, Any]


def collect(runs: Path, record: Path) -> Path:
    """Puts the results of a folder into the record; cells only in the record stay.

    Args:
        runs: where cells are made.
        record: the file.

    Returns:
        The file.

    Raises:
        UserError: a file of either is no result.
        ArtifactError: the record cannot be written.
    """
    return add_to_record(record, read_results(runs), cell_of)
