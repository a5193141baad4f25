"""The rows of a dispatch, and the first number in them that is not finite.

Pure functions of arrays on the host; what to do about a bad number is up to the loop.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

Row = dict[str, Any]


def rows_of(start: int, length: int, metrics: Mapping[str, np.ndarray]) -> list[Row]:
    """Turns the metrics of a dispatch into one row a step.

    Args:
        start: steps made before it.
        length: steps that it made.
        metrics: name -> [K], of which the first `length` count.

    Returns:
        Rows with `step`, counted from 1, and the metrics as Python floats.
    """
    return [
        {"step": start + t + 1}
        | {name: float(values[t]) for name, values in metrics.items()}
        for t in range(length)
    ]


def first_divergence(
    rows: list[Row], finite: Mapping[str, Any]
) -> tuple[list[Row], str | None]:
    """Finds the first number of a dispatch that is not finite.

    Args:
        rows: its rows.
        finite: network -> whether its parameters are finite after the last row.

    Returns:
        The rows up to and including the bad one, and what is bad, or None.
    """
    # The steps after the first bad one are noise made of NaN: they are not logged.
    for count, row in enumerate(rows, start=1):
        if bad := _not_finite(row.items()):
            return rows[:count], f"step {row['step']}: {bad} is {row[bad]}"
    for name, is_finite in finite.items():
        if not is_finite:
            where = f"steps {rows[0]['step']} to {rows[-1]['step']}"
            # In the log, too, whose metrics are still finite.
            marked = rows[-1] | {f"{name}_parameters": np.nan}
            what = f"{where}: parameters of the {name} are not finite"
            return [*rows[:-1], marked], what
    return rows, None


def _not_finite(items: Iterable[tuple[str, float]]) -> str | None:
    return next((name for name, value in items if not np.isfinite(value)), None)
