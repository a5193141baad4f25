"""Does the ranking depend on the feature net? Other nets, the same samples."""

from collections.abc import Sequence
from typing import Any

from experiments.benchmark.tables import table
from experiments.leaderboard.boards import BOARDS
from experiments.leaderboard.record import Result
from experiments.leaderboard.standings import LAST, number

_WANTED = {"second net": 0.95, "pca64": 0.8}
_FEWEST = 4  # runs: ranks of fewer say nothing


def agreement(
    results: Sequence[Result], board: str, judge: str, weights: str
) -> tuple[int, float]:
    """Spearman's rank correlation between a judge and the first feature net.

    Args:
        results: any.
        board: a name of `BOARDS`.
        judge: `second net` or `pca64`.
        weights: sha256 of its weights.

    Returns:
        How many runs were ranked, and the correlation; NaN of fewer than four.
    """
    from scipy import stats

    pairs = [
        (number(r, LAST, "frechet_distance"), r["judges"][judge]["frechet_distance"])
        for r in results
        if weights in _weights([r], board, judge)
    ]
    if len(pairs) < _FEWEST:
        return len(pairs), float("nan")
    first, other = zip(*pairs, strict=True)
    found: Any = stats.spearmanr(first, other)
    return len(pairs), float(found.statistic)


def trust_table(results: Sequence[Result]) -> str:
    """A line a board, judge and weights of it that have enough runs."""
    rows = []
    for board in BOARDS:
        for judge, wanted in _WANTED.items():
            for weights in sorted(_weights(results, board, judge)):
                count, rank = agreement(results, board, judge, weights)
                if count >= _FEWEST:
                    cells = [board, judge, weights[:8], str(count)]
                    rows.append([*cells, f"{rank:.3f}", f"{wanted:g}"])
    if not rows:
        return "No other net has judged enough runs yet.\n"
    head = ["board", "judge", "its weights", "runs", "Spearman", "wanted"]
    return table(head, rows)


def _weights(results: Sequence[Result], board: str, judge: str) -> set[str]:
    """The sha256 of every net that judged a board under this name."""
    judges = [r.get("judges", {}) for r in results if r["board"] == board]
    return {each[judge]["sha256"] for each in judges if judge in each}
