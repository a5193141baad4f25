"""The lines of metrics.jsonl and evaluations.jsonl, read in a stream.

Other programs and people touch logs: what JSON cannot hold (NaN, infinities, numbers
beyond a float) reads as None, and a line that is no row is named with its number. No
more than one block of lines is in memory at a time, unless the caller keeps them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wgan_jax.errors import UserError
from wgan_jax.files import open_regular
from wgan_jax.places import unreadable

Row = dict[str, Any]
MOST_ROWS = 200_000  # that a page or a reading needs, about 100 MB
_BLOCK = 1 << 20  # bytes read at a time; a row has about a hundred
_LONGEST = 16 << 20  # bytes of a line
_DIGITS = 300  # of a whole number; a longer one is no float


class Line(NamedTuple):
    """A line of a log.

    Attributes:
        row: what it says.
        end: where the next line begins in the file, in bytes.
        clean: whether it says so in JSON that every parser reads.
    """

    row: Row
    end: int
    clean: bool


def read_lines(path: Path) -> Iterator[Line]:
    """Reads the lines of a log; none where there is no file.

    A last line that a kill left incomplete is left out.

    Raises:
        UserError: the file cannot be read, or a line before the last is damaged.
    """
    try:
        with open_regular(path) as file:
            yield from _lines(path, file)
    except FileNotFoundError:
        return
    except OSError as error:
        raise unreadable(path, error) from None


def read_metrics(
    path: Path, most: int | None = None, last: int | None = None
) -> list[Row]:
    """Reads the rows of a log.

    Args:
        path: the file; when there is none the run has logged nothing.
        most: how many rows are kept, at least 2; of more every second, fourth, ... one
            and the last. None keeps them all.
        last: the step after which rows are left out; None for all.

    Returns:
        One dict a logged step, in the order of the file; null reads as None.

    Raises:
        UserError: as `read_lines`.
    """
    rows: list[Row] = []
    every, newest = 1, None
    wanted = (line.row for line in read_lines(path))
    if last is not None:
        wanted = (row for row in wanted if row["step"] <= last)
    for number, newest in enumerate(wanted):
        if number % every == 0:
            rows.append(newest)
        if most is not None and len(rows) >= most:
            rows, every = rows[::2], 2 * every
    if newest is not None and rows[-1] is not newest:
        rows.append(newest)
    return rows


def last_row(path: Path) -> Row:
    """Reads the last row of a log; {} where there is none.

    Raises:
        UserError: as `read_lines`.
    """
    row: Row = {}
    for line in read_lines(path):
        row = line.row
    return row


def _lines(path: Path, file: Any) -> Iterator[Line]:
    number, end = 0, 0
    damaged: UserError | None = None  # left out where nothing follows
    for lines in _blocks(path, file):
        rows = _parse_all(lines)
        for index, line in enumerate(lines):
            number, end = number + 1, end + len(line) + 1
            if damaged is not None and line.strip(b"\0"):
                raise damaged
            try:
                row, clean = (rows[index], True) if rows else _parse(line)
            except (ValueError, RecursionError):
                damaged = damaged or _damaged(path, number, line)
                continue
            yield Line(row, end, clean)


def _blocks(path: Path, file: Any) -> Iterator[list[bytes]]:
    """Yields whole lines, many at a time; what follows the last newline is no line."""
    rest = b""
    while block := file.read(_BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > _LONGEST:
            raise UserError(
                f"{path} is damaged: the line {rest[:60]!r} has more than "
                f"{_LONGEST:,} bytes. Remove it, or restore the file from a copy."
            )
        yield lines


def _parse_all(lines: list[bytes]) -> list[Row] | None:
    """Parses clean lines in one call, twice as fast; None where one is not."""
    strange: list[str] = []
    try:
        rows = _load(b"[" + b",".join(lines) + b"]", strange)
    except (ValueError, RecursionError):
        return None
    # A line may hold two objects with a comma between them.
    good = not strange and len(rows) == len(lines) and all(map(_is_row, rows))
    return rows if good else None


def _parse(line: bytes) -> tuple[Row, bool]:
    strange: list[str] = []
    row = _load(line, strange)
    if not _is_row(row):
        raise ValueError("no step")
    return row, not strange


def _load(text: bytes, strange: list[str]) -> Any:
    """Parses JSON; numbers that are no floats are None, and listed as strange."""

    def whole(digits: str) -> int | None:
        return int(digits) if len(digits) <= _DIGITS else strange.append(digits)

    return json.loads(text, parse_constant=strange.append, parse_int=whole)


def _is_row(row: Any) -> bool:
    step = row.get("step") if isinstance(row, dict) else None
    return type(step) is int and 0 <= step < 2**63


def _damaged(path: Path, number: int, line: bytes) -> UserError:
    return UserError(
        f"{path} is damaged in line {number}: {line[:60]!r}. "
        "Remove that line, or restore the file from a copy."
    )
