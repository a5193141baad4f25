"""The one file of the repository that holds every cell."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.leaderboard.cells import Speeds, cell_of, is_current, read_results
from experiments.records import add_to_record

Result = Mapping[str, Any]


def collect(runs: Path, record: Path, speeds: Speeds) -> Path:
    """Puts the results of a folder into the record; cells only in the record stay.

    Args:
        runs: where cells are made.
        record: the file.
        speeds: on file; they say which results are out of date.

    Returns:
        The file.

    Raises:
        UserError: a file of either is no result.
        ArtifactError: the record cannot be written.
    """
    counts = functools.partial(is_current, speeds=speeds)
    return add_to_record(record, read_results(runs), cell_of, counts)
