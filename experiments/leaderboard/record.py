"""The one file of the repository that holds every cell."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.leaderboard.cells import cell_of, read_results
from wgan_jax.artifacts.style import ADVICE
from wgan_jax.errors import UserError
from wgan_jax.files import disk_errors, write_atomic

Result = Mapping[str, Any]
_DIGITS = 6


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
    cells = {cell_of(r): r for r in [*read_record(record), *read_results(runs)]}
    lines = [json.dumps(_rounded(cells[cell])) for cell in sorted(cells)]
    text = '{"cells": [\n' + ",\n".join(lines) + "\n]}\n"
    with disk_errors(f"write {record}", ADVICE):
        record.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(record, text.encode())
    return record


def read_record(record: Path) -> list[Result]:
    """Reads the record; none yet is an empty one.

    Raises:
        UserError: the file is something else.
    """
    if not record.exists():
        return []
    try:
        return json.loads(record.read_text("utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{record} is no record of cells ({error!r}).") from error


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
