"""Results that are made cell by cell: one file a cell, and one record of them all."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.style import ADVICE
from wgan_jax.errors import UserError
from wgan_jax.files import disk_errors, write_atomic

Result = dict[str, Any]
CellOf = Callable[[Result], Any]
_DIGITS = 6


def read_result(path: Path, cell_of: CellOf) -> Result:
    """Reads the result of one cell.

    Args:
        path: the file.
        cell_of: result -> its cell; KeyError where it is none.

    Raises:
        UserError: the file is no result.
    """
    try:
        result = json.loads(path.read_text("utf-8"))
        cell_of(result)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is no result of a cell ({error!r}): remove it, and the cell is "
            "made again."
        ) from error
    return result


def read_record(record: Path, kind: str = "cells") -> list[Result]:
    """Reads a record; none yet is an empty one.

    Args:
        record: the file.
        kind: what it holds, the name of its list.

    Raises:
        UserError: the file is something else.
    """
    if not record.exists():
        return []
    try:
        return json.loads(record.read_text("utf-8"))[kind]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{record} is no record of {kind} ({error!r}).") from error


def is_same_config(made: Result, now: Result) -> bool:
    """Whether what a result was made with is what would be made today.

    Args:
        made: the fields that the result's numbers depend on.
        now: the same of today; those that came later changed no older run.
    """
    return all(name in now and now[name] == made[name] for name in made)


def add_to_record(record: Path, results: Iterable[Result], cell_of: CellOf) -> Path:
    """Puts results into a record, sorted by cell; cells only in the record stay.

    Returns:
        The record, numbers in it rounded to six digits.

    Raises:
        UserError: the record is something else.
        ArtifactError: it cannot be written.
    """
    cells = {cell_of(r): r for r in [*read_record(record), *results]}
    lines = [json.dumps(_rounded(cells[cell])) for cell in sorted(cells)]
    text = '{"cells": [\n' + ",\n".join(lines) + "\n]}\n"
    with disk_errors(f"write {record}", ADVICE):
        record.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(record, text.encode())
    return record


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
