"""The tables of the leaderboard's part of BENCHMARKS.md."""

import math
from collections.abc import Mapping, Sequence

from experiments.benchmark.tables import table
from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.record import Result
from experiments.leaderboard.standings import (
    LAST,
    Place,
    Standing,
    marks,
    sampling_error,
    spread_of,
)
from experiments.spread import shown_number, with_spread
from wgan_jax.loop.tracking import POINTS
from wgan_jax.metrics.registry import quantities

# Columns beside the headline, where a board has them: name -> head of the column.
_BESIDE = {
    "frechet_distance": "FD",
    "stacked_kl": "KL, nats",
    "modes": "modes seen at all",
    "modes_one_percent": "modes of 1 %",
    "wasserstein1": "exact W1",
    "precision": "precision",
    "recall": "recall",
    "class_entropy": "entropy of classes",
}
_SAMPLING = 4  # the column of the samples' noise
_PLACES: dict[str, Place] = {
    "last, raw": ("last", "raw"),
    "best, EMA": ("best", "ema"),
    "raw at the best EMA": ("best", "raw"),
}


def board_table(
    lines: Sequence[Standing],
    board: str,
    players: Sequence[str],
    refused: Mapping[str, str],
) -> str:
    """One line a member; those without a result are named below.

    Args:
        lines: of one budget, the best first.
        board: a name of `BOARDS`.
        players: every member that can play it.
        refused: the others, and why they cannot.
    """
    shown = [s for s in lines if s.variant in players]
    beside = _columns(shown, BOARDS[board].headline)
    head = ["member", "seeds", "steps", "last, EMA", "sampling +-", *_PLACES]
    head += [*(_BESIDE[name] for name in beside), "note"]
    rows = [_row(s, BOARDS[board].headline, beside) for s in shown]
    rows += [[name, *[""] * (len(head) - 2), why] for name, why in refused.items()]
    if not any(row[_SAMPLING] for row in rows):  # counts have none
        head, *rows = ([*r[:_SAMPLING], *r[_SAMPLING + 1 :]] for r in (head, *rows))
    absent = [v for v in players if v not in [s.variant for s in shown]]
    parts = [table(head, rows)] if rows else []
    parts += [f"Not run yet: {', '.join(absent)}.\n"] if absent else []
    return "\n".join(parts)


def _columns(lines: Sequence[Standing], headline: str) -> list[str]:
    known = {
        name
        for line in lines
        for result in line.results
        for name in result["judged"]["last"]["ema"]
    }
    return [name for name in _BESIDE if name in known and name != headline]


def _row(line: Standing, headline: str, beside: list[str]) -> list[str]:
    if not line.results:
        return [
            line.variant,
            str(line.diverged),
            *[""] * (5 + len(beside)),
            *_notes(line),
        ]
    cells = [line.variant, str(len(line.results)), f"{line.steps:,}"]
    cells += [f"**{with_spread(line.headline, line.spread)}**"]
    cells += [shown_number(sampling_error(line, headline))]
    cells += [
        with_spread(*spread_of(line.results, place, headline))
        for place in _PLACES.values()
    ]
    cells += [shown_number(spread_of(line.results, LAST, name)[0]) for name in beside]
    return [*cells, *_notes(line)]


def _notes(line: Standing) -> list[str]:
    return [", ".join(marks(line))]


def _made(results: Sequence[Result]) -> str:
    """With what the cells were made, each way once."""
    ways = dict.fromkeys(f"jax {r['jax']} on {r['device']}" for r in results)
    return f"Made by {', and by '.join(ways)}"


def floor_words(results: Sequence[Result], board: str) -> str:
    """What real samples reach, by how many, under which net."""
    mine = [r for r in results if r["board"] == board and r["diverged"] is None]
    if not mine:
        return "No cell of it is on file.\n"
    first, name = mine[0], BOARDS[board].headline
    title = quantities()[name].title.replace("{net}", "FD")
    words = f"{title} (better: {quantities()[name].better}); floor, by real samples: "
    words += f"{shown_number(first['floors'].get(name, math.nan))}. {first['count']:,} "
    words += f"samples against {first['count']:,} of the {first['split']} split"
    if net := first["features"]:
        words += f"; features {net['name']}, {net['sha256'][:8]}"
    row = BOARDS[board]
    every = max(1, row.steps // row.measurements)
    words += f". Measured every {every:,} steps"
    if not first["features"]:
        words += f", by {POINTS:,} samples,"
    words += f" and at the end. {_made(mine)}"
    note = row.note
    return f"{words}.{f' Smaller than elsewhere: {note}.' if note else ''}\n"
