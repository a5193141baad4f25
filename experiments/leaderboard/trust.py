"""Does the ranking depend on the feature net? Other nets, the same samples."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from experiments.benchmark.tables import table
from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.cells import BUDGETS
from experiments.leaderboard.record import Result
from experiments.leaderboard.standings import LAST, number
from wgan_jax.metrics.features import FEATURES

_WANTED = {"second net": 0.95, "pca64": 0.8}
_FEWEST = 4  # cells: ranks of fewer say nothing


def agreement(
    results: Sequence[Result], board: str, budget: str, judge: str, weights: str | None
) -> tuple[int, float]:
    """Spearman's rank correlation between a judge and the first feature net.

    Args:
        results: any.
        board: a name of `BOARDS`.
        budget: a name of `BUDGETS`, or `both`.
        judge: `second net` or `pca64`.
        weights: sha256 of its weights; None for any.

    Returns:
        How many cells were ranked, and the correlation; NaN of fewer than four.
    """
    from scipy import stats

    pairs = [
        (number(r, LAST, "frechet_distance"), r["judges"][judge]["frechet_distance"])
        for r in results
        if budget in (r["budget"], "both")
        and (found := _weights([r], board, judge))
        and weights in (None, *found)
    ]
    if len(pairs) < _FEWEST:
        return len(pairs), float("nan")
    first, other = zip(*pairs, strict=True)
    found: Any = stats.spearmanr(first, other)
    return len(pairs), float(found.statistic)


def trust_table(results: Sequence[Result]) -> str:
    """A line a board, budget, judge and weights of it that have enough cells."""
    ways = itertools.product(BOARDS, ("both", *BUDGETS), _WANTED)
    rows = [row for way in ways for row in _rows(results, *way)]
    head = ["board", "budget", "judge", "its weights", "cells", "Spearman", "wanted"]
    parts = [table([*head, ""], rows)] if rows else []
    judged = dict.fromkeys(r["board"] for r in results if r.get("features"))
    alone = [board for board in judged if board not in {row[0] for row in rows}]
    if alone or not rows:
        names = ", ".join(alone) or "everything"
        parts.append(f"Judged by one net alone so far: {names}.\n")
    return "\n".join(parts)


def _rows(
    results: Sequence[Result], board: str, budget: str, judge: str
) -> Iterator[list[str]]:
    wanted = _WANTED[judge]
    # Components are fitted to the data, on each processor to other last bits.
    fitted = judge in FEATURES and FEATURES[judge].sha256 is None
    for weights in [None] if fitted else sorted(_weights(results, board, judge)):
        count, rank = agreement(results, board, budget, judge, weights)
        if count >= _FEWEST:
            name = weights[:8] if weights else "fitted"
            cells = [board, budget, judge, name, str(count), f"{rank:.3f}"]
            yield [*cells, f"{wanted:g}", "" if rank >= wanted else "**missed**"]


def _weights(results: Sequence[Result], board: str, judge: str) -> set[str]:
    """The sha256 of every net that judged a board under this name."""
    judges = [r.get("judges", {}) for r in results if r["board"] == board]
    return {each[judge]["sha256"] for each in judges if judge in each}
