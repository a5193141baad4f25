"""Results that are made cell by cell: one file a cell, and one record of them all."""

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from wgan_jax.artifacts.style import ADVICE
from wgan_jax.errors import UserError
from wgan_jax.file_lock import FileLock, HeldError
from wgan_jax.files import disk_errors, write_atomic
from wgan_jax.metrics.features.registry import FEATURES

Result = dict[str, Any]
CellOf = Callable[[Result], Any]
IsCurrent = Callable[[Result], bool]
_DIGITS = 6
_PATIENCE, _PAUSE = 60.0, 0.05  # seconds that another process may hold a record


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


def read_record(record: Path, cell_of: CellOf) -> list[Result]:
    """Reads a record; none yet is an empty one.

    Args:
        record: the file.
        cell_of: result -> its cell; KeyError where it is none.

    Raises:
        UserError: the file is something else.
    """
    if not record.exists():
        return []
    try:
        results = list(json.loads(record.read_text("utf-8"))["cells"])
        for result in results:
            cell_of(result)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{record} is no record of cells ({error!r}).") from error
    return results


def is_same_config(made: Result, now: Result) -> bool:
    """Whether what a result was made with is what would be made today.

    Args:
        made: the fields that the result's numbers depend on.
        now: the same of today; those that came later changed no older run.
    """
    return all(name in now and now[name] == made[name] for name in made)


def is_same_net(features: Result | None) -> bool:
    """Whether a net that judged is still the package's: others are not comparable.

    Args:
        features: its `name` and `sha256`; None where no net judged.

    Raises:
        KeyError: there is no such net.
    """
    # Nets that are fitted to the data have no file and no checksum in the registry.
    return features is None or FEATURES[features["name"]].sha256 in (
        None,
        features["sha256"],
    )


def add_to_record(
    record: Path, results: Iterable[Result], cell_of: CellOf, is_current: IsCurrent
) -> Path:
    """Puts results into a record, sorted by cell; cells only in the record stay.

    Args:
        record: the file; other processes that change it wait meanwhile.
        results: made here. One that is out of date replaces none that is not.
        cell_of: result -> its cell.
        is_current: whether a result would be made in the same way today.

    Returns:
        The record, numbers in it rounded to six digits.

    Raises:
        UserError: the record is something else, or never free.
        ArtifactError: it cannot be written.
    """
    with _alone(record):
        cells = {cell_of(result): result for result in read_record(record, cell_of)}
        for result in results:
            cell = cell_of(result)
            if cell not in cells or is_current(result) or not is_current(cells[cell]):
                cells[cell] = result
        _write(record, [_rounded(cells[cell]) for cell in sorted(cells)])
    return record


@contextlib.contextmanager
def _alone(record: Path) -> Iterator[None]:
    """Lets one process at a time read a record and write it again."""
    path, end = record.with_name(f".{record.name}.lock"), time.monotonic() + _PATIENCE
    with disk_errors(f"write {record}", ADVICE):
        record.parent.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                # Without locks on the file system nobody waits for anybody.
                lock = FileLock(path, on_no_locks=lambda error: None)
                break
            except HeldError as holder:
                if time.monotonic() > end:
                    raise UserError(
                        f"{record} is held by {holder} for {_PATIENCE:g} s: end that "
                        "process, and give the same command again."
                    ) from None
            time.sleep(_PAUSE)
        try:
            yield
        finally:
            lock.release()


def _write(record: Path, results: list[Result]) -> None:
    lines = ",\n".join(json.dumps(result) for result in results)
    write_atomic(record, f'{{"cells": [\n{lines}\n]}}\n'.encode())


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
